"""Figure 14: activity without a stimulus, after one, and what the leading modes say of it."""
import numpy as np

from .. import parts, style
from ..data import only
from ..page import CLAIM, LAW, Finding
from ..refused import Refused
from ..tables import number, option_of

NAME, NUMBER = "stability", 14
TITLE = "Stability: blank, long stimulus, return, leading modes"
TABLES = ("traces", "summary", "dynamics")
EXPERIMENTS = ["null", "nullcondition", "stability"]
HEIGHT = 150
LATE = 50      # steps over which drift is taken
SMALL = 0.01   # of the mean


def drift(trace):
    """Slope over the last steps before the stimulus (or of all), times their number, relative to their mean."""
    end = trace.onset or len(trace.mean)
    part = trace.mean[max(end - LATE, 0):end]
    if len(part) < 2:
        return float("nan")
    mean = part.mean()
    if abs(mean) <= 1e-12:
        return 0.0 if np.ptp(part) <= 1e-12 else float("nan")
    return float(np.polyfit(np.arange(len(part)), part, 1)[0] * len(part) / mean)


def draw(page, data):
    figure = page.figure
    grid = figure.add_gridspec(2, 6, height_ratios=[1.25, 1])
    rows = data.traces(EXPERIMENTS, quantity="response_avg")
    hue = parts.Hue.category(rows)
    layers = [layer for layer in style.layers(rows.values("layer")) if layer != "classifier"]
    parts.legend_above(page, hue.handles())
    axes = {"A": parts.rows_of_axes(figure, grid[0, 0:2], len(layers)), "B": parts.rows_of_axes(figure, grid[0, 2:6], len(layers))}
    zoom, radius, exponent = (figure.add_subplot(grid[1, k:k + 2]) for k in (0, 2, 4))

    def of(experiment):
        found = rows.where(experiment=experiment)
        if not len(found):
            raise Refused(f"traces.csv has no experiment {experiment}")
        return found

    def trace(found, layer, value):
        return data.trace(found, layer=layer, category_value=value)

    def blank():
        found = of("null")
        parts.ridges(axes["A"], page, data, found, hue, lambda layer, value: trace(found, layer, value))

    def longest():
        """`stability` with the longest stimulus."""
        found = of("stability")
        values = sorted(found.values("parameter_value"), key=number)
        return found.where(parameter_value=values[-1])

    def shown():
        found = longest()
        parts.ridges(axes["B"], page, data, found, hue, lambda layer, value: trace(found, layer, value), label_rows=False)

    focus = data.focus(rows)

    def after():
        found = longest()
        for i, value in enumerate(hue.values):
            one = trace(found, focus, value)
            late = np.arange(len(one.time)) >= one.offset - 1
            zoom.semilogy(one.time[late] - one.time[one.offset - 1], np.maximum(np.abs(one.mean[late]), 1e-12), color=hue.colour[value], linestyle=hue.line[value], marker=hue.marker[value],
                          markevery=((2 * i) % 5, 5), markeredgecolor="white", markeredgewidth=0.3)
        zoom.set_xlabel("Time from offset (ms)")
        zoom.set_ylabel(f"Response of {style.name(focus)}")

    def of_modes(ax, column, label, line):
        table = data.rows("dynamics", ["stability"])
        names = style.layers(table.values("layer")) if "layer" in table else ["network"]
        names = [name for name in names if np.isfinite(table.where(layer=name)[column] if "layer" in table else table[column]).any()]
        for i, value in enumerate(hue.values):
            mine = table.where(category_value=value)
            means = [mine.where(layer=layer)[column].mean() if "layer" in mine else mine[column].mean() for layer in names]
            ax.plot(range(len(names)), means, color=hue.colour[value], linestyle=hue.line[value], marker=hue.marker[value], markeredgecolor="white", markeredgewidth=0.3)
            for layer, mean in zip(names, means):
                page.number("D", column, mean, "1/ms" if column != "spectral_radius" else "", value, layer)
        ax.axhline(line, color=style.GREY, linestyle=style.LINE["reference"], linewidth=0.8)
        ax.set_xticks(range(len(names)), [style.name(name) if name != "network" else "All" for name in names])
        ax.set_ylabel(label)

    page.panel(axes["A"], "A", "Blank", blank)
    page.panel(axes["B"], "B", "Long stimulus", shown)
    page.panel(zoom, "C", "After the stimulus", after)
    page.panel(radius, "D", "Spectral radius", lambda: of_modes(radius, "spectral_radius", "Spectral radius", 1))
    page.panel(exponent, "E", "Largest Lyapunov exponent", lambda: of_modes(exponent, "lyapunov_1", "Lyapunov exponent (1/ms)", 0))

    def blank_trace(layer, value):
        """The blank run; before the stimulus of `nullcondition` where there is none."""
        for experiment in ("null", "nullcondition"):
            try:
                return trace(of(experiment), layer, value)
            except Refused as refused:
                why = refused
        raise why

    for value in hue.values:
        for layer in layers:
            try:
                one = blank_trace(layer, value)
                end = one.onset or len(one.mean)
                page.number("A", "baseline", one.mean[end - 1], category_value=value, layer=layer)
                page.number("A", "drift", drift(one), category_value=value, layer=layer)
                page.number("B", "peak", trace(longest(), layer, value).mean.max(), category_value=value, layer=layer)
            except Refused as refused:
                page.note(str(refused))
            try:
                for swept in data.measure_rows("return_to_baseline_ms", ["stability"], layer=layer, category_value=value).values("parameter_value"):
                    page.number("C", f"return_to_baseline_ms({style.plain(swept)})", data.measure(
                        "return_to_baseline_ms", ["stability"], layer=layer, category_value=value, parameter_value=swept), "ms", value, layer)
            except Refused:
                pass
        try:
            table = data.rows("dynamics", ["stability"], category_value=value)
            page.number("D", "fixed_point", table["converged"].min(), "0 no, 1 yes", value)
        except Refused:
            pass

    def stable(value):
        table = data.rows("dynamics", ["stability"], category_value=value)
        radius_of = float(table["spectral_radius"].max())
        drifts = [abs(drift(blank_trace(layer, value))) for layer in layers]
        returns = data.measure_rows("return_to_baseline_ms", ["stability"], category_value=value)["value"]
        reasons = [text for bad, text in ((not radius_of < 1, f"spectral radius {radius_of:.3f}"), (not max(drifts) <= SMALL, f"drift {100 * max(drifts):.2g} %"),
                                          (not np.isfinite(returns).all(), "a layer does not return within the run")) if bad]
        return Finding(not reasons, radius_of, reason="; ".join(reasons))

    def silent(value):
        models = rows.where(category_value=value).values("model")
        if {option_of(model, "bias") for model in models} != {"false"}:
            raise Refused("the law is of networks without biases (bias=false in the model's name)")
        largest = max(float(np.abs(trace(of("null"), layer, value).mean).max()) for layer in layers)
        return Finding(largest == 0, largest)

    for value in hue.values:
        of_type = f" [{style.name(hue.kind)}: {style.name(value)}]" if value else ""
        page.state(CLAIM, "spectral radius < 1, drift of the blank run <= 1 %, every layer returns within the run" + of_type, lambda value=value: stable(value))
        page.state(LAW, "without biases a blank gives exactly 0" + of_type, lambda value=value: silent(value))
