#!/usr/bin/env python3
"""Figures of a ./quickstart run: figures/*.png and *.svg in its folder, drawn from its CSV and JSON files.

    python examples/figures/quickstart.py runs/latest

A figure whose file is not there (a run that was stopped) is left out.
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
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "lines.linewidth": 1.8,
    "lines.markersize": 4,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "figure.dpi": 100,
    "savefig.dpi": 200,
    "svg.fonttype": "none",
    "figure.constrained_layout.use": True,
})


def columns(path):
    """The columns of a CSV file: {name: array}, numbers where they are numbers."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    table = {}
    for name, *cells in zip(*rows):
        try:
            table[name] = np.array([float(cell) for cell in cells])
        except ValueError:
            table[name] = np.array(cells)
    return table


def save(figure, folder, name):
    for suffix in ("png", "svg"):
        figure.savefig(folder / f"{name}.{suffix}")
    plt.close(figure)


def learning_curves(run):
    metrics = columns(run / "metrics.csv")
    if not metrics or len(metrics["images"]) == 0:
        return None
    images = metrics["images"] / 1000
    figure, (loss, accuracy) = plt.subplots(1, 2, figsize=(7.2, 2.9))
    for axes, name, scale in ((loss, "loss", 1), (accuracy, "accuracy", 100)):
        validated = ~np.isnan(metrics[f"val_{name}"])
        axes.plot(images, scale * metrics[f"train_{name}"], color=BLUE, linewidth=1, alpha=0.9, label="training")
        axes.plot(images[validated], scale * metrics[f"val_{name}"][validated], "o-", color=ORANGE, label="validation")
        axes.set_xlabel("training images (thousands)")
        axes.set_xlim(left=0)
    loss.set(title="Loss", ylabel="cross entropy (nats)")
    loss.set_ylim(bottom=0)
    accuracy.set(title="Accuracy", ylabel="correct (%)", ylim=(0, 100))
    accuracy.legend(loc="lower right")
    return figure


def mark_stimulus(axes, course, step):
    """The image is on the screen in the shaded time."""
    shown = course["time_ms"][course["shown"] > 0]
    axes.axvspan(shown[0], shown[-1] + step, color="#E9E9E9", linewidth=0, zorder=0)
    axes.set_xlim(course["time_ms"][0], course["time_ms"][-1])
    axes.set_xlabel("time from stimulus onset (ms)")


def label_stimulus(axes, course, step):
    shown = course["time_ms"][course["shown"] > 0]
    axes.text(shown[0] + step / 4, 0.985, "stimulus", transform=axes.get_xaxis_transform(), ha="left", va="top",
              color=GREY, fontsize=8)


def over_time(run):
    course = columns(run / "time_course.csv")
    step = course["time_ms"][1] - course["time_ms"][0]
    figure, (accuracy, confidence) = plt.subplots(1, 2, figsize=(7.2, 2.9))
    time = course["time_ms"]
    accuracy.plot(time, 100 * course["accuracy"], "o-", color=BLUE)
    accuracy.axhline(10, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    accuracy.text(time[-1], 11.5, "chance", ha="right", va="bottom", color=GREY, fontsize=8)
    accuracy.set(title="Accuracy", ylabel="correct (%)", ylim=(0, 100))
    confidence.plot(time, course["guess_confidence"], "o-", color=ORANGE, label="of the guess")
    confidence.plot(time, course["label_confidence"], "s-", color=GREEN, label="of the label")
    confidence.set(title="Confidence", ylabel="probability", ylim=(0, 1))
    confidence.legend(loc="lower center")
    for axes in (accuracy, confidence):
        mark_stimulus(axes, course, step)
        label_stimulus(axes, course, step)
    return figure


def responses(run):
    course = columns(run / "time_course.csv")
    step = course["time_ms"][1] - course["time_ms"][0]
    layers = [name for name in course if name.endswith("_response_avg")]
    figure, axes = plt.subplots(figsize=(4.4, 2.9))
    ends = []
    for name, color, marker in zip(layers, (BLUE, ORANGE, GREEN, PURPLE), "os^D"):
        axes.plot(course["time_ms"], course[name], marker + "-", color=color,
                  label=name.removesuffix("_response_avg"))
        ends.append(np.nanmax(course[name]))
    axes.set(title="Layer responses", ylabel="mean response |r| (a.u.)")
    axes.set_ylim(0, 1.1 * max(ends))
    axes.legend(loc="upper right")
    mark_stimulus(axes, course, step)
    label_stimulus(axes, course, step)
    return figure


def confusion(run):
    with open(run / "confusion_matrix.csv", newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    names = header[1:]
    counts = np.array([[float(cell) for cell in row[1:]] for row in rows])
    totals = counts.sum(axis=1, keepdims=True)
    share = 100 * np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)
    figure, axes = plt.subplots(figsize=(5.4, 4.7))
    image = axes.imshow(share, cmap="Blues", vmin=0, vmax=100)
    for (row, column), value in np.ndenumerate(share):
        if value >= 0.5:
            axes.text(column, row, f"{value:.0f}", ha="center", va="center", fontsize=7.5,
                      color="white" if value > 55 else "#222222")
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set(xlabel="answer", ylabel="label", title="Confusion matrix")
    bar = figure.colorbar(image, ax=axes, shrink=0.8, ticks=(0, 50, 100))
    bar.set_label("share of the label's images (%)")
    bar.outline.set_visible(False)
    return figure


def main():
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("usage: quickstart.py RUN_FOLDER (expected the folder of a run, such as runs/latest)")
    run = Path(sys.argv[1]).resolve()
    folder = run / "figures"
    folder.mkdir(exist_ok=True)
    made = []
    for name, needs, draw in (("learning_curves", "metrics.csv", learning_curves),
                              ("accuracy_over_time", "time_course.csv", over_time),
                              ("layer_responses", "time_course.csv", responses),
                              ("confusion_matrix", "confusion_matrix.csv", confusion)):
        if not (run / needs).is_file():
            continue
        figure = draw(run)
        if figure is not None:
            save(figure, folder, name)
            made.append(f"{name}.png")
    print(f"{folder}: {', '.join(made) if made else 'nothing to draw yet'}")


if __name__ == "__main__":
    main()
