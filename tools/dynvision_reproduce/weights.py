"""weights.csv of a run: how its weights are distributed, by layer and kind of connection."""
import json
import re
import struct

import numpy as np

BINS = 100
MOST = 1 << 30  # bytes of a file
KINDS = {"F32": "<f4", "F64": "<f8"}


def read(path):
    """{name: array} of a safetensors file."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        if size > MOST or length > size - 8:
            raise ValueError(f"{path}: no file of weights")
        header = json.loads(file.read(length))
        data = file.read()
    found = {}
    for name, about in header.items():
        if name != "__metadata__" and about["dtype"] in KINDS:
            first, last = about["data_offsets"]
            found[name] = np.frombuffer(data[first:last], KINDS[about["dtype"]]).astype(float)
    return found


def connection(name):
    """(layer, kind) of a parameter: skip and feedback connections are no feedforward ones."""
    last = [part for part in name.split(".") if part not in ("weight", "bias")]
    layers = re.findall(r"(?<![A-Za-z])(V1|V2|V4|IT|layer\d+|classifier)(?![A-Za-z0-9])", name.replace("_", " "))
    layer = layers[-1] if layers else last[0]
    for word, kind in (("feedback", "feedback"), ("skip", "skip"), ("recurren", "recurrence"), ("lateral", "recurrence"), ("tau", "tau")):
        if word in name.lower():
            return layer, kind
    return layer, "feedforward"


def rows(path):
    groups = {}
    for name, values in read(path).items():
        if not name.endswith(".bias") and values.size:
            groups.setdefault(connection(name), []).append(values)
    found = []
    for (layer, kind), parts in groups.items():
        values = np.concatenate(parts)
        low, high = values.min(), values.max()
        counts = np.histogram(values, BINS, (low, high if high > low else low + 1))[0]
        found.append({"layer": layer, "connection": kind, "mean": values.mean(), "sd": values.std(ddof=1) if values.size > 1 else float("nan"),
                      "min": low, "median": np.median(values), "max": high, "n": values.size} | {f"bin_{k}": count for k, count in enumerate(counts)})
    return found
