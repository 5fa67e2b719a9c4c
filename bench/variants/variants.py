#!/usr/bin/env python3
"""Draws what bench.variants has written: samples a second and memory of each model, the fastest first.

    build/bench/bench.variants --benchmark_filter='DyRCNNx4.*training/batch:16' --benchmark_out=variants.json
    .deps/venv/bin/python bench/variants/variants.py variants.json [--to variants.svg] [--table]

One panel for each path, what is done and batch that the file has. With repetitions the median is taken, and a line from the
slowest to the fastest.
"""
import argparse
import json
import re
import sys
from pathlib import Path

NAME = re.compile(r"^(?P<type>.+)/(?P<path>compiled|unroll)/(?P<what>training|inference)/batch:(?P<batch>\d+)(?:/real_time)?$")


def read(file):
    """(path, what, batch) -> {type: (samples/s, slowest, fastest, kept bytes, flops)}"""
    runs = {}
    for one in json.loads(file.read_text())["benchmarks"]:
        match = NAME.match(one.get("run_name", one["name"]))
        if not match or one.get("run_type") == "aggregate" or one.get("error_occurred"):
            continue
        key = match["path"], match["what"], int(match["batch"])
        runs.setdefault(key, {}).setdefault(match["type"], []).append(one)
    panels = {}
    for key, types in runs.items():
        for type_, ones in types.items():
            rates = sorted(one["items_per_second"] for one in ones)
            panels.setdefault(key, {})[type_] = (rates[len(rates) // 2], rates[0], rates[-1], ones[0]["kept_bytes"],
                                                ones[0]["conv_flops"])
    return panels


def table(panels):
    for (path, what, batch), types in panels.items():
        print(f"\n{path}, {what}, batch {batch}\n{'model':<60}{'samples/s':>12}{'kept MB':>10}{'GFLOP':>9}")
        for type_, (rate, _, _, kept, flops) in sorted(types.items(), key=lambda item: -item[1][0]):
            print(f"{type_:<60}{rate:>12.1f}{kept / 1e6:>10.1f}{flops / 1e9:>9.2f}")


def draw(panels, to):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    most = max(len(types) for types in panels.values())
    style = {"font.size": 8, "axes.spines.top": False, "axes.spines.right": False, "svg.hashsalt": "dynvision"}
    with plt.rc_context(style):
        figure, axes = plt.subplots(len(panels), 2, figsize=(9, (0.9 + 0.19 * most) * len(panels)), squeeze=False, sharey="row",
                                    gridspec_kw={"width_ratios": [2, 1]})
        for (left, right), ((path, what, batch), types) in zip(axes, panels.items()):
            ordered = sorted(types.items(), key=lambda item: item[1][0])
            names = [name for name, _ in ordered]
            rates = [one[0] for _, one in ordered]
            errors = [[one[0] - one[1] for _, one in ordered], [one[2] - one[0] for _, one in ordered]]
            left.barh(names, rates, xerr=errors, color="#4477aa", height=0.7, error_kw={"lw": 0.8})
            left.set_xlabel("samples a second")
            left.set_title(f"{path}, {what}, batch {batch}", loc="left", fontsize=9)
            kept = [one[3] / 1e6 for _, one in ordered]
            flops = [one[4] / 1e9 for _, one in ordered]
            if any(kept):
                right.barh(names, kept, color="#ee6677", height=0.7)
                right.set_xlabel("kept for the gradient [MB]")
            else:
                right.barh(names, flops, color="#ccbb44", height=0.7)
                right.set_xlabel("convolutions of a run [GFLOP]")
            right.tick_params(labelleft=False)
        figure.tight_layout()
        metadata = {"Date": None} if to.suffix == ".svg" else None
        figure.savefig(to, dpi=150, metadata=metadata)
    print(to)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="what --benchmark_out=FILE has written")
    parser.add_argument("--to", type=Path, help="an SVG or PNG; the file's name with .svg")
    parser.add_argument("--table", action="store_true", help="print a table in place of a picture")
    options = parser.parse_args()
    panels = read(options.file)
    if not panels:
        sys.exit(f"{options.file}: no benchmark of bench.variants in it")
    table(panels) if options.table else draw(panels, options.to or options.file.with_suffix(".svg"))


if __name__ == "__main__":
    main()
