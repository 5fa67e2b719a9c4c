"""Figure 12: target of the recurrence, skip and feedback connections."""
import numpy as np

from .. import style
from ..page import Finding
from ..refused import Refused
from ..triptych import Triptych

NAME, NUMBER = "triptych_connections", 12
TITLE = "Recurrence target, skip, feedback"
TABLES = ("metrics", "traces", "summary", "similarity")
HEIGHT = 165


def cka(data, layer, a, b):
    """Debiased CKA between two recurrence targets in a layer: the last step, mean over seeds."""
    rows = data.rows("similarity", None, category="rctarget", category_value=a, category_value_other=b, layer=layer, layer_other=layer)
    last = max(rows.values("times_index"))
    return float(np.mean(rows.where(times_index=last, times_index_other=last)["debiased"]))


def draw(page, data):
    three = Triptych(page, data, ("rctarget", "skip", "feedback"))
    three.print_measures({"peak_latency_ms": "ms", "transient_index": "", "accuracy": ""})

    def compared():
        column = three.column("rctarget")
        if not {"input", "middle", "output"} <= set(column.hue.values):
            raise Refused(f"the targets input, middle and output are needed; there are: {', '.join(column.hue.values)}")
        found = {(a, b): [cka(data, layer, a, b) for layer in column.layers] for a, b in (("output", "input"), ("output", "middle"), ("input", "middle"))}
        for (a, b), values in found.items():
            for layer, value in zip(column.layers, values):
                page.number(style.name("rctarget"), f"debiased_cka({a}, {b})", value, layer=layer)
        return found

    def output_differs():
        found = compared()
        margin = [i - max(a, b) for i, a, b in zip(found["input", "middle"], found["output", "input"], found["output", "middle"])]
        return Finding(min(margin) > 0, min(margin), reason="smallest margin of the layers")

    page.claim("output differs most: debiased CKA(output, .) < CKA(input, middle) in every layer", output_differs)
