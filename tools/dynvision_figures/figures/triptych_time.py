"""Figure 11: idle steps, time steps, and the reaction time of the loss."""
import numpy as np

from ..page import Finding
from ..refused import Refused
from ..tables import number
from ..triptych import EXPERIMENTS, Triptych, grows  # noqa: F401

NAME, NUMBER = "triptych_time", 11
TITLE = "Idle steps, time steps, reaction time of the loss"
TABLES = ("metrics", "traces", "summary", "dynamics")
HEIGHT = 165
LAST = 10  # steps with the stimulus whose variance is looked at


def late_variation(column, value):
    """Standard deviation over the last shown steps, relative to the peak; mean over layers."""
    found = []
    for layer in column.layers:
        trace = column.trace(layer, value)
        found.append(np.std(trace.mean[max(trace.offset - LAST, trace.onset):trace.offset], ddof=1) / trace.mean.max())
    return float(np.mean(found))


def draw(page, data):
    page_of_three = Triptych(page, data, ("idle", "tsteps", "lossrt"))
    page_of_three.print_measures({"accuracy": "", "transient_index": "", "return_to_baseline_ms": "ms"})
    page_of_three.print_dynamics({"spectral_radius": ""})
    for category, column in page_of_three.columns.items():
        for value in column.hue.values:
            page.number(category, "late_variation", late_variation(column, value), category_value=f"{category}={value}")

    def idle_gains_nothing():
        """The largest gain over no idle steps; its interval must not lie above 0."""
        column = page_of_three.column("idle")
        if "0" not in [str(v) for v in column.hue.values]:
            raise Refused("no model with 0 idle steps")
        none = column.measure("accuracy", "classifier", "0")
        others = [column.measure("accuracy", "classifier", v) for v in column.hue.values if v != "0"]
        if not others:
            raise Refused("no model with idle steps")
        best = max(others, key=lambda e: e.value)
        gain = float(best.value - none.value)
        half = float(np.hypot(best.high - best.low, none.high - none.low) / 2)
        return Finding(gain - half <= 0, gain, gain - half, gain + half, best.units)

    def variance_rises():
        column = page_of_three.column("lossrt")
        if len(column.hue.values) < 2:
            raise Refused("one reaction time only")
        first, last = (late_variation(column, v) for v in column.ends())
        return Finding(last > first, last - first, reason=f"t_loss {number(column.ends()[1]):g} minus {number(column.ends()[0]):g} ms")

    page.claim("idle steps give no accuracy: the interval of the largest gain contains 0, or lies below", idle_gains_nothing)
    page.claim(f"a large t_loss raises the standard deviation over the last {LAST} shown steps", variance_rises)
