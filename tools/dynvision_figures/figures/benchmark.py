"""What training and inference cost, one factor at a time: seconds, memory, ratio to the default; whether the order is the expected one."""
import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from .. import style
from ..page import Finding
from ..refused import Refused, nearest
from ..tables import number

NAME, NUMBER = "benchmark", None
TITLE = "Cost of training and inference, one factor at a time"
TABLES = ("benchmark",)
HEIGHT = 110
COSTS = (("seconds_per_training_step", "Training step (s)"), ("inference_ms_per_image", "Inference (ms/image)"),
         ("memory_mb", "Memory (MB)"), ("ratio_to_default", "Time/image, ratio to ○"))
UNITS = {"seconds_per_training_step": "s", "inference_ms_per_image": "ms", "memory_mb": "MB", "ratio_to_default": ""}
ROW = 2.9  # mm


class Rows:
    """Rows of the table: `of(factor)` gives {level: {column: value}}."""

    def __init__(self, table):
        self.table = table

    def column(self, name):
        return self.table[name] if name in self.table else np.full(len(self.table), np.nan)

    def get(self, factor, level, column):
        found = (self.table["factor"] == factor) & (self.table["level"] == level)
        if not found.any():
            levels = list(self.table["level"][self.table["factor"] == factor])
            raise Refused(f"benchmark.csv has no level {level} of {factor}: {nearest(level, levels)}" if levels else
                          f"benchmark.csv has no factor '{factor}'")
        if column not in self.table:
            self.table[column]  # refuses, with the nearest name
        value = self.table[column][found][0]
        if isinstance(value, (float, np.floating)) and not np.isfinite(value):
            note = str(self.table["note"][found][0]) if "note" in self.table else ""
            raise Refused(f"{factor} {level}: no {column}" + (f" ({note})" if note else ""))
        return value

    def levels(self, factor, column, fewest=2):
        """{level: value} of those that were measured."""
        found = self.table["factor"] == factor
        values = {str(level): float(value) for level, value in zip(self.table["level"][found], self.column(column)[found]) if np.isfinite(value)}
        if len(values) < fewest:
            raise Refused(f"benchmark.csv has {len(values)} levels of '{factor}' with {column}: at least {fewest} are compared")
        return values


def within(rows, factor, most):
    values = {level: abs(ratio - 1) for level, ratio in rows.levels(factor, "ratio_to_default").items()}
    worst = max(values, key=values.get)
    return Finding(values[worst] <= most, values[worst], reason=f"largest: {worst}")


def falling(rows, factor, levels, column):
    """By more than the rounds differ: the upper quartile of each level lies below the lower one of the level before it."""
    def quartiles(which):
        found = rows.levels(factor, column + which, fewest=0)
        return [found.get(level, value) for level, value in zip(levels, values)]

    values = [float(rows.get(factor, level, column)) for level in levels]
    low, high = quartiles("_q1"), quartiles("_q3")
    reason = ", ".join(f"{level}: {value:.3g}" for level, value in zip(levels, values))
    holds = all(a > b for a, b in zip(low, high[1:]))
    if not holds and all(a > b for a, b in zip(values, values[1:])):
        reason += "; quartiles overlap"
    return Finding(holds, values[-1] / values[0], reason=reason)


def raw_is_fastest(rows):
    files = {level: rate for level, rate in rows.levels("loader", "loader_images_per_s").items() if level not in ("memory",)}
    best = max(files, key=files.get)
    packed = max((rate for level, rate in files.items() if level in ("IDX gz", "NPZ")), default=np.nan)
    return Finding(best not in ("IDX gz", "NPZ"), files[best] / packed, reason=f"fastest: {best}")


def work_of_types(rows):
    if str(rows.get("recurrence type", "full", "type")) != "DyRCNNx4<>":
        raise Refused("the numbers are those of DyRCNNx4")
    off = {level: abs(float(rows.get("recurrence type", level, "multiply_adds_per_step")) / 1e6 - millions)
           for level, millions in (("full", 63), ("depthpointwise", 29), ("self", 24))}
    return Finding(max(off.values()) <= 1, max(off.values()))


