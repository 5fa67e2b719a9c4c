"""Weights of every layer and connection: feedforward, recurrence, skip and feedback apart."""
import numpy as np

from .. import parts, style
from ..data import category_values, only
from ..refused import Refused

NAME, NUMBER = "weight_distributions", None
TITLE = "Violins of the weights by layer and connection"
TABLES = ("weights",)
HEIGHT = 110
BINS = 100
CONNECTIONS = ("feedforward", "recurrence", "skip", "feedback")


def density(rows):
    """(centres, histogram relative to its maximum) of one row, or of several seeds together."""
    low, high = rows["min"].min(), rows["max"].max()
    centres = np.linspace(low, high, 2 * BINS + 1)[1::2]
    total = np.zeros(BINS)
    for k in range(len(rows)):
        edges = np.linspace(rows["min"][k], rows["max"][k], BINS + 1)
        counts = np.array([rows[f"bin_{b}"][k] for b in range(BINS)])
        total += np.interp(centres, (edges[1:] + edges[:-1]) / 2, counts / max(edges[1] - edges[0], 1e-30), left=0, right=0)
    return centres, total / max(total.max(), 1e-30)


def draw(page, data):
    rows = data.rows("weights")
    there = [connection for connection in CONNECTIONS if connection in rows.values("connection")]
    if not there:
        raise Refused(f"weights.csv: no connection of {', '.join(CONNECTIONS)}; there are: {', '.join(rows.values('connection'))}")
    hue = parts.Hue(only(rows, "category"), category_values(rows))
    layers = style.layers(rows.values("layer"))
    handles = hue.handles("none") if len(hue.values) > 1 else []
    for handle in handles:
        handle.set_marker("s")
    parts.legend_above(page, handles)
    axes = page.figure.subplots(len(there), 1, sharex=True, squeeze=False)[:, 0]

    def violins(ax, connection):
        width = 0.8 / len(hue.values)
        for i, layer in enumerate(layers):
            for j, value in enumerate(hue.values):
                mine = rows.where(connection=connection, layer=layer, category_value=value)
                if not len(mine):
                    continue
                centres, shape = density(mine)
                at = i + (j - (len(hue.values) - 1) / 2) * width
                ax.fill_betweenx(centres, at - shape * width / 2.2, at + shape * width / 2.2, color=hue.colour[value], linewidth=0)
                ax.plot([at - width / 3, at + width / 3], [np.mean(mine["median"])] * 2, color=style.INK, linewidth=0.8)
                ax.annotate(style.name(value)[0], (at, centres[-1]), ha="center", va="bottom", fontsize=5, color=style.GREY)
                for quantity in ("mean", "sd", "min", "median", "max", "n"):
                    page.number("ABCD"[there.index(connection)], f"{connection}: {quantity}", mine[quantity].mean(), category_value=value, layer=layer)
        ax.axhline(0, color=style.PALE, linewidth=0.5, zorder=0)
        ax.set_ylabel("Weight")
        ax.margins(y=0.15)

    for k, connection in enumerate(there):
        page.panel(axes[k], "ABCD"[k], style.name(connection), lambda: violins(axes[k], connection))
    axes[-1].set_xticks(range(len(layers)), [style.name(layer) for layer in layers])
    axes[-1].set_xlabel("Layer")
