"""All behavioural quantities over time, a line for each value of the parameter."""
from .. import parts, style
from ..data import only, parameter_values
from ..refused import Refused

NAME, NUMBER = "experiment_outputs", None
TITLE = "Accuracy and confidences over time by the parameter"
TABLES = ("traces",)
HEIGHT = 110
QUANTITIES = ("accuracy", "accuracy_top3", "accuracy_top5", "guess_confidence", "label_confidence", "first_label_confidence")


def draw(page, data):
    rows = data.traces(layer="classifier")
    experiment, rows = data.one_experiment(rows, "traces")
    value = data.first_value(rows)
    rows = rows.where(category_value=value)
    there = [quantity for quantity in QUANTITIES if quantity in rows.values("quantity")]
    if not there:
        raise Refused(f"traces.csv of {experiment} has none of {', '.join(QUANTITIES)}; there are: {', '.join(rows.values('quantity'))}")
    swept = parts.Hue(only(rows, "parameter"), parameter_values(rows) or [""])
    parts.legend_above(page, swept.handles())
    columns = 2 if len(there) < 5 else 3
    axes = page.figure.subplots(-(-len(there) // columns), columns, sharex=True, squeeze=False).ravel()
    for ax in axes[len(there):]:
        ax.set_axis_off()

    def one(ax, quantity, panel):
        for i, level in enumerate(swept.values):
            trace = data.trace(rows, quantity=quantity, parameter_value=level)
            parts.band(ax, page, trace, swept.colour[level], marker=swept.marker[level], offset=2 * i)
            page.number(panel, f"{quantity}({style.plain(level)}) at the last step shown", trace.mean[trace.offset - 1], category_value=value, layer="classifier")
        parts.stimulus(ax, trace)
        ax.set_ylabel(style.quantity_name(quantity))
        ax.margins(x=0)
        parts.time_axis(ax)

    for k, quantity in enumerate(there):
        page.panel(axes[k], "ABCDEF"[k], style.experiment_name(experiment) if k == 0 else "", lambda: one(axes[k], quantity, "ABCDEF"[k]))
