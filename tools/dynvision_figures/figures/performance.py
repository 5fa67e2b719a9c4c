"""Accuracy over time and against the parameter, reaction and peak times; full, silenced and trained without recurrence apart."""
from .. import parts, statistics, style
from ..data import category_values, only, parameter_values
from ..refused import Refused
from ..tables import number

NAME, NUMBER = "performance", None
TITLE = "Accuracy over time and against the parameter, reaction and peak times"
TABLES = ("traces", "summary")
USUAL = ("uniformnoise", "gaussiannoise", "phasescramblednoise", "contrast", "duration")  # where none is named
HEIGHT = 110


def draw(page, data):
    everything = data.traces(quantity=data.options.accuracy_measure, layer="classifier")
    full = [each for each in everything.values("experiment") if not each.endswith("ffonly")]
    rows = everything.where(experiment=full)
    experiment, rows = data.one_experiment(rows, "traces", USUAL)
    off = [experiment + "ffonly"]
    silenced = everything.where(experiment=off)
    if not len(silenced):  # --experiment names the one with the recurrence
        found = data.tables.table("traces")
        silenced = found.where(experiment=off, quantity=data.options.accuracy_measure, layer="classifier")
    hue, swept = parts.Hue(only(rows, "category"), category_values(rows)), parameter_values(rows)
    if not swept:
        raise Refused(f"experiment {experiment} sweeps no parameter; draw it with `responses`")
    levels = parts.Hue(only(rows, "parameter"), swept)
    in_ms = data.in_ms(rows)
    x = rows_x(rows, swept, in_ms)
    label = style.parameter_label(levels.kind, in_ms)
    grid = page.figure.add_gridspec(2, 2, height_ratios=[1, 1])
    over_time, at_row, reaction, peak = (page.figure.add_subplot(grid[i // 2, i % 2]) for i in range(4))
    if hue.values != [""]:
        parts.legend_above(page, hue.handles() + (parts.lines_key({"Recurrence silenced": "silenced"}) if len(silenced) else []))
    first = data.first_value(rows)

    def trace(level, value, of=rows):
        return data.trace(of, parameter_value=level, category_value=value)

    def read(level, value, of=rows):
        one = trace(level, value, of)
        row = one.offset - 1 if data.options.row is None else data.options.row
        if not 0 <= row < len(one.mean):
            raise Refused(f"--row {row}: the run has the steps 0 to {len(one.mean) - 1}")
        e = one.estimate
        return statistics.Estimate(e.value[row], e.low[row], e.high[row], e.n, e.seeds)

    def time():
        for i, level in enumerate(swept):
            one = trace(level, first)
            parts.band(over_time, page, one, levels.colour[level], marker=levels.marker[level], offset=2 * i, label=levels.name(level))
        parts.stimulus(over_time, one)
        over_time.set_ylabel(style.quantity_name(data.options.accuracy_measure))
        over_time.margins(x=0)
        parts.time_axis(over_time)
        over_time.legend(fontsize=6, loc="lower right", ncols=2)

    def fixed():
        for value in hue.values:
            parts.against(at_row, page, x, [read(level, value) for level in swept], hue.colour[value], hue.marker[value], hue.line[value])
            for level in swept:
                page.number("B", f"accuracy({style.plain(level)})", read(level, value), category_value=value, layer="classifier")
            if value in silenced.values("category_value"):
                parts.against(at_row, page, x, [read(level, value, silenced) for level in swept], hue.colour[value], "^", style.LINE["silenced"])
                for level in swept:
                    page.number("B", f"accuracy, silenced({style.plain(level)})", read(level, value, silenced), category_value=value, layer="classifier")
        at_row.set_xlabel(label)
        at_row.set_ylabel(style.quantity_name(data.options.accuracy_measure))

    def over_parameter(ax, panel, measure, layers, y):
        curves = {}
        for value in hue.values:
            estimates, where = None, None
            for layer in layers:
                try:
                    _, where, estimates = data.curve(measure, [experiment], layer=layer, category_value=value)
                    break
                except Refused as refused:
                    why = refused
            if estimates is None:
                raise why
            curves[value] = layer, where, estimates
        parts.require_some([estimates for _, _, estimates in curves.values()], measure)
        for value, (layer, where, estimates) in curves.items():
            parts.against(ax, page, where, estimates, hue.colour[value], hue.marker[value], hue.line[value])
            for level, estimate in zip(swept, estimates):
                page.number(panel, f"{measure}({style.plain(level)})", estimate, "ms", value, layer)
        ax.set_xlabel(label)
        ax.set_ylabel(y)

    page.panel(over_time, "A", f"{style.experiment_name(experiment)}" + (f", {style.name(first)}" if first else ""), time)
    page.panel(at_row, "B", "At one step", fixed)
    page.panel(reaction, "C", "Reaction time", lambda: over_parameter(reaction, "C", "reaction_time_ms", ["classifier"], "Reaction time (ms)"))
    focus = [data.options.focus_layer] if data.options.focus_layer else ["V2", "V1", "IT", "classifier"]
    page.panel(peak, "D", "Peak latency", lambda: over_parameter(peak, "D", "peak_latency_ms", focus, "Peak latency (ms)"))


def rows_x(rows, swept, in_ms):
    return [float(rows.where(parameter_value=level)["parameter_ms"][0]) if in_ms else number(level) for level in swept]