def share_of_skips(rows):
    on, off = (float(rows.get("skip", level, "multiply_adds_per_step")) for level in ("true", "false"))
    return Finding(0 < 1 - off / on <= 0.15, 1 - off / on)


def exponent(rows):
    seconds = rows.levels("T", "seconds_per_training_step")
    steps = np.array([number(level) for level in seconds])
    slope = float(np.polyfit(np.log(steps), np.log(list(seconds.values())), 1)[0])
    return Finding(0.85 <= slope <= 1.15, slope)


def idle_is_inference(rows):
    idle, none = (float(rows.get("idle", level, "seconds_per_training_step")) for level in ("20", "0"))
    inference = float(rows.get("idle", "0", "inference_ms_per_image")) * float(rows.get("idle", "0", "batch_size")) / 1000
    ratio = (idle - none) / inference
    return Finding(0.7 <= ratio <= 1.3, ratio)


def naive(rows, factor, slow, fast):
    ratio = float(rows.get(factor, slow, "seconds_per_training_step")) / float(rows.get(factor, fast, "seconds_per_training_step"))
    steps = float(rows.get(factor, slow, "steps")) / float(rows.get(factor, fast, "steps"))
    return Finding(abs(ratio / steps - 1) <= 0.2, ratio, reason=f"steps: {steps:.3g}")


def planned_ahead(rows):
    ratio = float(rows.get("unrolling", "biological", "seconds_per_training_step")) / \
        float(rows.get("unrolling", "engineering", "seconds_per_training_step"))
    return Finding(ratio <= 1.15, ratio)


def one_pass(rows):
    shares = {level: 1 / ratio / float(rows.get("plan", level, "step_ratio")) for level, ratio in rows.levels("plan", "ratio_to_default").items()
              if np.isfinite(rows.get("plan", level, "step_ratio"))}
    worst = min(shares, key=shares.get)
    return Finding(shares[worst] >= 0.9, shares[worst], reason=f"least: {worst}")


STATEMENTS = (
    ("loader: of the files, a raw store is read fastest", raw_is_fastest),
    ("pattern: all take the same time, within 5 %", lambda rows: within(rows, "pattern", 0.05)),
    ("recurrence type: time falls from full to depthpointwise to self",
     lambda rows: falling(rows, "recurrence type", ("full", "depthpointwise", "self"), "seconds_per_training_step")),
    ("skip: at most 15 % of the multiply-adds", share_of_skips),
    ("T: time is in proportion to it (exponent 1)", exponent),
    ("idle: 20 steps cost what inference of 20 steps costs", idle_is_inference),
    ("loss time: all take the same time, within 5 %", lambda rows: within(rows, "loss time", 0.05)),
    ("truncation: memory falls", lambda rows: falling(rows, "truncation", ("0", "5"), "memory_mb")),
    ("checkpoint: memory falls", lambda rows: falling(rows, "checkpoint", ("0", "5"), "memory_mb")),
    ("unrolling: step by step, biological time costs its steps", lambda rows: naive(rows, "unrolling", "biological naive", "engineering naive")),
    ("unrolling: planned ahead, biological time costs what engineering time does, within 15 %", planned_ahead),
    ("unrolling: planned ahead is faster than step by step",
     lambda rows: falling(rows, "unrolling", ("engineering naive", "engineering"), "seconds_per_training_step")),
    ("unrolling CORnet-RT: engineering time is faster",
     lambda rows: falling(rows, "unrolling CORnet-RT", ("biological", "engineering"), "seconds_per_training_step")),
    ("dtype: bfloat16 is faster than float32", lambda rows: falling(rows, "dtype", ("float32", "bfloat16"), "seconds_per_training_step")),
    ("dtype: bfloat16 takes less memory", lambda rows: falling(rows, "dtype", ("float32", "bfloat16"), "memory_mb")),
    ("batch: an image alone takes longer than in a batch of 16", lambda rows: falling(rows, "batch", ("1", "16"), "ratio_to_default")),
    ("threads: two are faster than one", lambda rows: falling(rows, "threads", ("1", "2"), "seconds_per_training_step")),
    ("plan: one pass saves at least 0.9 of what its steps save", one_pass),
)


