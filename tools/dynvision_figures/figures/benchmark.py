"""What training and testing cost, one factor at a time: seconds, memory, work, relative to the default."""
import numpy as np

from .. import parts, style
from ..refused import Refused

NAME, NUMBER = "benchmark", None
TITLE = "Cost of training and inference, one factor at a time"
TABLES = ("benchmark",)
HEIGHT = 110
COSTS = (("seconds_per_training_step", "Training step (s)"), ("inference_ms_per_image", "Inference (ms/image)"), ("memory_mb", "Memory (MB)"))


def draw(page, data):
    rows = data.tables.table("benchmark")
    factors = rows.values("factor")
    there = [(column, label) for column, label in COSTS if column in rows and np.isfinite(rows[column]).any()]
    if not there:
        rows[COSTS[0][0]]
        raise Refused(f"benchmark.csv: {', '.join(column for column, _ in COSTS)} are all NaN")
    names, at, values, y = [], [], {column: [] for column, _ in there}, 0.0
    breaks = []
    for factor in factors:
        mine = rows.where(factor=factor)
        breaks.append((y, factor))
        for k in range(len(mine)):
            names.append(style.name(mine["level"][k]))
            at.append(y)
            for column, _ in there:
                values[column].append(mine[column][k])
                page.number(column, f"{factor}: {column}", mine[column][k], category_value=str(mine["level"][k]))
            y += 1
        y += 1.2
    page.figure.set_size_inches(page.figure.get_size_inches()[0], style.MM * (20 + 3.6 * y))
    axes = page.figure.subplots(1, len(there), sharey=True, squeeze=False)[0]

    def one(ax, column, label):
        ax.barh(at, values[column], color=style.COLOURS["full"], height=0.7)
        ax.set_xlabel(label)
        for start, factor in breaks:
            ax.axhline(start - 1.05, color=style.PALE, linewidth=0.5)

    for k, (column, label) in enumerate(there):
        page.panel(axes[k], "ABC"[k], "", lambda: one(axes[k], column, label))
    axes[0].set_yticks(at, names)
    for start, factor in breaks:
        axes[0].text(0.02, start - 0.75, factor, transform=axes[0].get_yaxis_transform(), fontsize=6, style="italic", va="center")
    axes[0].invert_yaxis()
    if "machine" in rows:
        page.note(f"{', '.join(rows.values('machine'))}; {', '.join(rows.values('date')) if 'date' in rows else ''}")
