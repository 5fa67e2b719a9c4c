"""Figure 17: two pulses. What a first stimulus leaves for a second one, after the tail of the first is taken away."""
import numpy as np

from .. import parts, style
from ..dynamics import Dynamics
from ..page import CLAIM, Finding
from ..refused import Refused
from ..statistics import spearman
from ..tables import number

NAME, NUMBER = "interval", 17
TITLE = "Two pulses: traces, delayed normalisation, recovery"
TABLES = ("traces", "curves", "dn_fit")
EXPERIMENTS = ["interval", "interval_paper"]
SINGLE = ["intervalsingle"]
HEIGHT = 135
MIN_DELAY = 5  # steps between two peaks, as in the Python toolbox
PRINTED = {"recovery_max": "", "recovery_sum": "", "recovery_amplitude": "", "recovery_tau_steps": "steps", "peak_ratio": ""}


def peak_ratio(trace, min_delay=MIN_DELAY):
    """Later over earlier of the two highest peaks; 0 with fewer than two."""
    left, right = np.append(-np.inf, trace[:-1]), np.append(trace[1:], -np.inf)
    found = [i for i in np.flatnonzero((trace >= left) & (trace >= right) & (trace > 0))]
    found.sort(key=lambda i: (-trace[i], i))
    if len(found) < 2:
        return 0.0
    second = next((i for i in found[1:] if abs(i - found[0]) >= max(1, min_delay)), found[1])
    first, last = sorted((found[0], second))
    return float(trace[last] / trace[first])


def draw(page, data):
    panels = Dynamics(page, data, EXPERIMENTS, 2)

    def recovery():
        panels.over_parameter(panels.own[0], "recovery_max", experiments=EXPERIMENTS)
        panels.own[0].axhline(1, color=style.GREY, linestyle=style.LINE["reference"], linewidth=0.8)
        panels.own[0].set_ylabel("Recovery of the\nsecond response")

    def linear_prediction(value):
        """peak_ratio of the single pulse added to itself, one interval later."""
        single = data.trace(data.traces(SINGLE, quantity="response_avg"), layer=panels.focus, category_value=value)
        found = []
        for swept in panels.swept.values:
            two = panels.trace(panels.focus, swept, value)
            length = single.offset - single.onset
            starts = np.flatnonzero((two.shown != 0) & np.append(True, two.shown[:-1] == 0))
            if len(starts) != 2:
                raise Refused(f"interval {style.plain(swept)}: {len(starts)} pulses are shown, not two")
            shift = starts[1] - starts[0]
            sum_of_two = single.evoked.copy()
            sum_of_two[shift:] += single.evoked[:-shift]
            found.append(peak_ratio(sum_of_two))
        return found

    def ratio():
        x = panels.over_parameter(panels.own[1], "peak_ratio", experiments=EXPERIMENTS)
        for value in panels.hue.values:
            predicted = linear_prediction(value)
            panels.own[1].plot(x, predicted, color=panels.hue.colour[value], linestyle=style.LINE["reference"], linewidth=0.8)
            for swept, each in zip(panels.swept.values, predicted):
                page.number("E", f"peak_ratio_linear({style.plain(swept)})", each, category_value=value, layer=panels.focus)
        panels.own[1].set_ylabel("Peak ratio")
        parts.legend(panels.own[1], parts.lines_key({"Network": "first", "Linear overlap": "reference"}))

    page.panel(panels.own[0], "D", f"Recovery, {style.name(panels.focus)}", recovery)
    page.panel(panels.own[1], "E", f"Peak ratio, {style.name(panels.focus)}", ratio)
    panels.print_measures("D", PRINTED, EXPERIMENTS)

    def recovers(value):
        """Of the focus layer: below 1 at the shortest interval, and a rising rank over the intervals."""
        values, _, estimates = data.curve("recovery_max", EXPERIMENTS, layer=panels.focus, category_value=value)
        rho = spearman([number(each) for each in values], [float(e.value) for e in estimates])
        first = estimates[0]
        return Finding(bool(first.high < 1 and rho > 0), float(first.value), float(first.low), float(first.high),
                       f"Spearman correlation with the interval {rho:.2f}")

    panels.each_model(CLAIM, f"recovery_max(I_min) < 1 in {panels.focus}, interval below 1, and rises with I", recovers)
