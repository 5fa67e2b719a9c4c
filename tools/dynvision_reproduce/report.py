"""report.html: one file with every figure, its numbers, what it states, and what was left out. report.pdf (pages.py): the same on paper."""
import base64
import re
from html import escape

from . import pages
from .found import NUMBERS, Found, counted, interval, shown
from .study import write

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #202020; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; } h2 { font-size: 1.25rem; margin-top: 2.4rem; border-top: 1px solid #d9d9d9; padding-top: 1.2rem; }
table { border-collapse: collapse; font-size: .86rem; margin: .8rem 0; } th { text-align: left; border-bottom: 1px solid #808080; }
td, th { padding: .18rem .7rem .18rem 0; vertical-align: top; } td.n { font-variant-numeric: tabular-nums; white-space: nowrap; }
img { width: 100%; height: auto; } img.single { width: 50%; min-width: 20rem; } code { font-size: .82rem; overflow-wrap: anywhere; }
.holds { border-radius: .3rem; padding: 0 .45rem; white-space: nowrap; border: 1px solid; }
.yes { color: #1b5e20; background: #e3f3e4; } .no { color: #8a1c1c; background: #fbe6e6; } .not { color: #555; background: #eee; }
.why { color: #666; } summary { cursor: pointer; color: #444; } @media print { details { display: none; } h2 { break-before: page; } }
"""
SINGLE = 300  # points; a figure of one column is narrower
INTRODUCTION = """What the figures state is tested against the networks that were trained here: a CLAIM is a statement about trained networks, which may
or may not hold for these; a LAW holds for any weights. Intervals are 95 %, over seeds and images, or over the images of one network where
there is one. These are small networks that were trained for a short time: what does not hold here need not be wrong of the paper's."""


def rows_of(header, rows, classes=()):
    head = "".join(f"<th>{escape(str(name))}</th>" for name in header)
    body = "".join("<tr>" + "".join(f'<td{" class=n" if k in classes else ""}>{cell}</td>' for k, cell in enumerate(row)) + "</tr>\n" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"


def plain(rows):
    return [[escape(str(cell)) for cell in row] for row in rows]


def badge(holds):
    return f'<span class="holds {escape(holds.split()[0])}">{escape(holds)}</span>'


def statement_rows(rows, named=True):
    found = []
    for row in rows:
        said = escape(row["statement"]) + (f'<br><span class=why>{escape(row["reason"])}</span>' if row["reason"] else "")
        name = [f'<a href="#{escape(row["figure"])}">{escape(row["figure"])}</a>'] if named else []
        found.append([*name, escape(row["kind"]), said, escape(interval(row)), badge(row["holds"])])
    header = (["figure"] if named else []) + ["kind", "statement", "value (95 %)", "holds"]
    return rows_of(header, found, classes=(len(header) - 2,))


def picture(study, figure):
    """The picture itself, drawn when it comes into sight: its place is kept free by its width and height."""
    svg = (study.folder / "figures" / f"{figure.name}.svg").read_bytes()
    width, height = (float(re.search(name + rb'="([0-9.]+)pt"', svg[:2000])[1]) for name in (b"width", b"height"))
    single = ' class="single"' if width < SINGLE else ""
    return (f'<img{single} alt="{escape(figure.heading)}" loading="lazy" decoding="async" style="aspect-ratio: {width:g} / {height:g}" '
            f'src="data:image/svg+xml;base64,{base64.b64encode(svg).decode()}">')


def numbers(figure):
    used = [name for name in NUMBERS[1:] if any(row[name] for row in figure.numbers)]
    rows = [[escape(shown(row[name])) for name in used] for row in figure.numbers]
    return f"<details><summary>{len(rows)} numbers</summary>{rows_of(used, rows)}</details>" if rows else ""


def section(figure, picture):
    parts = [f'<h2 id="{figure.name}">{escape(figure.heading)}</h2>', picture(figure)]
    if figure.statements:
        parts.append(statement_rows(figure.statements, named=False))
    parts += [f'<p class=why>Not drawn: {escape(text)}</p>' for text in figure.said]
    return "\n".join([*parts, numbers(figure), f"<p><code>{escape(figure.command)}</code></p>"])


def html(found, picture_of=None, images="data:"):
    """`picture_of`: the element of a figure's picture, in place of the picture itself; `images`: where a browser may take it from."""
    study = found.study
    picture_of = picture_of or (lambda figure: picture(study, figure))
    parts = [f"<h1>The paper, reproduced: --scale {escape(study.said['scale'])}</h1>", f"<p>{len(found.drawn)} figures. Statements: {counted(found.statements)}.</p>",
             f"<p>{escape(INTRODUCTION)}</p>", rows_of(("", ""), plain(found.about())), "<h2>What holds</h2>", statement_rows(found.statements)]
    left = found.left_out()
    parts += ["<h2>What was left out, and why</h2>", rows_of(("what", "why"), plain(left)) if left else "<p>Nothing.</p>"]
    parts += [section(figure, picture_of) for figure in found.drawn]
    parts += ["<h2>Networks</h2>", rows_of(found.networks()[0], plain(found.networks()[1])), rows_of(found.experiments()[0], plain(found.experiments()[1])),
              f"<p>{repeating(study)}</p>"]
    policy = f"default-src 'none'; img-src {images}; style-src 'unsafe-inline'"
    return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
            f"<title>dynvision: the paper, {escape(study.said['scale'])}</title><style>{STYLE}</style></head><body>\n" + "\n".join(parts) + "\n</body></html>\n")


def repeating(study):
    return ("<code>dynvision train --config trained/BLOCK/jobs/NETWORK.json</code> repeats the training of a network by itself, "
            "<code>dynvision figure NAME tables/BLOCK</code> draws a figure again; both in the folder of this report.")


def write_report(study):
    found = Found(study)
    write(study.folder / "report.html", html(found))
    pages.write_pdf(found, study.folder / "report.pdf", INTRODUCTION)
