"""Which class is taken for which: rows are labels, columns guesses; counts, and percent of a row as shade."""
import numpy as np

from .. import style
from ..data import category_values
from ..page import Finding

NAME, NUMBER = "confusion_matrix", None
TITLE = "Confusion matrix: counts, and percent of a row"
TABLES = ("confusion",)
WIDTH, HEIGHT = "single", 85


def counted(rows):
    """(classes, counts (label, guess)): of rows label, guess, count, or of the table of `dynvision test`, a column for each guess."""
    if "guess" in rows:
        labels = sorted(set(rows.values("label")) | set(rows.values("guess")))
        cells = zip(rows["label"], rows["guess"], rows["count"])
    else:
        labels = [style.plain(label) for label in rows.values("label")]
        cells = [(style.plain(rows["label"][i]), guess, rows[guess][i]) for i in range(len(rows)) for guess in labels]
    counts = np.zeros((len(labels), len(labels)))
    for label, guess, count in cells:
        counts[labels.index(label), labels.index(guess)] += count
    return labels, counts


def draw(page, data):
    rows = data.rows("confusion")
    _, rows = data.one_experiment(rows, "confusion.csv")
    value = data.first_value(rows)
    if len(category_values(rows)) > 1:
        page.note(f"{style.name(rows['category'][0])}: {style.name(value)}")
        rows = rows.where(category_value=value)
    labels, counts = counted(rows)
    totals = counts.sum(1, keepdims=True)
    percent = np.divide(100 * counts, totals, out=np.full(counts.shape, np.nan), where=totals > 0)
    ax = page.figure.add_subplot()

    def matrix():
        image = ax.imshow(percent, cmap="cividis", vmin=0, vmax=100, interpolation="nearest")
        small = len(labels) <= 12
        for i in range(len(labels)):
            for j in range(len(labels)):
                if small:
                    ax.text(j, i, f"{counts[i, j]:.0f}\n{percent[i, j]:.0f} %", ha="center", va="center", fontsize=5.5 if len(labels) > 6 else 6.5,
                            color="white" if not percent[i, j] > 55 else style.INK)
        names = [style.plain(label) for label in labels]
        every = 1 if len(labels) <= 20 else -(-len(labels) // 20)
        upright = max(map(len, names)) <= 3  # else they would lie over each other
        ax.set_xticks(range(0, len(labels), every), names[::every], rotation=0 if upright else 45, ha="center" if upright else "right",
                      rotation_mode="anchor")
        ax.set_yticks(range(0, len(labels), every), names[::every])
        ax.set_xlabel("Guess")
        ax.set_ylabel("Label")
        for side in ("top", "right"):
            ax.spines[side].set_visible(True)
        bar = page.figure.colorbar(image, ax=ax, shrink=0.8, pad=0.02)
        bar.set_label("Percent of the label's images")

    page.panel(ax, "", "", matrix)
    for i, label in enumerate(labels):
        page.number("", f"recall of {style.plain(label)}", percent[i, i] / 100, category_value=value, n=float(totals[i, 0]))
    page.number("", "accuracy", np.trace(counts) / counts.sum(), category_value=value, n=float(counts.sum()))

    def above_chance():
        each = [percent[i, i] / 100 - 1 / len(labels) for i in range(len(labels)) if totals[i, 0] > 0]
        return Finding(min(each) > 0, min(each), reason="smallest recall of a class minus 1/K")

    page.claim("every class is recognised above chance", above_chance)
