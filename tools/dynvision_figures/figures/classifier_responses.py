"""The classifier's most active units over time, for the images of each class."""
import numpy as np

from .. import parts, style
from ..refused import Refused
from ..statistics import mean_of

NAME, NUMBER = "classifier_responses", None
TITLE = "Top classifier units over time, by class of the image"
TABLES = ("test_data",)
HEIGHT = 110
MOST_CLASSES = 12


def draw(page, data):
    rows = data.rows("test_data")
    _, rows = data.one_experiment(rows, "test_data.csv")
    value = data.first_value(rows)
    rows = rows.where(category_value=value)
    ranks = [n for n in range(1, style.MOST_VALUES + 1) if f"classifier_top{n}" in rows and f"classifier_top{n}_id" in rows]
    if not ranks:
        rows["classifier_top1"]  # says which column is missing
    classes = sorted(label for label in rows.values("first_label_index") if label >= 0)[:MOST_CLASSES]
    units = parts.Hue("unit", [style.plain(rows[f"classifier_top{n}_id"][0]) for n in ranks])
    columns = min(len(classes), 4)
    axes = page.figure.subplots(-(-len(classes) // columns), columns, sharex=True, sharey=True, squeeze=False).ravel()
    for ax in axes[len(classes):]:
        ax.set_axis_off()
    handles = units.handles()
    for handle, unit in zip(handles, units.values):
        handle.set_label(f"Unit {unit}")
    parts.legend_above(page, handles)
    steps = np.array(sorted(rows.values("times_index")))

    def one(ax, label):
        mine = rows.where(first_label_index=label)
        for i, (n, unit) in enumerate(zip(ranks, units.values)):
            values = np.stack([mine[f"classifier_top{n}"][mine["times_index"] == step].mean() for step in steps])
            if not np.isfinite(values).any():
                raise Refused(f"test_data.csv: classifier_top{n} of class {style.plain(label)} is NaN")
            ax.plot(steps, values, color=units.colour[unit], marker=units.marker[unit], markevery=(2 * i % 5, 5), markeredgecolor="white", markeredgewidth=.3)
            page.number(style.plain(label), f"peak of unit {unit}", mean_of(values) if np.isnan(values).all() else np.nanmax(values), category_value=value)
        ax.set_xlabel("Step")

    for k, label in enumerate(classes):
        page.panel(axes[k], "", f"Class {style.plain(label)}", lambda: one(axes[k], label))
    for k in range(0, len(classes), columns):
        axes[k].set_ylabel("Activity of the unit")
