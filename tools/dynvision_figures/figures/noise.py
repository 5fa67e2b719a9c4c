"""Figure 18: recognition in noise: accuracy over time and over the signal's share, psychometric fits, gain of the recurrence."""
import numpy as np

from .. import parts, statistics, style
from ..page import CLAIM, Finding
from ..refused import Refused
from ..statistics import spearman
from ..tables import number, read_table

NAME, NUMBER = "noise", 18
TITLE = "Noise: accuracy over time and SSNR, psychometric fits, reaction time, gain of the recurrence"
TABLES = ("traces", "summary", "curves", "statistics")
HEIGHT = 60   # for each noise
FITTED = {"alpha": "", "beta": "", "lapse": "", "threshold": "", "ssnr_half": "", "area": ""}
EXPERIMENTS = ("uniformnoise", "gaussiannoise", "gaussiancorrnoise", "poissonnoise", "saltpeppernoise", "phasescramblednoise")
SILENCED = "ffonly"


def weibull(x, alpha, beta, lapse, chance):
    return chance + (1 - chance - lapse) * (1 - np.exp(-(x / alpha) ** beta))


def chance_of(x, p, alpha, beta, lapse):
    """The chance level of a fit, which the tables do not hold: least squares over the levels."""
    f = 1 - np.exp(-(x / alpha) ** beta)
    return float(np.sum((1 - f) * (p - (1 - lapse) * f)) / np.sum((1 - f) ** 2))


class Noise:
    """One noise: its rows, with the recurrence on and silenced."""

    def __init__(self, page, data, experiment):
        self.page, self.data, self.experiment = page, data, experiment
        self.rows = data.traces([experiment], layer="classifier", quantity=data.options.accuracy_measure)
        self.hue = parts.Hue.category(self.rows)
        self.levels = style.order("ssnr", self.rows.values("parameter_value"))
        try:
            self.silenced = data.traces([experiment + SILENCED], layer="classifier", quantity=data.options.accuracy_measure)
        except Refused:
            self.silenced = None

    def has_silenced(self, value):
        return self.silenced is not None and value in self.silenced.values("category_value")

    def trace(self, level, value, silenced=False):
        rows = self.silenced if silenced else self.rows
        return self.data.trace(rows, parameter_value=level, category_value=value)

    def read(self, level, value, silenced=False):
        """Accuracy at one step: the option's, else the last one with the stimulus."""
        trace = self.trace(level, value, silenced)
        row = trace.offset - 1 if self.data.options.row is None else self.data.options.row
        e = trace.estimate
        return statistics.Estimate(e.value[row], e.low[row], e.high[row], e.n, e.seeds)

    def fit(self, name, value, silenced=False):
        return self.data.measure(name, [self.experiment + (SILENCED if silenced else "")], layer="classifier", category_value=value)

    def near_threshold(self, value):
        """The level nearest to the fitted threshold."""
        threshold = float(self.fit("threshold", value).value)
        return min(self.levels, key=lambda level: abs(number(level) - threshold))

    def gain(self, level, value):
        """Accuracy with the recurrence minus without it, at one step: image by image where a table has it, else the interval takes the two runs
        as independent."""
        if self.data.options.row is None:
            try:
                return self.data.measure("recurrence_gain", [self.experiment], layer="classifier", category_value=value, parameter_value=level)
            except Refused:
                pass
        on, off = self.read(level, value), self.read(level, value, True)
        difference = float(on.value - off.value)
        half = float(np.hypot(on.high - on.low, off.high - off.low) / 2)
        return statistics.Estimate(difference, difference - half, difference + half, on.n, on.seeds)


def draw(page, data):
    there = [each for each in EXPERIMENTS if each in data.tables.table("traces").values("experiment")]
    there = [each for each in there if not data.options.experiment or each in data.options.experiment]
    if not there:
        raise Refused(f"traces of another experiment: {', '.join(data.tables.table('traces').values('experiment'))}; this figure draws {', '.join(EXPERIMENTS)}")
    page.figure.set_size_inches(page.figure.get_size_inches()[0], (HEIGHT * len(there) + 15) * style.MM)
    noises = [Noise(page, data, each) for each in there]
    grid = page.figure.add_gridspec(len(noises), 4)
    hue = noises[0].hue
    parts.legend_above(page, hue.handles() + parts.lines_key({"Recurrence silenced": "silenced"}))
    for i, noise in enumerate(noises):
        axes = [page.figure.add_subplot(grid[i, k]) for k in range(4)]
        letters = "ABCD" if i == 0 else [f"{letter}{i + 1}" for letter in "ABCD"]
        page.panel(axes[0], letters[0], style.experiment_name(noise.experiment), lambda: over_time(axes[0], noise))
        page.panel(axes[1], letters[1], "Psychometric", lambda: over_level(axes[1], noise))
        page.panel(axes[2], letters[2], "Reaction time", lambda: reaction(axes[2], noise))
        page.panel(axes[3], letters[3], "Recurrence gain", lambda: gain_over_time(axes[3], noise))
        numbers(page, noise, letters)
        statements(page, noise)
    human(page, data, noises)


