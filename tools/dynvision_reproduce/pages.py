"""report.pdf: A4 pages of text, tables and figures, one after the other from top to bottom."""
import io
import textwrap

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.backends.backend_pdf import PdfPages  # noqa: E402

from .found import counted, interval, shown, table_text  # noqa: E402
from .study import write  # noqa: E402

WIDTH, HEIGHT, EDGE = 210.0, 297.0, 15.0  # mm
POINT = 25.4 / 72                         # mm
HOLDS = {"yes": "#1b5e20", "no": "#8a1c1c"}
GREY, INK = "#666666", "#202020"


class Pages:
    """Writes from top to bottom; what does not fit begins a new page."""

    def __init__(self, file):
        self.pdf, self.page, self.y, self.n = file, None, EDGE, 0
        self.new_page()

    def new_page(self):
        self.close_page()
        self.page = plt.figure(figsize=(WIDTH / 25.4, HEIGHT / 25.4))
        self.y, self.n = EDGE, self.n + 1
        self.page.text(1 - EDGE / WIDTH, 0.025, str(self.n), ha="right", size=7, color=GREY)

    def close_page(self):
        if self.page is not None:
            self.pdf.savefig(self.page)
            plt.close(self.page)
            self.page = None

    def room(self, height):
        if self.y + height > HEIGHT - EDGE:
            self.new_page()

    def lines(self, lines, size=8.0, color=INK, mono=False, indent=0.0, bold=False):
        """Lines as they are, over as many pages as they take."""
        step = size * POINT * 1.35
        lines = list(lines)
        while lines:
            fit = max(int((HEIGHT - EDGE - self.y) / step), 0)
            if fit == 0:
                self.new_page()
                continue
            part, lines = lines[:fit], lines[fit:]
            self.page.text((EDGE + indent) / WIDTH, 1 - self.y / HEIGHT, "\n".join(part), va="top", size=size, color=color, linespacing=1.35 / 1.2,
                           family="monospace" if mono else "sans-serif", weight="bold" if bold else "normal", parse_math=False)
            self.y += step * len(part)

    def text(self, text, size=8.0, indent=0.0, **how):
        width = int((WIDTH - 2 * EDGE - indent) / (size * POINT * 0.53))
        self.lines(textwrap.wrap(" ".join(text.split()), width) or [""], size, indent=indent, **how)

    def heading(self, text, size=13.0):
        self.room(30)
        self.gap(3 if self.y > EDGE else 0)
        self.text(text, size, bold=True)
        self.gap(1.5)

    def gap(self, height):
        self.y += height

    def table(self, header, rows, size=5.6):
        lines = table_text(header, [tuple(row) for row in rows]).splitlines()
        most = int((WIDTH - 2 * EDGE) / (size * POINT * 0.603))
        self.lines([part for line in lines for part in ([line] if len(line) <= most else textwrap.wrap(line, most, subsequent_indent="    "))], size, mono=True)

    def picture(self, path):
        image = plt.imread(path)
        width = min(WIDTH - 2 * EDGE, image.shape[1] / 300 * 25.4)
        height = width * image.shape[0] / image.shape[1]
        self.room(height)
        ax = self.page.add_axes((EDGE / WIDTH, 1 - (self.y + height) / HEIGHT, width / WIDTH, height / HEIGHT))
        ax.imshow(image, interpolation="none", aspect="auto")
        ax.set_axis_off()
        self.gap(height + 3)

    def statement(self, row, named=True):
        self.room(9)
        head = (f"{row['figure']}: " if named else "") + f"{row['kind']}  {row['statement']}"
        self.text(head, 7.5)
        said = f"holds: {row['holds']}" + (f"   {interval(row)}" if row["value"] else "") + (f"   {row['reason']}" if row["reason"] else "")
        self.text(said, 7, indent=5, color=HOLDS.get(row["holds"], GREY))
        self.gap(1)


def write_pdf(found, path, introduction):
    plt.rcdefaults()
    plt.rcParams.update({"pdf.fonttype": 42, "font.sans-serif": ["DejaVu Sans"], "font.monospace": ["DejaVu Sans Mono"], "savefig.dpi": 300})
    made, scale = io.BytesIO(), found.study.said["scale"]
    with PdfPages(made, metadata={"Title": f"dynvision: the paper, {scale}", "CreationDate": None, "Producer": None}) as file:
        pages = Pages(file)
        pages.text(f"The paper, reproduced: --scale {scale}", 18, bold=True)
        pages.gap(3)
        pages.text(f"{len(found.drawn)} figures. Statements: {counted(found.statements)}.", 9)
        pages.gap(2)
        pages.text(introduction, 8)
        pages.gap(3)
        for what, value in found.about():
            pages.text(f"{what}: {value}", 8)
        pages.heading("What holds")
        for row in found.statements:
            pages.statement(row)
        pages.heading("What was left out, and why")
        for what, why in found.left_out():
            pages.text(what, 7.5)
            pages.text(why, 7, indent=5, color=GREY)
        for figure in found.drawn:
            pages.new_page()
            pages.heading(figure.heading)
            pages.picture(found.study.folder / "figures" / f"{figure.name}.png")
            for row in figure.statements:
                pages.statement(row, named=False)
            for text in figure.said:
                pages.text(text, 7, color=GREY)
            pages.text(figure.command, 6, color=GREY)
            pages.gap(2)
            if figure.numbers:
                names = [name for name in figure.numbers[0] if name != "figure"]
                pages.table(names, [[shown(row[name]) for name in names] for row in figure.numbers])
        pages.new_page()
        pages.heading("Networks")
        pages.table(*found.networks())
        pages.gap(4)
        pages.heading("Experiments")
        pages.table(*found.experiments())
        pages.close_page()
    write(path, made.getvalue())
