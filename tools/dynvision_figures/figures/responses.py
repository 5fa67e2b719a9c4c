"""Traces of every layer, with accuracy and confidence: colours are the values of a category, or of the parameter."""
from .. import parts, style
from ..data import category_values, only, parameter_values
from ..refused import Refused

NAME, NUMBER = "responses", None
TITLE = "Ridges of layer traces, accuracy and confidence of any experiment"
TABLES = ("traces",)
HEIGHT = 130


def draw(page, data):
    rows = data.traces()
    experiment, rows = data.one_experiment(rows, "traces")
    if len(rows.values("epoch")) > 1 and not data.options.status:
        rows = rows.where(epoch=max(rows.values("epoch")))
        page.note(f"epoch {rows['epoch'][0]:g}")
    values, swept = category_values(rows), parameter_values(rows) or [""]
    by_parameter = data.options.hue == "parameter" or (data.options.hue is None and len(values) == 1 and len(swept) > 1)
    if by_parameter:
        hue = parts.Hue(only(rows, "parameter"), swept)
        fixed = {"category_value": data.first_value(rows)}
    else:
        hue = parts.Hue(only(rows, "category"), values)
        fixed = {"parameter_value": data.reference(swept)} if swept != [""] else {}
    column = "parameter_value" if by_parameter else "category_value"
    quantity = data.options.quantity or "response_avg"
    responses = rows.where(quantity=quantity, **fixed)
    if not len(responses):
        raise Refused(f"traces.csv has no {quantity}; there are: {', '.join(rows.values('quantity'))}")
    layers = parts.number_of_layers(responses)
    grid = page.figure.add_gridspec(1, 2)
    axes = parts.rows_of_axes(page.figure, grid[0], layers)
    right = grid[1].subgridspec(2, 1)
    accuracy_ax, confidence_ax = page.figure.add_subplot(right[0]), page.figure.add_subplot(right[1])
    parts.legend_above(page, hue.handles(), 6)
    title = style.experiment_name(experiment)
    page.panel(axes, "A", title, lambda: parts.ridges(axes, page, data, responses, hue, lambda layer, value: data.trace(
        responses, layer=layer, **{column: value})))

    def behaviour(ax, quantity):
        mine = rows.where(quantity=quantity, **fixed)
        if not len(mine):
            raise Refused(f"traces.csv has no {quantity}; there are: {', '.join(rows.values('quantity'))}")
        for i, value in enumerate(hue.values):
            trace = data.trace(mine, layer="classifier", **{column: value})
            parts.band(ax, page, trace, hue.colour[value], hue.line[value], hue.marker[value], offset=2 * i)
            if i == 0:
                parts.stimulus(ax, trace)
        ax.set_ylabel(style.quantity_name(quantity))
        ax.margins(x=0)
        parts.time_axis(ax)

    page.panel(accuracy_ax, "B", "Accuracy", lambda: behaviour(accuracy_ax, data.options.accuracy_measure))
    page.panel(confidence_ax, "C", "Confidence", lambda: behaviour(confidence_ax, data.options.confidence_measure))
    for value in hue.values:
        for layer in style.layers(responses.values("layer")):
            trace = data.trace(responses, layer=layer, **{column: value})
            peak = int(trace.mean.argmax())
            page.number("A", "peak_of_mean", trace.mean[peak], "", style.plain(value), layer)
            page.number("A", "time_of_peak_of_mean", trace.time[peak] + trace.dt, "ms", style.plain(value), layer)