def three_levels(levels):
    """The lowest, the middle and the highest level."""
    return list(dict.fromkeys([levels[0], levels[len(levels) // 2], levels[-1]]))


def over_time(ax, noise):
    value = noise.data.first_value(noise.rows)
    swept = parts.Hue("ssnr", noise.levels)
    for i, level in enumerate(three_levels(noise.levels)):
        trace = noise.trace(level, value)
        parts.band(ax, noise.page, trace, swept.colour[level], marker=swept.marker[level], offset=2 * i, label=f"SSNR {style.plain(level)}")
    parts.time_axis(ax)
    ax.set_ylabel(f"Accuracy, {style.name(value)}")
    ax.legend(loc="lower right", fontsize=6)
    ax.set_ylim(0, 1.02)


def over_level(ax, noise):
    x = parts.numeric(noise.levels)
    fine = np.linspace(max(x.min(), 1e-3), x.max(), 200)
    for value in noise.hue.values:
        for silenced in (False, True):
            if silenced and not noise.has_silenced(value):
                continue
            p = parts.against(ax, noise.page, x, [noise.read(level, value, silenced) for level in noise.levels], noise.hue.colour[value],
                              "^" if silenced else noise.hue.marker[value], "none")
            alpha, beta, lapse = (float(noise.fit(name, value, silenced).value) for name in ("alpha", "beta", "lapse"))
            ax.plot(fine, weibull(fine, alpha, beta, lapse, chance_of(x, p, alpha, beta, lapse)), color=noise.hue.colour[value], linewidth=0.9,
                    linestyle=style.LINE["silenced"] if silenced else noise.hue.line[value])
    ax.set_xlabel("SSNR")
    ax.set_ylabel("Accuracy")
    ax.set_ylim(0, 1.02)


def reaction(ax, noise):
    curves = {value: noise.data.curve("reaction_time_ms", [noise.experiment], layer="classifier", category_value=value) for value in noise.hue.values}
    parts.require_some([estimates for _, _, estimates in curves.values()], "reaction_time_ms (the confidence was never reached)")
    for value, (_, x, estimates) in curves.items():
        parts.against(ax, noise.page, x, estimates, noise.hue.colour[value], noise.hue.marker[value], noise.hue.line[value])
    ax.set_xlabel("SSNR")
    ax.set_ylabel("Reaction time (ms)")


def gain_over_time(ax, noise):
    """At the level nearest to the threshold; bars above: clusters of the permutation test."""
    values = [value for value in noise.hue.values if noise.has_silenced(value)]
    if not values:
        raise Refused(f"no traces of {noise.experiment}{SILENCED}: the same noise with the recurrence silenced")
    for i, value in enumerate(values):
        level = noise.near_threshold(value)
        on, off = noise.trace(level, value), noise.trace(level, value, True)
        ax.plot(on.time, on.mean - off.mean, color=noise.hue.colour[value], marker=noise.hue.marker[value], markevery=(2 * i % 5, 5),
                markeredgecolor="white", markeredgewidth=0.3)
        for cluster in clusters(noise, value):
            if cluster["p"][0] <= 0.05:
                ax.plot([cluster["t_start_ms"][0], cluster["t_end_ms"][0]], [0.99 - 0.03 * i] * 2, color=noise.hue.colour[value], linewidth=2,
                        transform=ax.get_xaxis_transform())
    ax.axhline(0, color=style.GREY, linestyle=style.LINE["reference"], linewidth=0.8)
    parts.time_axis(ax)
    ax.set_ylabel("Accuracy difference")


def clusters(noise, value):
    """Of accuracy with the recurrence against that without it, at the level near the threshold."""
    try:
        rows = noise.data.rows("statistics", [noise.experiment], category_value=value, layer="classifier", b=noise.experiment + SILENCED, kind="cluster",
                               parameter_value=noise.near_threshold(value))
    except Refused:
        return []
    if len(rows) and np.nanmin(rows["n"]) < 5:
        noise.page.note(f"no cluster test for {noise.experiment}: {np.nanmin(rows['n']):g} {rows['units'][0]}, five are needed")
        return []
    return [rows.rows(np.arange(len(rows)) == k) for k in range(len(rows))]


def numbers(page, noise, letters):
    for value in noise.hue.values:
        for silenced in (False, True):
            if silenced and not noise.has_silenced(value):
                continue
            for name, unit in FITTED.items():
                try:
                    page.number(letters[1], f"{noise.experiment}{SILENCED if silenced else ''}: {name}", noise.fit(name, value, silenced), unit, value, "classifier")
                except Refused as refused:
                    page.note(str(refused))
        try:
            if noise.has_silenced(value):
                level = noise.near_threshold(value)
                page.number(letters[3], f"{noise.experiment}: gain at SSNR {style.plain(level)}", noise.gain(level, value), category_value=value, layer="classifier")
            page.number(letters[2], f"{noise.experiment}: reaction time change", reaction_change(noise, value), "ms", value, "classifier")
        except Refused as refused:
            page.note(str(refused))


def reaction_change(noise, value):
    """With the least noise minus with the most: with its interval where a table has it."""
    try:
        return noise.data.measure("reaction_time_change_ms", [noise.experiment], layer="classifier", category_value=value)
    except Refused:
        _, _, times = noise.data.curve("reaction_time_ms", [noise.experiment], layer="classifier", category_value=value)
        return float(times[-1].value - times[0].value)


def statements(page, noise):
    of = f" [{style.experiment_name(noise.experiment)}]"

    def gains():
        values = [value for value in noise.hue.values if noise.has_silenced(value)]
        if not values:
            raise Refused(f"no traces of {noise.experiment}{SILENCED}")
        found = {value: noise.gain(noise.near_threshold(value), value) for value in values}
        best = max(found, key=lambda value: found[value].low)
        gain = found[best]
        return Finding(bool(gain.low > 0), float(gain.value), float(gain.low), float(gain.high), f"{style.name(best)}, {gain.units}")

    def integrates():
        value = noise.data.first_value(noise.rows)
        trace = noise.trace(noise.near_threshold(value), value)
        shown = trace.mean[trace.onset:trace.offset]
        half = len(shown) // 2
        change = float(statistics.mean_of(shown[half:]) - statistics.mean_of(shown[:half]))
        return Finding(change > 0, change, reason=f"second half of the stimulus minus first, {style.name(value)}")

    def faster():
        value = noise.data.first_value(noise.rows)
        levels, _, times = noise.data.curve("reaction_time_ms", [noise.experiment], layer="classifier", category_value=value)
        rho = spearman([number(level) for level in levels], [float(e.value) for e in times])
        if rho != rho:
            raise Refused("fewer than two finite reaction times, or all are the same")
        return Finding(rho < 0, rho, reason=f"Spearman correlation, {style.name(value)}")

    page.state(CLAIM, "the recurrence's gain near the threshold is above 0 for at least one type, interval above 0" + of, gains)
    page.state(CLAIM, "accuracy late > early" + of, integrates)
    page.state(CLAIM, "the reaction time falls with SSNR" + of, faster)


def human(page, data, noises):
    """Thresholds of people, if a file is given: x, k, n, condition (an experiment). Half way between the lowest and the highest share."""
    if not data.options.human:
        return
    table = read_table(data.options.human)
    for column in ("x", "k", "n", "condition"):
        if column not in table:
            raise Refused(f"{data.options.human}: no column '{column}'; x, k, n, condition are needed")
    conditions = np.asarray(table["condition"]).astype(str)

    def thresholds():
        people, networks = [], []
        for noise in noises:
            mine = conditions == noise.experiment
            if mine.any():
                order = np.argsort(table["x"][mine])
                x, p = table["x"][mine][order], (table["k"][mine] / table["n"][mine])[order]
                people.append(np.interp((p.min() + p.max()) / 2, np.maximum.accumulate(p), x))
                networks.append(float(noise.fit("threshold", data.first_value(noise.rows)).value))
        rho = spearman(people, networks)
        if rho != rho:
            raise Refused(f"{data.options.human}: two conditions in common with the tables are needed ({', '.join(n.experiment for n in noises)})")
        return Finding(rho > 0, rho, reason="Spearman correlation of thresholds")

    page.claim("noises that are hard for people are hard for the network", thresholds)
