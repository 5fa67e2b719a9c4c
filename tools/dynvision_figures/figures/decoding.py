"""Decoding over time: how well the class can be read from each layer at each step."""
import numpy as np

from .. import parts, statistics, style
from ..data import category_values, only
from ..page import Finding
from ..refused import Refused

NAME, NUMBER = "decoding", None
TITLE = "Decoding of the class over time, by layer"
TABLES = ("decoding",)
HEIGHT = 70


def same_step(rows):
    """Rows that train and test at the same step."""
    return rows.rows(rows["times_index"] == rows["times_index_other"]) if "times_index_other" in rows else rows


def course(rows, column="accuracy"):
    """(time, Estimate over seeds) of rows that differ in seed and step."""
    seeds, steps = np.unique(np.nan_to_num(rows["seed"], nan=-1)), np.unique(rows["times_index"])
    if len(rows) != len(seeds) * len(steps):
        raise Refused(f"{rows.name}.csv: {len(rows)} rows for {len(seeds)} seeds of {len(steps)} steps")
    rows = rows.rows(np.lexsort((rows["times_index"], np.nan_to_num(rows["seed"], nan=-1))))
    each = {name: rows[name].reshape(len(seeds), -1) if name in rows else np.full((len(seeds), len(steps)), np.nan) for name in (column, "ci_low", "ci_high", "time_ms")}
    if np.isnan(each[column]).any():
        raise Refused(f"{rows.name}.csv: {column} is NaN")
    nothing = np.zeros(each[column].shape)
    estimate = statistics.of_moments(each[column], nothing, nothing + 1, each["ci_low"], each["ci_high"])
    return each["time_ms"][0], estimate


def draw(page, data):
    rows = same_step(data.rows("decoding"))
    value = data.first_value(rows)
    mine = rows.where(category_value=value)
    layers = style.layers(mine.values("layer"))
    hue, models = parts.Hue.layers(layers), parts.Hue(only(rows, "category"), category_values(rows))
    by_layer, by_model = page.figure.subplots(1, 2, sharey=True)

    def line(ax, found, colour, marker, offset):
        time, estimate = course(found)
        ax.plot(time, estimate.value, color=colour, marker=marker, markevery=(offset % 5, 5), markeredgecolor="white", markeredgewidth=0.3)
        if np.isfinite(estimate.low).any():
            ax.fill_between(time, estimate.low, estimate.high, color=colour, alpha=0.2, linewidth=0)
            page.note(f"95 % intervals: {'seeds' if estimate.seeds > 1 else statistics.ONE_NETWORK}")
        return time, estimate

    def finish(ax):
        ax.axhline(mine["chance"].mean(), color=style.GREY, linestyle=style.LINE["reference"], linewidth=0.8)
        ax.margins(x=0)
        parts.time_axis(ax)

    best = {}

    def layers_of_one():
        for i, layer in enumerate(layers):
            time, estimate = line(by_layer, mine.where(layer=layer), hue.colour[layer], hue.marker[layer], 2 * i)
            peak = int(np.argmax(estimate.value))
            best[layer] = float(estimate.low[peak] if np.isfinite(estimate.low[peak]) else estimate.value[peak])
            page.number("A", "best_accuracy", type(estimate)(estimate.value[peak], estimate.low[peak], estimate.high[peak], estimate.n, estimate.seeds),
                        category_value=value, layer=layer)
            page.number("A", "time_of_best", time[peak], "ms", value, layer)
        by_layer.set_ylabel("Decoding accuracy")
        parts.legend(by_layer, hue.handles(), 2)
        finish(by_layer)

    focus = data.options.focus_layer or layers[-1]

    def models_of_one():
        for i, model in enumerate(models.values):
            line(by_model, rows.where(category_value=model, layer=focus), models.colour[model], models.marker[model], 2 * i)
        parts.legend(by_model, models.handles(), 2)
        finish(by_model)

    page.panel(by_layer, "A", f"Layers, {style.name(value)}" if value else "Layers", layers_of_one)
    page.panel(by_model, "B", style.name(focus), models_of_one)

    def above():
        if not best:
            raise Refused("no layer could be drawn")
        chance = float(mine["chance"].mean())
        worst = min(best, key=best.get)
        return Finding(best[worst] > chance, best[worst] - chance, reason=f"least: {worst}; lower end of the interval minus chance")

    page.claim("the class can be decoded above chance from every layer", above)
