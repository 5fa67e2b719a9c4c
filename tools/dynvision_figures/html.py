"""An interactive page of traces.csv: one file, no server, no network. Its script is interactive.js, its data a list of curves."""
import json
import re
from pathlib import Path

import numpy as np

from . import figures, style
from .data import Data
from .refused import Refused
from .whole_file import whole_file

DIGITS = 4
MOST_POINTS = 2_000_000
# Nothing is fetched: the page is its own script, style and data.
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'"
STYLE = """
:root { color-scheme: light; } body { font: 13px/1.4 sans-serif; margin: 0; color: #202020; display: grid; grid-template-columns: 230px 1fr; }
#controls { padding: 12px; border-right: 1px solid #d9d9d9; height: 100vh; overflow: auto; box-sizing: border-box; position: sticky; top: 0; }
#panels { padding: 8px 12px; } canvas { display: block; width: 100%; height: 150px; } fieldset { border: 0; padding: 0; margin: 0 0 10px; }
legend { font-weight: bold; padding: 0; } label { display: block; cursor: pointer; } select, button { width: 100%; margin-bottom: 8px; font: inherit; }
.swatch { display: inline-block; width: 18px; height: 0; border-top: 3px solid; vertical-align: middle; margin-right: 5px; }
.off { opacity: .35; text-decoration: line-through; } #tip { position: fixed; pointer-events: none; background: #fffffff0; border: 1px solid #808080;
padding: 3px 6px; white-space: pre; display: none; font-size: 12px; } h1 { font-size: 15px; margin: 0 0 8px; } #note { color: #707070; font-size: 12px; }
"""


def curves(data, rows):
    """Mean and interval of every condition, layer and quantity over its seeds."""
    keys = [rows[column].astype(str) for column in ("experiment", "category", "category_value", "status", "parameter", "parameter_value", "condition",
                                                    "layer", "quantity")]
    keys.append(np.array([f"{epoch:g}" for epoch in rows["epoch"]]) if "epoch" in rows else np.full(len(rows), ""))
    keys.append(np.array([re.sub(r"_-?\d+$", "", str(model)) for model in rows["model"]]))  # the seed stands at its end
    codes = np.zeros(len(rows), np.int64)
    for key in keys:
        _, inverse = np.unique(key, return_inverse=True)
        _, codes = np.unique(codes * (inverse.max() + 1) + inverse, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    found = []
    for part in np.split(order, np.flatnonzero(np.diff(codes[order])) + 1):
        mine = rows.rows(part)
        try:
            trace = data.trace(mine)
        except Refused:
            if np.isnan(mine["mean"]).all():
                continue  # a quantity that is nowhere defined in this condition
            raise
        e = trace.estimate
        ms = mine["parameter_ms"][0]
        found.append({"experiment": str(mine["experiment"][0]), "category": str(mine["category"][0]), "model": str(mine["category_value"][0]),
                      "variant": ", ".join(filter(None, [str(mine["model"][0]).rpartition("_")[0], str(mine["status"][0])])),
                      "parameter": str(mine["parameter"][0]), "value": style.plain(mine["parameter_value"][0]) if mine["parameter_value"][0] != "" else "",
                      "ms": None if np.isnan(ms) else float(ms), "layer": str(mine["layer"][0]), "quantity": str(mine["quantity"][0]),
                      "t0": float(trace.time[0]), "dt": trace.dt if np.isfinite(trace.dt) else 1.0, "shown": [rounded(v) for v in trace.shown],
                      "mean": [rounded(v) for v in e.value], "low": [rounded(v) for v in e.low], "high": [rounded(v) for v in e.high],
                      "seeds": e.seeds, "n": None if np.isnan(e.n) else e.n})
    return found


def rounded(value):
    """Four digits are more than a screen shows; NaN is null."""
    return None if not np.isfinite(value) else float(f"{value:.{DIGITS}g}")


def write(tables, options):
    """NAME.html of the traces of a figure's experiments; of all, where the name is `all`."""
    experiments = None if options.name == "all" else getattr(figures.find(options.name), "EXPERIMENTS", None)
    name = "all" if options.name == "all" else figures.find(options.name).NAME
    data = Data(tables, options)
    there = data.tables.table("traces").values("experiment")
    if experiments is not None:
        experiments = [e for e in there if e.removesuffix("ffonly") in experiments or e in experiments or e == "intervalsingle" and "interval" in experiments] \
            or list(experiments)
    rows = data.traces(experiments)
    if len(rows) > MOST_POINTS:
        raise Refused(f"{len(rows)} points: a page holds at most {MOST_POINTS}; name an --experiment")
    found = curves(data, rows)
    layers = style.layers(list(dict.fromkeys(curve["layer"] for curve in found)))
    names = {"experiment": {e: style.experiment_name(e) for e in there}, "quantity": {c["quantity"]: style.quantity_name(c["quantity"]) for c in found}}
    colours = {"model": {}, "value": {}, "layer": style.colours(layers)}
    orders = {"model": {}, "value": {}}
    for category in dict.fromkeys(curve["category"] for curve in found):
        mine = list(dict.fromkeys(c["model"] for c in found if c["category"] == category))
        orders["model"][category] = style.order(category, mine)
        colours["model"][category] = style.colours(orders["model"][category])
    for parameter in dict.fromkeys(curve["parameter"] for curve in found):
        for experiment in there:
            mine = list(dict.fromkeys(c["value"] for c in found if (c["parameter"], c["experiment"]) == (parameter, experiment)))
            if mine:
                orders["value"][experiment] = style.order(parameter, mine)
                colours["value"][experiment] = style.colours(orders["value"][experiment])
    content = {"curves": found, "names": names, "colours": colours, "orders": orders, "layers": layers,
               "parameters": {p: style.parameter_label(p, False) if p else "" for p in dict.fromkeys(c["parameter"] for c in found)}}
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    script = (Path(__file__).parent / "interactive.js").read_text(encoding="utf-8")
    title = "Traces" if name == "all" else figures.find(name).TITLE
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{title}</title><style>{STYLE}</style></head>
<body><div id="controls"><h1>{title}</h1></div><div id="panels"></div><div id="tip"></div>
<script type="application/json" id="data">{text}</script>
<script>{script}</script></body></html>
"""
    path = options.out / f"{name}.html"
    with whole_file(path) as partial:
        partial.write_text(page, encoding="utf-8")
    return path
