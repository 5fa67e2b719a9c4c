"""How alike layers are at each step: debiased CKA of every layer with every other."""
import numpy as np

from .. import style
from ..refused import Refused

NAME, NUMBER = "layer_step_cka", None
TITLE = "Similarity of layers, step by step (debiased CKA)"
TABLES = ("similarity",)
HEIGHT = 60


def draw(page, data):
    rows = data.rows("similarity")
    if len(rows.values("category")) > 1:
        rows = rows.where(category=max(rows.values("category"), key=lambda each: len(rows.where(category=each))))
    value = data.first_value(rows)
    rows = rows.where(category_value=value, category_value_other=value)
    rows = rows.rows(rows["times_index"] == rows["times_index_other"])
    if not len(rows):
        raise Refused(f"similarity.csv: no rows that compare layers of {value} at the same step")
    measure = data.options.measure or "debiased"
    layers, steps = style.layers(rows.values("layer")), np.unique(rows["times_index"])
    times = [rows.where(times_index=step)["time_ms"][0] for step in steps]
    axes = page.figure.subplots(1, len(layers), sharex=True, sharey=True, squeeze=False)[0]

    def one(ax, layer):
        found = np.full((len(layers), len(steps)), np.nan)
        for i, other in enumerate(layers):
            for j, step in enumerate(steps):
                mine = rows.where(layer=layer, layer_other=other, times_index=step)
                if len(mine):
                    found[i, j] = mine[measure].mean()
        if np.isnan(found).all():
            raise Refused(f"similarity.csv: {measure} of {layer} is NaN, or not there")
        dt = times[1] - times[0] if len(times) > 1 else 1
        image = ax.imshow(found, origin="lower", cmap="viridis", vmin=0, vmax=1, aspect="auto", interpolation="nearest",
                          extent=[times[0], times[-1] + dt, -0.5, len(layers) - 0.5])
        ax.set_yticks(range(len(layers)), [style.name(each) for each in layers])
        ax.set_xlabel("Time (ms)")
        for i, other in enumerate(layers):
            page.number(style.name(layer), f"{measure}, last step, with {other}", found[i, -1], category_value=value, layer=layer)
        if ax is axes[-1]:
            bar = page.figure.colorbar(image, ax=list(axes), shrink=0.85, pad=0.01)
            bar.set_label("CKA, debiased" if measure == "debiased" else measure)

    for k, layer in enumerate(layers):
        page.panel(axes[k], "ABCDEFGHIJKLMNO"[k], f"{style.name(layer)} with …", lambda: one(axes[k], layer))
    axes[0].set_ylabel("Layer")
