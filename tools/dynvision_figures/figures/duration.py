"""Figure 15: temporal summation. How responses add up over the time that a stimulus is shown."""
import numpy as np

from .. import parts, style
from ..dynamics import Dynamics
from ..page import CLAIM, Finding
from ..refused import Refused
from ..tables import number

NAME, NUMBER = "duration", 15
TITLE = "Stimulus duration: traces, delayed normalisation, summation"
TABLES = ("traces", "curves", "dn_fit")
EXPERIMENTS = ["duration", "duration_paper"]
HEIGHT = 135
SUMMATION = {"summation_exponent": "", "integration_window_steps": "steps", "doubling_ratio": "", "nts": "", "nts_original": "",
             "truncated_fraction": "", "baseline_share": ""}


def draw(page, data):
    panels = Dynamics(page, data, EXPERIMENTS, 2)

    def summation():
        x = panels.over_parameter(panels.own[0], "nts", experiments=EXPERIMENTS)
        panels.own[0].plot(x, x / x.max(), color=style.GREY, linestyle=style.LINE["reference"], label="linear: D/D max")
        panels.own[0].set_ylabel("Normalised summed\nresponse")
        panels.own[0].legend(loc="lower right")

    def doubling():
        panels.layers_over_parameter(panels.own[1], "doubling_ratio", EXPERIMENTS)
        panels.own[1].axhline(1, color=style.GREY, linestyle=style.LINE["reference"], linewidth=0.8)
        panels.own[1].set_ylabel("Doubling ratio\nS(2D) / 2 S(D)")

    page.panel(panels.own[0], "D", f"Temporal summation, {style.name(panels.focus)}", summation)
    page.panel(panels.own[1], "E", f"Doubling, {style.name(panels.first)}\n" if panels.first else "Doubling\n", doubling)
    panels.print_measures("D", SUMMATION, EXPERIMENTS)

    def sublinear(value):
        """At the duration 10 steps, whose double is the longest stimulus; the layer with the largest ratio decides."""
        worst, holds, reasons = None, True, []
        for layer in panels.layers:
            rows = data.measure_rows("doubling_ratio", EXPERIMENTS, layer=layer, category_value=value)
            swept = [each for each in rows.values("parameter_value") if number(each) == 10]
            if not swept:
                raise Refused(f"no doubling_ratio at 10 steps; there are {', '.join(map(style.plain, rows.values('parameter_value')))}")
            ratio = data.measure("doubling_ratio", EXPERIMENTS, layer=layer, category_value=value, parameter_value=swept[0])
            cut = float(data.measure("truncated_fraction", EXPERIMENTS, layer=layer, category_value=value).value)
            if not ratio.high < 1:
                holds = False
                reasons.append(f"{layer}: the interval reaches {float(ratio.high):.3f}")
            if not cut <= 0.05:
                holds = False
                reasons.append(f"{layer}: the window cuts the response off at {100 * cut:.0f} % of its peak (> 5 %)")
            if worst is None or ratio.value > worst.value:
                worst = ratio
        return Finding(holds, float(worst.value), float(worst.low), float(worst.high), "; ".join(reasons))

    panels.each_model(CLAIM, "doubling_ratio(10) < 1 in every layer, interval below 1, truncated_fraction <= 0.05", sublinear)