def draw(page, data):
    table = data.tables.table("benchmark")
    rows = Rows(table)
    there = [(column, label) for column, label in COSTS if column in table and np.isfinite(table[column]).any()]
    if not there:
        table[COSTS[0][0]]
        raise Refused(f"benchmark.csv: {', '.join(column for column, _ in COSTS)} are all NaN")
    measured = np.zeros(len(table), bool)
    for column, _ in there:
        measured |= np.isfinite(table[column])
    places, names, headings, y = np.full(len(table), np.nan), [], [], 0.0
    for factor in table.values("factor"):
        mine = np.flatnonzero((table["factor"] == factor) & measured)
        if not len(mine):
            continue
        headings.append((y, factor))
        for k in mine:
            places[k] = y
            names.append((y, table["level"][k] if factor == "plan" else style.name(table["level"][k])))
            y += 1
        y += 1.5
    page.figure.set_size_inches(page.figure.get_size_inches()[0], style.MM * (22 + ROW * y))
    axes = page.figure.subplots(1, len(there), sharey=True, squeeze=False)[0]
    default = rows.column("is_default") == 1
    for k in np.flatnonzero(measured):
        for column, _ in there:
            if np.isfinite(table[column][k]):
                page.number(column, f"{table['factor'][k]}: {column}", Quartiles(rows, column, k), UNITS[column],
                            category_value=str(table["level"][k]))

    def one(ax, column, label):
        values = rows.column(column)
        low, high = rows.column(column + "_q1"), rows.column(column + "_q3")
        for k in np.flatnonzero(measured & np.isfinite(values)):
            if np.isfinite(low[k]) and np.isfinite(high[k]):
                ax.plot([low[k], high[k]], [places[k]] * 2, color=style.GREY, linewidth=1.6, solid_capstyle="butt", zorder=1)
            ax.plot([values[k]], [places[k]], "o", color=style.INK if not default[k] else "white", markeredgecolor=style.INK,
                    markeredgewidth=0.8, markersize=3.4, zorder=2)
        positive = values[measured & np.isfinite(values) & (values > 0)]
        if len(positive) and positive.max() / positive.min() > 20:
            ax.set_xscale("log")
            ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if positive.max() / positive.min() < 100 else (1,)))
            ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
            ax.xaxis.set_minor_formatter(NullFormatter())
        elif len(positive):
            ax.set_xlim(0, positive.max() * 1.1)
        if column == "ratio_to_default":
            ax.axvline(1, color=style.PALE, linewidth=0.8, zorder=0)
        ax.set_xlabel(label)
        for start, _ in headings[1:]:
            ax.axhline(start - 1.25, color=style.PALE, linewidth=0.5, zorder=0)
        ax.tick_params(axis="y", length=0)

    for k, (column, label) in enumerate(there):
        page.panel(axes[k], "ABCD"[k], "", lambda: one(axes[k], column, label))
    axes[0].set_yticks([at for at, _ in names], [name for _, name in names], fontsize=6)
    axes[0].set_ylim(y - 1, -2)
    for start, factor in headings:
        axes[0].text(-0.03, start - 0.85, factor, transform=axes[0].get_yaxis_transform(), ha="right", va="center", fontsize=6.5, fontweight="bold")
    for statement, test in STATEMENTS:
        page.claim(statement, lambda: test(rows))
    page.law("recurrence type: 63, 29 and 24 million multiply-adds a step (full, depthpointwise, self)", lambda: work_of_types(rows))
    if default.any():
        page.note("○ the default")
    if "rounds" in table and np.isfinite(table["rounds"]).any():
        page.note(f"medians and quartiles of {np.nanmin(np.where(measured, table['rounds'], np.nan)):g} rounds")
    left = sorted({str(f) for f in table["factor"][~measured]})
    if left:
        page.note(f"levels that were not run, with the reason in the table: {', '.join(left)}")
    if "machine" in table:
        page.note(f"{', '.join(table.values('machine'))}; {', '.join(table.values('date')) if 'date' in table else ''}")


class Quartiles:
    """A number with its quartiles, as a page prints numbers with intervals."""

    def __init__(self, rows, column, k):
        self.value = rows.table[column][k]
        self.low, self.high = rows.column(column + "_q1")[k], rows.column(column + "_q3")[k]
        self.n = rows.column("rounds")[k]
