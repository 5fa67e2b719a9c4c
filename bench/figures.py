#!/usr/bin/env python3
"""Figures of what bench/run has written: where the time of a step goes, and how time and memory grow.

    .deps/venv/bin/python bench/figures.py RESULTS.json [--to docs/figures]

Writes paths.svg and .png (each path's time step, split into convolutions, other operators, and the rest), growth.svg and
.png (against the number of steps and the delay).
"""
import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
PARTS = [("convolution", "convolutions", "#4477aa"), ("other_operators", "other operators: pointwise, pooling, copies", "#ccbb44"),
         ("outside_operators", "outside operators: autograd, Python, the loop", "#bbbbbb")]
STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "svg.hashsalt": "dynvision",
         "legend.frameon": False}
STEPS = 20


def save(figure, folder, name):
    for kind in ("svg", "png"):
        figure.savefig(folder / f"{name}.{kind}", dpi=150, bbox_inches="tight", metadata={"Date": None} if kind == "svg" else None)
    plt.close(figure)
    print(folder / f"{name}.svg")


def paths(entries, folder):
    cases = list(dict.fromkeys(entry["case"] for entry in entries if entry["case"].startswith("share")))
    if not cases:
        return
    figure, rows = plt.subplots(len(cases), 1, figsize=(7, 1.1 + 1.5 * len(cases)), squeeze=False)
    for axes, case in zip(rows[:, 0], cases):
        shown = sorted((entry for entry in entries if entry["case"] == case), key=lambda entry: -entry["seconds"])
        for row, entry in enumerate(shown):
            left = 0
            for part, label, colour in PARTS:
                width = 1000 * entry["detail"][part] / STEPS
                axes.barh(row, width, left=left, color=colour, label=label if row == 0 else None)
                left += width
            axes.text(left, row, f" {entry['ratio']:.0%} convolutions", va="center", fontsize=8)
        axes.set_yticks(range(len(shown)), [entry["detail"]["path"] for entry in shown])
        axes.set_title(case.split(": ")[1], loc="left", fontsize=9)
        axes.margins(x=0.25)
    rows[-1, 0].set_xlabel("time of one time step, forward and backward [ms]")
    figure.tight_layout()
    handles, labels = rows[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper center", bbox_to_anchor=(0.5, 0), ncols=1)
    save(figure, folder, "paths")


def growth(entries, folder):
    curves = {}
    for entry in entries:
        if entry["case"].startswith("growth") and entry.get("detail"):
            detail = entry["detail"]
            label = entry["baseline"] + (", checkpoints" if ", checkpoints" in entry["case"] else "")
            curves[detail["axis"], label] = detail
    if not curves:
        return
    colours = {label: f"C{i}" for i, label in enumerate(dict.fromkeys(label for _, label in curves))}
    figure, grid = plt.subplots(2, 2, figsize=(7, 5), sharex="col")
    for column, (axis, text) in enumerate([("steps", "time steps T"), ("delay", "recurrent delay d [steps]")]):
        for (of, label), curve in curves.items():
            if of == axis:
                style = {"marker": "o", "ms": 3, "label": label, "color": colours[label]}
                grid[0, column].plot(curve["values"], curve["seconds"], **style)
                grid[1, column].plot(curve["values"], [used / 1e6 for used in curve["bytes"]], **style)
        if axis == "steps":
            for axes in grid[:, column]:
                axes.set_xscale("log", base=2)
                axes.set_yscale("log", base=2)
            values = next((curve["values"] for (of, _), curve in curves.items() if of == axis), [])
            grid[1, column].set_xticks(values, [str(value) for value in values])
        else:
            for axes in grid[:, column]:
                axes.set_ylim(bottom=0)
        grid[1, column].set_xlabel(text)
    grid[0, 0].set_ylabel("a training step [s]")
    grid[1, 0].set_ylabel("memory [MB]")
    grid[0, 0].legend()
    figure.tight_layout()
    save(figure, folder, "growth")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, nargs="+", help="files that bench/run --json has written")
    parser.add_argument("--to", type=Path, default=ROOT / "docs/figures")
    options = parser.parse_args()
    entries = [entry for file in options.results for entry in json.loads(file.read_text())]
    options.to.mkdir(parents=True, exist_ok=True)
    with plt.rc_context(STYLE):
        paths(entries, options.to)
        growth(entries, options.to)


if __name__ == "__main__":
    main()
