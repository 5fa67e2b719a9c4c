#!/usr/bin/env python3
"""Figures of docs/tutorials/from-one-neuron-to-V1-IT.md, from the courses that examples/12_from_one_neuron_to_it.cpp writes.

    python examples/figures/tutorial.py courses.csv docs/figures
"""
import csv
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402

# Okabe & Ito 2008: told apart by every kind of colour vision.
BLUE, ORANGE, GREEN, PURPLE, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#6E6E6E"

plt.rcParams.update({
    "font.family": "sans-serif", "font.size": 9, "axes.titlesize": 10, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.8,
    "lines.linewidth": 1.8, "lines.markersize": 4, "legend.frameon": False, "legend.fontsize": 8.5,
    "savefig.dpi": 150, "svg.fonttype": "none", "svg.hashsalt": "dynvision", "figure.constrained_layout.use": True,
})


def courses(path):
    """{figure: {curve: (times, values)}}, in the order of the file."""
    table = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            curve = table.setdefault(row["figure"], {}).setdefault(row["curve"], ([], []))
            curve[0].append(float(row["time_ms"]))
            curve[1].append(float(row["value"]))
    return {figure: {name: (np.array(t), np.array(r)) for name, (t, r) in curves.items()} for figure, curves in table.items()}


def plain(title, size=(4.6, 2.9)):
    figure, axes = plt.subplots(figsize=size)
    axes.set(title=title, xlabel="time [ms]", ylabel="response r")
    return figure, axes


def neuron(curves):
    figure, axes = plain("One neuron, tau = 20 ms")
    t = np.linspace(0, 100, 400)
    axes.plot(t, 1 - np.exp(-t / 20), color=GREY, label="1 - exp(-t/tau)")
    for (name, (time, r)), colour, marker in zip(curves.items(), (ORANGE, BLUE), ("o", ".")):
        axes.plot(np.append(0, time), np.append(0, r), marker, color=colour, label=name)
    axes.legend(loc="lower right")
    return figure


def two(curves):
    figure, axes = plain("Two areas, 10 ms apart")
    t = np.linspace(0, 200, 800)
    s = np.maximum(t - 10, 0)
    axes.plot(t, 1 - np.exp(-t / 20), color=GREY, linewidth=1, label="theory")
    axes.plot(t, 1 - (1 + s / 20) * np.exp(-s / 20), color=GREY, linewidth=1)
    for (name, (time, r)), colour in zip(curves.items(), (BLUE, ORANGE)):
        axes.plot(np.append(0, time), np.append(0, r), ".", markersize=3, color=colour, label=name)
    axes.axvline(10, color=GREY, linewidth=0.8, linestyle=":")
    axes.legend(loc="lower right")
    return figure


def lateral(curves):
    figure, axes = plain("A connection to itself")
    for (name, (time, r)), colour in zip(curves.items(), (GREY, BLUE, GREEN, ORANGE)):
        axes.plot(np.append(0, time), np.append(0, r), color=colour, label=name)
        weight = float(name.split()[2].rstrip(","))
        axes.axhline(1 / (1 - weight), color=colour, linewidth=0.7, linestyle=":")
    axes.legend(loc="upper right", bbox_to_anchor=(1, 0.93))
    return figure


def ways(curves):
    figure, panels = plt.subplots(1, 3, figsize=(9.2, 2.8), sharey=True)
    for axes, title, case in zip(panels, ("Feedforward alone", "with a skip from A to C", "and feedback from C to A"),
                                 ("no skip, no feedback", "skip, no feedback", "skip, feedback")):
        for area, colour in zip("ABC", (BLUE, GREEN, ORANGE)):
            time, r = curves[f"{case}: {area}"]
            axes.plot(np.append(0, time), np.append(0, r), color=colour, label=area)
        axes.set(title=title, xlabel="time [ms]")
    panels[0].set_ylabel("response r")
    panels[0].legend(loc="lower right")
    for axes, marks in zip(panels, ([(20, "20"), (40, "40")], [(10, "10")], [(50, "50")])):
        for x, _ in marks:
            axes.axvline(x, color=GREY, linewidth=0.8, linestyle=":")
    return figure


def cortex(curves):
    figure, axes = plain("DyRCNNx4: an image from 50 to 150 ms", (5.4, 3.0))
    axes.axvspan(50, 150, color="#EEEEEE", zorder=0)
    for (name, (time, r)), colour in zip(curves.items(), (BLUE, GREEN, PURPLE, ORANGE)):
        axes.plot(time, r / r.max(), color=colour, label=name)
    axes.set_ylabel("mean response / its maximum")
    axes.set_xlim(0, 400)
    axes.legend(loc="upper right")
    return figure


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    table, folder = courses(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for draw in (neuron, two, lateral, ways, cortex):
        figure = draw(table[draw.__name__])
        figure.savefig(folder / f"tutorial_{draw.__name__}.svg", metadata={"Date": None})
        figure.savefig(folder / f"tutorial_{draw.__name__}.png")
        plt.close(figure)


if __name__ == "__main__":
    main()
