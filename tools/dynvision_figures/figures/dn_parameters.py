"""Parameters of delayed normalisation by layer."""
import numpy as np

from .. import delayed_normalization, parts, style
from ..data import category_values, only
from ..refused import Refused
from ..statistics import mean_of

NAME, NUMBER = "dn_parameters", None
TITLE = "Delayed normalisation by layer: parameters, fit"
TABLES = ("dn_fit",)
HEIGHT = 105
LABELS = {"tau1": r"$\tau_1$ (ms)", "w": "w", "tau2": r"$\tau_2$ (ms)", "n": "n", "sigma": r"$\sigma$", "shift": "Shift (ms)", "scale": "Scale"}


def draw(page, data):
    rows = data.rows("dn_fit")
    if len(rows.values("experiment")) > 1:
        page.note(f"fits of {rows.values('experiment')[0]}")
        rows = rows.where(experiment=rows.values("experiment")[0])
    hue, layers = parts.Hue(only(rows, "category"), category_values(rows)), style.layers(rows.values("layer"))
    axes = page.figure.subplots(2, 4).ravel()
    parts.legend_above(page, hue.handles())

    def column(name):
        return f"{name}_s" if f"{name}_s" in rows else name

    def one(ax, name, label, source, factor):
        for j, value in enumerate(hue.values):
            shift = (j - (len(hue.values) - 1) / 2) * 0.12
            means = []
            for i, layer in enumerate(layers):
                found = factor * rows.where(layer=layer, category_value=value)[source]
                means.append(float(mean_of(found)))
                ax.plot([i + shift] * len(found), found, ".", color=hue.colour[value], markersize=2, alpha=0.6)
                page.number(name, name, means[-1], "ms" if factor == 1000 else "", value, layer, n=len(found))
            if not np.isfinite(means).any():
                raise Refused(f"dn_fit.csv: {source} is NaN")
            ax.plot(np.arange(len(layers)) + shift, means, color=hue.colour[value], marker=hue.marker[value], markeredgecolor="white", markeredgewidth=0.3)
        ax.set_xticks(range(len(layers)), [style.name(layer) for layer in layers])
        ax.set_ylabel(label)

    for k, name in enumerate(delayed_normalization.PARAMETERS):
        page.panel(axes[k], "ABCDEFG"[k], "", lambda: one(axes[k], name, LABELS[name], column(name), 1000 if name in ("tau1", "tau2", "shift") else 1))
    page.panel(axes[7], "H", "", lambda: one(axes[7], "r2", r"$R^2$", "r2", 1))
    page.note("dots: seeds; lines: their mean")
