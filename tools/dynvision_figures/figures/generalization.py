"""Generalization over time: a decoder trained at one step, tested at every other."""
import numpy as np

from .. import parts, style
from ..refused import Refused

NAME, NUMBER = "generalization", None
TITLE = "Decoders trained at one step, tested at the others"
TABLES = ("decoding",)
HEIGHT = 55


def matrix(rows, column, other="times_index_other"):
    """(training step, test step) -> mean over seeds."""
    train, test = np.unique(rows["times_index"]), np.unique(rows[other])
    found = np.full((len(train), len(test)), np.nan)
    total, count = np.zeros(found.shape), np.zeros(found.shape)
    i, j = np.searchsorted(train, rows["times_index"]), np.searchsorted(test, rows[other])
    np.add.at(total, (i, j), rows[column])
    np.add.at(count, (i, j), 1)
    return np.divide(total, count, out=found, where=count > 0)


def draw(page, data):
    rows = data.rows("decoding")
    value = data.first_value(rows)
    rows = rows.where(category_value=value)
    if "times_index_other" not in rows or len(rows.values("times_index_other")) < 2:
        raise Refused("decoding.csv has no column 'times_index_other' with several steps: decoders were tested at the step of their training alone")
    layers = style.layers(rows.values("layer"))
    times = np.unique(rows["time_ms"])
    dt = times[1] - times[0] if len(times) > 1 else 1.0
    axes = page.figure.subplots(1, len(layers), sharex=True, sharey=True, squeeze=False)[0]
    low, high = rows["accuracy"].min(), rows["accuracy"].max()
    if not np.isfinite([low, high]).all():
        raise Refused("decoding.csv: accuracy is NaN")

    def one(ax, layer):
        found = matrix(rows.where(layer=layer), "accuracy")
        image = ax.imshow(found, origin="lower", cmap="viridis", vmin=low, vmax=high, aspect="equal", interpolation="nearest",
                          extent=[times[0], times[-1] + dt, times[0], times[-1] + dt])
        ax.set_xlabel("Test time (ms)")
        off = found[~np.eye(len(found), dtype=bool)].mean() if found.shape[0] == found.shape[1] else np.nan
        page.number(style.name(layer), "mean_at_other_steps", off, category_value=value, layer=layer)
        page.number(style.name(layer), "mean_at_the_same_step", np.diagonal(found).mean(), category_value=value, layer=layer)
        if ax is axes[-1]:
            bar = page.figure.colorbar(image, ax=list(axes), shrink=0.8, pad=0.01)
            bar.set_label("Accuracy")

    axes[0].set_ylabel("Training time (ms)")
    for k, layer in enumerate(layers):
        page.panel(axes[k], "ABCDEFGHIJKLMNO"[k], style.name(layer), lambda: one(axes[k], layer))
    axes[0].set_ylabel("Training time (ms)")
