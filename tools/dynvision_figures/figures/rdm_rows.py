"""Dissimilarity of classes: a row of matrices for each layer, over the steps."""
import numpy as np

from .. import style
from ..refused import Refused

NAME, NUMBER = "rdm_rows", None
TITLE = "Dissimilarity matrices by layer and step"
TABLES = ("rdm",)
HEIGHT = 120
MOST_STEPS = 6


def draw(page, data):
    rows = data.rows("rdm")
    value = data.first_value(rows)
    rows = rows.where(category_value=value)
    layers = style.layers(rows.values("layer"))[::-1]
    steps = np.array(sorted(rows.values("times_index")))
    if len(steps) > MOST_STEPS:
        steps = steps[np.unique(np.linspace(0, len(steps) - 1, MOST_STEPS).round().astype(int))]
    labels = sorted(set(rows.values("label_a")) | set(rows.values("label_b")))
    page.figure.set_size_inches(page.figure.get_size_inches()[0], style.MM * (12 + 30 * len(layers)))
    axes = page.figure.subplots(len(layers), len(steps), squeeze=False, sharex=True, sharey=True)
    if not np.isfinite(rows["dissimilarity"]).any():
        raise Refused("rdm.csv: every dissimilarity is NaN")
    for i, layer in enumerate(layers):
        mine = rows.where(layer=layer)
        top = np.nanmax(mine["dissimilarity"])
        for j, step in enumerate(steps):
            at = mine.where(times_index=step)
            found, count = np.zeros((len(labels), len(labels))), np.zeros((len(labels), len(labels)))
            for a, b, d in zip(at["label_a"], at["label_b"], at["dissimilarity"]):
                if np.isfinite(d):
                    for k, m in ((labels.index(a), labels.index(b)), (labels.index(b), labels.index(a))):
                        found[k, m] += d
                        count[k, m] += 1
            found = np.divide(found, count, out=np.full(found.shape, np.nan), where=count > 0)

            def one(ax=axes[i, j], found=found, top=top, j=j):
                image = ax.imshow(found, cmap="viridis", vmin=0, vmax=top or 1, interpolation="nearest")
                ax.set_xticks([])
                ax.set_yticks([])
                if j == len(steps) - 1:
                    bar = page.figure.colorbar(image, ax=list(axes[i]), shrink=0.8, pad=0.01)
                    bar.set_label("Dissimilarity")

            page.panel(axes[i, j], "", f"{at['time_ms'][0]:g} ms" if i == 0 else "", one)
            page.number(style.name(layer), f"mean dissimilarity at {at['time_ms'][0]:g} ms", np.nanmean(found[np.triu_indices(len(labels), 1)]),
                        category_value=value, layer=layer)
        axes[i, 0].set_ylabel(style.name(layer), fontweight="bold")
    axes[-1, 0].set_xlabel(f"{len(labels)} classes")
