#!/usr/bin/env python3
"""Figure of docs/concepts/probes.md, from the courses that examples/15_what_arrives.cpp writes.

    python examples/figures/probes.py arriving.csv docs/figures
"""
import sys
from pathlib import Path

from tutorial import BLUE, GREEN, ORANGE, courses, plt


def arrives(curves):
    figure, axes = plt.subplots(figsize=(4.6, 2.9))
    axes.axvspan(0, 150, color="#EEEEEE", zorder=0)  # while images are shown
    for (name, (time, h)), colour in zip(curves.items(), (ORANGE, BLUE, GREEN)):
        axes.plot(time, h / h.max(), color=colour, label=name)
    axes.set(title="What arrives", xlabel="time [ms]", ylabel="standard deviation / its maximum", xlim=(0, 300))
    axes.legend(loc="upper right")
    return figure


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    figure = arrives(courses(sys.argv[1])["arrives"])
    figure.savefig(folder / "probes_arrives.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
