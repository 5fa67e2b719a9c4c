#!/usr/bin/env python3
"""Makes a small golden file of a large one: fewer samples, no tensor that a recipe can make again.

    reduce.py FULL.safetensors SMALL.safetensors [--input-seed N --input-scale S]

Responses keep 16 of their samples, gradients 32 (and their statistics); --input-seed leaves out `x`, which the test then
makes by the recipe. What is kept is bit by bit what the large file has.
"""
import argparse
import json
import struct
from pathlib import Path

import numpy as np

TYPES = {"F64": "<f8", "F32": "<f4", "I64": "<i8"}
RESPONSES, GRADIENTS = 16, 32


def read(path):
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[8 + length + begin:8 + length + end], TYPES[entry["dtype"]]).reshape(entry["shape"])
    return metadata, tensors


def write(path, metadata, tensors):
    header, blob = {"__metadata__": metadata}, b""
    kinds = {np.dtype(code).str: name for name, code in TYPES.items()}
    for name, value in sorted(tensors.items(), key=lambda item: (-item[1].itemsize, item[0])):
        begin = len(blob)
        blob += np.ascontiguousarray(value).tobytes()
        header[name] = {"dtype": kinds[value.dtype.str], "shape": list(value.shape), "data_offsets": [begin, len(blob)]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + blob)


def recipe(seed, n):
    s = (np.uint64(seed) << np.uint64(32)) + np.arange(n, dtype=np.uint64)
    with np.errstate(over="ignore"):
        z = s + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) * 2.0 ** -23 - 1


def at(n, numel):
    return [k * numel // n for k in range(n)]


def statistics(g):
    g = g.astype(np.float64).ravel()
    return np.array([g.sum(), np.abs(g).sum(), np.sqrt((g * g).sum()), np.abs(g).max(),
                     (g * recipe(900001, g.size)).sum(), (g * recipe(900002, g.size)).sum()])


def reduce(tensors, keep_x=False):
    small = {}
    for name, value in tensors.items():
        if name.startswith(("resp_sample.", "idle_resp_sample.")) and value.shape[2] % RESPONSES == 0:
            value = value[:, :, ::value.shape[2] // RESPONSES]
        elif name.startswith(("resp.", "idle_resp.")):
            if value[0, 0].size > RESPONSES:  # the norm and the mean stay
                flat = value.reshape(*value.shape[:2], -1)
                name, value = name.replace("resp.", "resp_sample."), flat[:, :, at(RESPONSES, flat.shape[2])]
        elif name.startswith("idle_last_sample."):
            value = value[:, ::value.shape[1] // RESPONSES]
        elif name.startswith("grad_sample.") and value.size % GRADIENTS == 0:
            value = value[::value.size // GRADIENTS]
        elif name == "grad.x" and not keep_x:
            continue  # in single precision: no statistics can be made of it
        elif name.startswith("grad.") and value.size > 2 * GRADIENTS:
            small[name.replace("grad.", "grad_stats.")] = statistics(value)
            name, value = name.replace("grad.", "grad_sample."), value.ravel()[at(GRADIENTS, value.size)].astype("<f4")
        small[name] = value
    return small


def main():
    parser = argparse.ArgumentParser(usage="reduce.py FULL SMALL [--input-seed N --input-scale S]")
    parser.add_argument("full", type=Path)
    parser.add_argument("small", type=Path)
    parser.add_argument("--input-seed", type=int)
    parser.add_argument("--input-scale", type=float, default=1.5)
    options = parser.parse_args()
    metadata, tensors = read(options.full)
    small = reduce(tensors)
    if options.input_seed is not None and "x" in small:
        x = small.pop("x")
        made = (options.input_scale * recipe(options.input_seed, x.size)).astype("<f4").reshape(x.shape)
        assert (made == x).all(), "the recipe makes another input"
        config = json.loads(metadata["config"])
        config["input_recipe"] = {"offset": 0.0, "scale": options.input_scale, "seed": options.input_seed,
                                  "shape": list(x.shape)}
        metadata = {**metadata, "config": json.dumps(config, sort_keys=True)}
    write(options.small, metadata, small)


if __name__ == "__main__":
    main()
