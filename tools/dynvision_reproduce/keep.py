"""A small copy of a report, to be kept beside the sources: README.md and report.html with smaller pictures, numbers and statements as tables.

    ./reproduce --scale small --keep docs/gallery/small
"""
import io

from PIL import Image

from . import report
from .found import Found, counted, interval
from .study import write

DOTS = 160      # per inch; the pictures of the report have 300
COLOURS = 128   # of a picture
NOTE = "note.txt"  # by hand: what the numbers do not say; kept where it is there


def small_picture(path):
    """A PNG with fewer dots and a palette."""
    with Image.open(path) as image:
        size = [max(1, round(extent * DOTS / 300)) for extent in image.size]
        made = io.BytesIO()
        image.convert("RGB").resize(size, Image.Resampling.LANCZOS).quantize(COLOURS, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
    return made.getvalue()


def cell(text):
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


def rows_of(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(map(cell, row)) + " |" for row in rows])


def markdown(found, note):
    parts = [f"# The paper, reproduced: `--scale {found.study.said['scale']}`", report.INTRODUCTION.replace("\n", " "), note.strip(),
             rows_of(("", ""), found.about()), "The same as [report.html](report.html); [numbers.csv](numbers.csv), [statements.csv](statements.csv).",
             "## What holds", f"{counted(found.statements)}.",
             rows_of(("figure", "kind", "statement", "value (95 %)", "holds", ""),
                     [(row["figure"], row["kind"], row["statement"], interval(row), row["holds"], row["reason"]) for row in found.statements]),
             "## What was left out, and why", rows_of(("what", "why"), found.left_out())]
    for figure in found.drawn:
        parts += [f"## {figure.heading}", f"![{figure.heading}](figures/{figure.name}.png)"]
    parts += ["## Networks", rows_of(*found.networks()), "## Experiments", rows_of(*found.experiments())]
    return "\n\n".join(part for part in parts if part) + "\n"


def keep(study, folder):
    found = Found(study)
    for old in (folder / "figures").glob("*.png"):
        old.unlink()
    for figure in found.drawn:
        write(folder / "figures" / f"{figure.name}.png", small_picture(study.folder / "figures" / f"{figure.name}.png"))
    note = folder / NOTE
    write(folder / "README.md", markdown(found, note.read_text(encoding="utf-8") if note.is_file() else ""))
    write(folder / "report.html", report.html(found, lambda figure: f'<img alt="{report.escape(figure.heading)}" src="figures/{figure.name}.png">', "'self' file:"))
    numbers = [(study.folder / "figures" / f"{figure.name}.numbers.csv").read_text(encoding="utf-8").splitlines() for figure in found.drawn]
    write(folder / "numbers.csv", "\n".join([numbers[0][0], *(line for lines in numbers for line in lines[1:])]) + "\n")
    write(folder / "statements.csv", (study.folder / "figures" / "statements.csv").read_bytes())
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())

