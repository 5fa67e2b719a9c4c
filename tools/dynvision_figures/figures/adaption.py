"""Adaptation by the parameter: recovery of a second response, and the last response of a train against the first."""
from .. import parts, style
from ..data import category_values, only
from ..refused import Refused

NAME, NUMBER = "adaption", None
TITLE = "Recovery and train index by the parameter"
TABLES = ("curves",)
HEIGHT = 65
MEASURES = (("recovery_max", "Recovery of the\nsecond response"), ("train_index", "Last / first response\nof a train"))


def draw(page, data):
    axes = page.figure.subplots(1, 2)
    measures = data.measures()
    hue = None
    for k, (measure, label) in enumerate(MEASURES):
        def over_parameter(ax=axes[k], measure=measure, label=label):
            nonlocal hue
            rows = data.measure_rows(measure)
            focus = data.focus(rows)
            hue = parts.Hue(only(rows, "category"), category_values(rows))
            for value in hue.values:
                swept, x, estimates = data.curve(measure, layer=focus, category_value=value)
                parts.against(ax, page, x, estimates, hue.colour[value], hue.marker[value], hue.line[value])
                for level, estimate in zip(swept, estimates):
                    page.number("AB"[MEASURES.index((measure, label))], f"{measure}({style.plain(level)})", estimate, "", value, focus)
            ax.axhline(1, color=style.GREY, linestyle=style.LINE["reference"], linewidth=0.8)
            ax.set_xlabel(style.parameter_label(only(rows, "parameter"), data.in_ms(rows.rows(rows["parameter_value"] != ""))))
            ax.set_ylabel(label)

        page.panel(axes[k], "AB"[k], ("Two pulses", "Train")[k], over_parameter)
    if hue is None:
        raise Refused("curves.csv has neither recovery_max nor train_index; there are: " + ", ".join(measures.values("measure")))
    parts.legend_above(page, hue.handles())
