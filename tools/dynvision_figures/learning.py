"""Learning curves of metrics.csv: values of each epoch, over seeds."""
import numpy as np

from . import parts, statistics, style
from .refused import Refused


def by_epoch(rows, column):
    """(epochs, Estimate over seeds) of a column: mean of each epoch's finite values, at epochs that every seed has."""
    seeds = np.nan_to_num(rows["seed"], nan=-1)
    courses = []
    for seed in np.unique(seeds):
        mine = (seeds == seed) & np.isfinite(rows[column])
        epochs = rows["epoch"][mine]
        courses.append({epoch: rows[column][mine][epochs == epoch].mean() for epoch in np.unique(epochs)})
    common = sorted(set.intersection(*map(set, courses)))
    if not common:
        raise Refused(f"metrics.csv: no epoch has a finite {column}" + (" in every seed" if len(courses) > 1 else ""))
    values = np.array([[course[epoch] for epoch in common] for course in courses])
    nothing = np.full(values.shape, np.nan)
    return np.array(common), statistics.of_values(values, nothing, nothing) if len(values) == 1 else over_seeds(values)


def over_seeds(values):
    """The interval of a mean over seeds alone."""
    zero = np.zeros(values.shape)
    estimate = statistics.of_moments(values, zero, zero + 1)
    return estimate


def curve(ax, page, rows, hue, column, line="-", label=None):
    """A column over the epochs, a line for each value of the category; a loss that some value's training did without is noted."""
    everywhere = np.isfinite(rows[column]).any()
    for i, value in enumerate(hue.values):
        mine = rows.where(category_value=value)
        if not len(mine):
            raise Refused(f"metrics.csv has no {hue.kind} {value}")
        if everywhere and column.startswith("loss/") and not np.isfinite(mine[column]).any():
            page.note(f"{hue.name(value)}: trained without {column.removeprefix('loss/')}")
            continue
        epochs, estimate = by_epoch(mine, column)
        every = max(len(epochs) // 5, 1)
        ax.plot(epochs, estimate.value, color=hue.colour[value], linestyle=line, marker=hue.marker[value] if line == "-" else None,
                markevery=((2 * i) % every, every), markeredgecolor="white", markeredgewidth=0.3)
        if estimate.seeds > 1:
            ax.fill_between(epochs, estimate.low, estimate.high, color=hue.colour[value], alpha=0.2, linewidth=0)
            page.note(f"learning curves: mean and 95 % interval of {estimate.seeds} seeds")
    ax.set_xlabel("Epoch")
    ax.margins(x=0.02)


def accuracy(ax, page, rows, hue):
    """Training solid, validation dotted."""
    curve(ax, page, rows, hue, "train_accuracy", style.LINE["train"])
    curve(ax, page, rows, hue, "val_accuracy", style.LINE["validation"])
    ax.set_ylabel("Accuracy")
    parts.legend(ax, parts.lines_key({"Training": "train", "Validation": "validation"}), loc="lower right")


def losses(page, rows, hue, cross_entropy, activity):
    curve(cross_entropy, page, rows, hue, "loss/CrossEntropyLoss")
    cross_entropy.set_ylabel("Cross entropy")
    curve(activity, page, rows, hue, "loss/ActivityLoss")
    activity.set_ylabel("Activity loss")
    cross_entropy.set_xlabel("")
    cross_entropy.tick_params(labelbottom=False)
