"""One figure on paper: its panels, the numbers that it prints, and what it states.

Written are NAME.svg (text as text), NAME.png, NAME.numbers.csv, and the rows of this figure in statements.csv, which several
figures of a folder share. The same tables give the same bytes.
"""
import csv
import fcntl
import io
import math
import os
from dataclasses import dataclass, field

from . import style
from .refused import Refused
from .style import MM, plt
from .tables import write_rows
from .whole_file import whole_file

NUMBERS = ("figure", "panel", "statement", "quantity", "category_value", "layer", "value", "unit", "ci_low", "ci_high", "n", "holds")
STATEMENTS = ("figure", "statement", "kind", "value", "ci_low", "ci_high", "holds", "reason")
CLAIM, LAW, VALUE = "CLAIM", "LAW", "VALUE"
YES, NO, UNTESTABLE = "yes", "no", "not testable"
NAN = float("nan")
MOST_WORDS = 160  # characters of why a panel is not drawn


def scalar(value):
    return NAN if value is None else float(value)


@dataclass
class Finding:
    """What a statement's test returns: does it hold, by which value."""
    holds: bool
    value: float = NAN
    low: float = NAN
    high: float = NAN
    reason: str = ""


@dataclass
class Page:
    name: str
    width: str = "double"
    height: float = 120            # mm
    numbers: list = field(default_factory=list)
    statements: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    images: set = field(default_factory=set)  # how many the intervals are over: measures are not defined for all

    def __post_init__(self):
        style.begin()
        self.figure = plt.figure(figsize=(style.WIDTHS[self.width], self.height * MM), layout="constrained")
        self.drawn, self.refused = 0, []

    def letter(self, ax, letter, title=""):
        ax.set_title(rf"$\mathbf{{{letter}}}$   {title}" if letter else title)

    def panel(self, ax, letter, title, draw):
        """Draws a panel; where its tables are not there, the panel says so in words."""
        axes = ax if isinstance(ax, (list, tuple)) else [ax]
        self.letter(axes[0], letter, title)
        try:
            draw()
            self.drawn += 1
        except Refused as refused:
            self.refused.append(str(refused))
            for each in axes:
                each.clear()
                each.set_axis_off()
            self.letter(axes[0], letter, title)
            width = axes[0].get_position().width * self.figure.get_figwidth() / MM  # [mm], before the layout
            axes[0].text(0, .95, _wrapped(shortened(f"not drawn: {refused}"), max(int(width / 1.25), 20)), transform=axes[0].transAxes, va="top", fontsize=6, color=style.GREY,
                         in_layout=False)

    def number(self, panel, quantity, estimate, unit="", category_value="", layer="", statement="", holds="", n=None):
        """One printed number: an Estimate, or a number without an interval."""
        if hasattr(estimate, "value"):
            value, low, high, n = scalar(estimate.value), scalar(estimate.low), scalar(estimate.high), estimate.n if n is None else n
        else:
            value, low, high = scalar(estimate), NAN, NAN
        self.numbers.append((self.name, panel, statement, quantity, category_value, layer, value, unit, low, high,
                             NAN if n is None else n, holds))

    def state(self, kind, statement, test):
        """Tests a statement; where the tables do not suffice, says why."""
        try:
            found = test()
            holds = YES if found.holds else NO
            row = (found.value, found.low, found.high, holds, found.reason)
        except Refused as refused:
            row = (NAN, NAN, NAN, UNTESTABLE, str(refused))
        self.statements.append((self.name, statement, kind, *row))

    def claim(self, statement, test):
        self.state(CLAIM, statement, test)

    def law(self, statement, test):
        self.state(LAW, statement, test)

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)

    def note_images(self, n):
        self.images.add(round(n))

    def save(self, folder):
        if self.images:
            few, most = min(self.images), max(self.images)
            self.note(f"{most} images" if few == most else f"{few} to {most} images")
        if self.refused and not self.drawn:
            raise Refused(f"figure {self.name}: {self.refused[0]}")
        if self.notes:
            self.figure.supxlabel(_wrapped(" · ".join(self.notes), 150 if self.width == "double" else 70), x=0.01, ha="left",
                                  fontsize=5.5, color=style.GREY)
        folder.mkdir(parents=True, exist_ok=True)
        self.figure.get_layout_engine().execute(self.figure)    # places everything once, not for each format
        self.figure.set_layout_engine("none")
        for suffix, metadata in (("svg", {"Date": None, "Creator": None}), ("png", {"Software": None})):
            made = io.BytesIO()
            self.figure.savefig(made, format=suffix, metadata=metadata)
            with whole_file(folder / f"{self.name}.{suffix}") as partial:
                partial.write_bytes(made.getvalue())
        plt.close(self.figure)
        write_rows(folder / f"{self.name}.numbers.csv", NUMBERS, self.numbers)
        merge_statements(folder, self.name, self.statements)


def merge_statements(folder, name, statements):
    """Replaces a figure's rows in the folder's statements.csv; two figures at once wait for each other."""
    path = folder / "statements.csv"
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        others = []
        if path.is_file():
            with open(path, newline="", encoding="utf-8") as file:
                others = [row for row in list(csv.reader(file))[1:] if row and row[0] != name]
        write_rows(path, STATEMENTS, sorted(others + [list(row) for row in statements], key=lambda row: row[0]))
    finally:
        os.close(lock)


def shortened(text):
    """For a panel; whoever asks for the figure is told all."""
    return text if len(text) <= MOST_WORDS else text[:MOST_WORDS] + " ..."


def _wrapped(text, width=60):
    import textwrap

    return "\n".join(textwrap.wrap(text, width))


def table_text(header, rows):
    """Rows as people read them."""
    cells = [list(header)] + [["" if isinstance(c, float) and math.isnan(c) else f"{c:.4g}" if isinstance(c, float) else str(c)
                               for c in row] for row in rows]
    used = [i for i in range(len(header)) if any(row[i] for row in cells[1:])]
    widths = {i: max(len(row[i]) for row in cells) for i in used}
    return "\n".join("  ".join(row[i].ljust(widths[i]) for i in used).rstrip() for row in cells)
