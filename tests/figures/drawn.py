"""Every figure, drawn once from the tables of fixture.py: what the tests look at."""
import atexit
import csv
import multiprocessing
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path

import fixture
from dynvision_figures import __main__ as program
from dynvision_figures import figures
from dynvision_figures.tables import Tables

# Figures of one experiment, or of models that differ in one thing, are told which.
OPTIONS = {"responses": ["--category", "rctype"], "performance": ["--experiment", "gaussiannoise"],
           "training": ["--category", "rctype"], "experiment_outputs": ["--experiment", "contrast"], "dynamics": ["--experiment", "interval"],
           "response_triptych": ["--option", "pattern=1"]}


@cache
def folder():
    """A folder of the tests' own, removed at the end."""
    made = Path(tempfile.mkdtemp(prefix="figures."))
    owner = multiprocessing.current_process().name
    atexit.register(lambda: multiprocessing.current_process().name == owner and shutil.rmtree(made, ignore_errors=True))
    return made


@cache
def tables():
    fixture.make(folder() / "tables")
    return Tables([folder() / "tables"])


def labels_of(figure):
    """All text that a figure's axes and legends mean to show: axis labels, titles, legend entries, names of ticks."""
    found, unlabelled = [], []
    for ax in figure.axes:
        found += [ax.get_xlabel(), ax.get_ylabel(), ax.get_title(loc="left")]
        if ax.get_legend():
            found += [text.get_text() for text in ax.get_legend().get_texts()]
        found += [text.get_text() for text in ax.texts]
    for legend in figure.legends:
        found += [text.get_text() for text in legend.get_texts()]
    return [label for label in found if label.strip()], unlabelled


def draw(name, options=(), out=None, of=None):
    """Draws one figure; returns what it prints, and its labels."""
    out = out or folder() / "out"
    arguments = program.arguments([name, "tables", "--out", str(out), *options])
    module = figures.find(name)
    page = program.draw(module, of or tables(), arguments)
    return {"numbers": page.numbers, "statements": page.statements, "refused": page.refused, "notes": page.notes, "labels": labels_of(page.figure)[0]}


def _draw(name):
    return name, draw(name, OPTIONS.get(name, ()))


@cache
def all_figures():
    tables().table("traces")
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return dict(pool.imap_unordered(_draw, figures.ORDER))


def svg(name, out=None):
    return ((out or folder() / "out") / f"{name}.svg").read_text(encoding="utf-8")


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def rows_of(table):
    """Rows of a table of the fixture as text, read without the package."""
    return [row for path in sorted((folder() / "tables").rglob(f"{table}.csv")) for row in rows(path)]


def numbers(name):
    return rows(folder() / "out" / f"{name}.numbers.csv")


MATHEMATICS = {r"\Delta": "Δ", r"\tau": "τ", r"\sigma": "σ", r"\mathrm": "", r"\mathbf": ""}


def bare(text):
    """Text without mathematics' markup, spaces and lines."""
    for command, sign in MATHEMATICS.items():
        text = text.replace(command, sign)
    return re.sub(r"[\s${}_^\\\u200b]", "", text)


def shown(name, out=None):
    """All words that a reader of the SVG file sees: (everything without spaces, the letters of each text in alphabetical order)."""
    import html

    texts = [bare(html.unescape(re.sub(r"<[^>]*>", "", text))) for text in re.findall(r"<text.*?</text>", svg(name, out), flags=re.S)]
    return "".join(texts), {"".join(sorted(text)) for text in texts}


def is_shown(label, seen):
    """Letters of mathematics stand in the order of their height, not of reading."""
    return bare(label) in seen[0] or "".join(sorted(bare(label))) in seen[1]
