#!/usr/bin/env python3
"""Figures of docs/mechanisms, from the table that examples/28_mechanisms.cpp writes.

    python examples/figures/mechanisms.py mechanisms.csv docs/figures
"""
import csv
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402

# Okabe & Ito 2008, told apart by every kind of colour vision; in grey by markers and line styles.
COLOURS = ("#6E6E6E", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000")
MARKERS, LINES = "os^Dvx", ("-", "-", (0, (5, 1.6)), (0, (1.4, 1.2)), (0, (5, 1.5, 1.2, 1.5)), "-")

plt.rcParams.update({
    "font.family": "sans-serif", "font.size": 8.5, "axes.titlesize": 9, "axes.titleweight": "bold", "axes.titlelocation": "left",
    "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.8, "lines.linewidth": 1.5, "lines.markersize": 3.6,
    "legend.frameon": False, "legend.fontsize": 7.5, "savefig.dpi": 150, "svg.fonttype": "none", "svg.hashsalt": "dynvision",
    "figure.constrained_layout.use": True,
})

# figure: (panel, title, x, y, kind); time: the steps with the image are the grey line above
PANELS = {
    "retina": [("light", "Even light", "luminance", "response", ""), ("gratings", "Gratings", "frequency [cycles/pixel]", "response", "logx"),
               ("edge", "An edge", "distance [pixels]", "response", "")],
    "supralinearity": [("contrast", "Contrast", "contrast", "steady response", "loglog"),
                       ("time", "Relative to step 25", "time [ms]", "r / r(50 ms)", "time"),
                       ("limit", "Where it ends, n = 2", "drive", "steady response", "limit")],
    "input_adaption": [("longer", "Shown for 60 ms", "time [ms]", "response", "time"),
                       ("repeated", "Shown twice for 20 ms", "time [ms]", "response", "twice"),
                       ("duration", "Summed over time", "duration [ms]", "summed response", "")],
    "multiplicative": [("contrast", "Contrast", "contrast", "steady response", ""), ("gain", "Gain of the recurrence", "contrast", "response / without", ""),
                       ("time", "Relative to 60 ms", "time [ms]", "r / r(60 ms)", "time")],
}
SHOWN = {"supralinearity": [(0, 50)], "input_adaption": [(0, 60)], "multiplicative": [(0, 60)], "twice": [(0, 20), (36, 56)]}


def curves(path):
    """{figure: {panel: {curve: (x, y)}}}, in the order of the file."""
    table = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            x, y = table.setdefault(row["figure"], {}).setdefault(row["panel"], {}).setdefault(row["curve"], ([], []))
            x.append(float(row["x"]))
            y.append(float(row["y"]))
    return {figure: {panel: {name: (np.array(x), np.array(y)) for name, (x, y) in all.items()} for panel, all in panels.items()}
            for figure, panels in table.items()}


def draw(figure, table):
    page, panels = plt.subplots(1, 3, figsize=(9.2, 2.75))
    for axes, (panel, title, x_name, y_name, kind) in zip(panels, PANELS[figure]):
        colours = {} if panel == "limit" else dict(zip(table[PANELS[figure][0][0]], zip(COLOURS, MARKERS, LINES)))
        for i, (name, (x, y)) in enumerate(table[panel].items()):
            same, _, _ = colours.get(name.split(",")[0], (COLOURS[i], "", ""))  # "n = 2, contrast 1" has the colour of "n = 2"
            colour, marker, line = colours.get(name, (same, MARKERS[i], LINES[i]))
            every = max(len(x) // 8, 1)
            axes.plot(x, y, color=colour, marker=marker, linestyle=line, markevery=(i % every, every), label=name, markeredgecolor="white",
                      markeredgewidth=0.4, drawstyle="steps-mid" if panel == "edge" else "default")
        if kind in ("time", "twice"):
            for start, end in SHOWN["twice" if kind == "twice" else figure]:
                axes.plot([start, end], [1.03, 1.03], transform=axes.get_xaxis_transform(), color="#9a9a9a", linewidth=2.5, clip_on=False)
        if kind in ("loglog", "logx"):
            axes.set_xscale("log")
            ticks = [0.05, 0.1, 0.2, 0.5, 1] if kind == "loglog" else [0.05, 0.1, 0.2, 0.3]
            axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
            axes.minorticks_off()
        if kind == "loglog":
            axes.set_yscale("log")
        if kind == "limit":
            axes.axvline(x[-1], color="#9a9a9a", linestyle=":", linewidth=1)
            axes.text(x[-1] - 0.03, 0.05, "no steady state above", rotation=90, ha="right", va="bottom", fontsize=7, color="#6E6E6E",
                      transform=axes.get_xaxis_transform())
        axes.set_title(title, pad=10)
        axes.set(xlabel=x_name, ylabel=y_name)
        if kind != "loglog":
            axes.set_ylim(bottom=min(0, axes.get_ylim()[0]))
        if len(table[panel]) > 1:
            where = {"loc": "upper right", "bbox_to_anchor": (1.03, 1)} if kind in ("time", "twice") else {"loc": "best"}
            axes.legend(**where)
    return page


def main(path, folder):
    table = curves(path)
    for figure in PANELS:
        page = draw(figure, table[figure])
        for suffix, metadata in (("svg", {"Date": None, "Creator": None}), ("png", {"Software": None})):
            page.savefig(Path(folder) / f"mechanism_{figure}.{suffix}", metadata=metadata)
        plt.close(page)


if __name__ == "__main__":
    main(*sys.argv[1:])
