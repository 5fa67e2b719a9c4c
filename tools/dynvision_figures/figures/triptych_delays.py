"""Figure 13: time constant, delay of the recurrence, delay of the skip connections."""
import numpy as np

from ..page import Finding
from ..refused import Refused
from ..tables import number, option_of
from ..triptych import Triptych, grows, network

NAME, NUMBER = "triptych_delays", 13
TITLE = "Time constant, delay of recurrence, delay of skips"
TABLES = ("metrics", "traces", "summary", "curves", "dynamics")
HEIGHT = 165
SAME = 1e-5


def draw(page, data):
    three = Triptych(page, data, ("tau", "trc", "tsk"))
    three.print_measures({"latency_50_ms": "ms", "integration_window_steps": "steps", "accuracy": ""})
    three.print_dynamics({"period_ms": "ms"})

    def latency_grows():
        column = three.column("tau")
        each = [grows([column.measure("latency_50_ms", layer, value) for value in column.hue.values]) for layer in column.layers]
        if len(column.hue.values) < 2:
            raise Refused("one time constant only")
        least = min(each, key=lambda finding: finding.value)
        return Finding(all(finding.holds for finding in each), least.value, least.low, least.high, "smallest rise of the layers, in ms")

    def period_grows():
        column = three.column("trc")
        each = [network(data, "trc", value)["period_ms"] for value in column.hue.values]  # nan: it does not oscillate
        periods = [float(np.nanmean(of)) if np.isfinite(of).any() else float("nan") for of in each]
        if len(periods) < 2 or not np.isfinite(periods).all():
            raise Refused(f"periods of the leading mode: {', '.join(f'{p:g}' for p in periods)}; two are needed")
        return Finding(bool(np.all(np.diff(periods) > 0)), periods[-1] - periods[0], reason="largest minus smallest delay, in ms")

    def only_late_layers():
        """Latencies at the smallest and the largest delay: apart in layers that skips arrive at, not apart in the others."""
        column = three.column("tsk")
        if len(column.hue.values) < 2:
            raise Refused("one delay of skips only")
        targets = [layer for layer in column.layers if layer in ("V4", "IT")]
        if not targets or len(targets) == len(column.layers):
            raise Refused(f"layers with and without skips are needed; there are: {', '.join(column.layers)}")
        shift, apart = {}, {}
        for layer in column.layers:
            first, last = (column.measure("latency_50_ms", layer, value) for value in column.ends())
            shift[layer] = float(last.value - first.value)
            apart[layer] = bool(last.low > first.high or last.high < first.low)
            page.number("tsk", "latency_50_shift", shift[layer], "ms", layer=layer)
        moved = [layer for layer in column.layers if apart[layer]]
        least = min((shift[layer] for layer in targets), key=abs)
        return Finding(moved == targets, least, reason=f"smallest shift of V4 and IT, in ms; latencies are apart in {', '.join(moved) or 'no layer'}")

    def closed_form():
        column = three.column("tau")
        models = column.traces.values("model")
        if not all(option_of(model, "rctype") == "none" and option_of(model, "skip") == "false" for model in models):
            raise Refused("the law is of networks without recurrence and skips (rctype=none, skip=false in the model's name)")
        first, worst = column.layers[0], 0.0
        for value in column.hue.values:
            trace = column.trace(first, value)
            k = np.arange(1, trace.offset - trace.onset + 1)
            shape = 1 - (1 - trace.dt / number(value)) ** k
            e = trace.evoked[trace.onset:trace.offset]
            worst = max(worst, float(np.abs(e / e[-1] - shape / shape[-1]).max()))
        return Finding(worst <= SAME, worst)

    page.claim("latency_50 grows with tau in every layer, intervals of the smallest and largest tau apart", latency_grows)
    page.claim("the period of the leading mode grows with the delay of the recurrence", period_grows)
    page.claim("the delay of skips moves V4 and IT only (latency_50 at the smallest and the largest delay, intervals apart)", only_late_layers)
    page.law("without recurrence and skips V1 follows Euler's closed form 1 - (1 - dt/tau)^k", closed_form)
