"""python -m dynvision_figures NAME TABLES... --out FOLDER        the figure NAME of the tables in these folders
python -m dynvision_figures list                               all figures, and the tables that they read

NAME is a figure's name (duration), its number in the paper (15), the name of the Python toolbox's plot (plot_unrolling), or `all`:
every figure whose tables are there. Written are NAME.svg, NAME.png, NAME.numbers.csv, and the figure's rows of statements.csv.
"""
import argparse
import os
import re
import sys
from pathlib import Path

from . import figures
from .data import Data
from .page import NUMBERS, STATEMENTS, Page, table_text
from .refused import Refused
from .tables import Tables


def arguments(words):
    parser = argparse.ArgumentParser(prog="dynvision figure", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="of the figure; `list`, `all`")
    parser.add_argument("tables", nargs="*", help="folders with tables, or files; several are one")
    parser.add_argument("--out", type=Path, default=Path("figures"), metavar="FOLDER", help="where to write (figures)")
    parser.add_argument("--as", dest="name_as", metavar="NAME", help="names of the files and in statements.csv, in place of the figure's")
    parser.add_argument("--html", action="store_true", help="an interactive page of the same tables, NAME.html, instead")
    parser.add_argument("--experiment", action="append", help="of these experiments; may be repeated")
    parser.add_argument("--category", help="models that differ in this (rctype, tau ...)")
    parser.add_argument("--status", help="of this training state (trained-best)")
    parser.add_argument("--option", action="append", default=[], metavar="KEY=VALUE",
                        help="of models with this option in their name (pattern=1011); one without it has the published value")
    parser.add_argument("--focus-layer", help="the layer of panels that show one (V2)")
    parser.add_argument("--reference", help="the parameter value of panels that show one (the middle one)")
    parser.add_argument("--row", type=int, help="step at which accuracy is read (the last one with the stimulus)")
    parser.add_argument("--quantity", help="of traces.csv, for figures of one quantity (response_avg)")
    parser.add_argument("--measure", help="for figures of one measure")
    parser.add_argument("--confidence-measure", default="guess_confidence", help="guess_confidence, label_confidence, first_label_confidence")
    parser.add_argument("--accuracy-measure", default="accuracy", help="accuracy, accuracy_top3, accuracy_top5")
    parser.add_argument("--hue", choices=("category", "parameter"), help="what colours mean, for `responses`")
    parser.add_argument("--human", type=Path, help="data of people for `noise`: columns x, k, n, condition")
    parser.add_argument("--time-axis", choices=("onset", "original"), default="onset", help="time from onset, or from the first step, idle included")
    parser.add_argument("--idle", type=int, default=0, help="idle steps, for --time-axis original")
    parser.add_argument("--width", choices=("single", "double"), help="85 or 180 mm")
    return parser.parse_args(words)


def draw(module, tables, options):
    """One figure: drawn, written, its numbers and statements printed."""
    own = getattr(module, "EXPERIMENTS", None)
    if options.experiment and own and not set(own) & set(options.experiment):
        raise Refused(f"figure {module.NAME} draws {', '.join(own)}, not {', '.join(options.experiment)}")
    page = Page(options.name_as or module.NAME, options.width or getattr(module, "WIDTH", "double"), module.HEIGHT)
    module.draw(page, Data(tables, options))
    page.save(options.out)
    return page


def report(page, options):
    if page.numbers:
        print(table_text(NUMBERS[1:], [row[1:] for row in page.numbers]))
    for row in page.statements:
        _, statement, kind, value, low, high, holds, reason = row
        print(f"{kind} {statement}: {holds}" + (f" ({reason})" if reason else ""))
    for refused in page.refused:
        print(f"a panel is not drawn: {refused}", file=sys.stderr)
    print(options.out / f"{page.name}.svg")


def listed():
    rows = [(module.NUMBER or "", name, ", ".join(module.TABLES), module.TITLE) for name in figures.ORDER for module in [figures.module(name)]]
    return table_text(("number", "name", "tables", "shows"), rows)


def main(words=None):
    options = arguments(words)
    if options.name_as is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", options.name_as):
        print(f"figures: --as {options.name_as}: expected letters, digits, _ and -", file=sys.stderr)
        return 2
    if options.name == "list":
        print(listed())
        return 0
    try:
        tables = Tables(options.tables)
        if options.html:
            from . import html

            print(html.write(tables, options))
            return 0
        if options.name != "all":
            report(draw(figures.find(options.name), tables, options), options)
            return 0
        drawn = 0
        for name in figures.ORDER:
            try:
                page = draw(figures.module(name), tables, options)
            except Refused as refused:
                print(f"{name}: not drawn: {refused}", file=sys.stderr)
                continue
            drawn += 1
            print(options.out / f"{page.name}.svg")
        if not drawn:
            raise Refused("no figure could be drawn of these tables")
        return 0
    except Refused as refused:
        print(f"figures: {refused}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads the list has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status)
