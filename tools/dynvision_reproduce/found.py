"""What a study has come to: its figures with their numbers, what they state, what was left out and why, on which machine."""
import csv
import json
from dataclasses import dataclass, field
from datetime import datetime

from dynvision_figures import figures
from dynvision_figures.page import NUMBERS, table_text

from .forecast import duration
from .jobs import figure_name


@dataclass
class Figure:
    name: str
    kind: str                                       # the figure that it is
    number: int | None
    title: str
    command: str
    drawn: bool
    said: list = field(default_factory=list)        # why it, or a panel of it, was not drawn
    statements: list = field(default_factory=list)  # rows of statements.csv, as dictionaries
    numbers: list = field(default_factory=list)     # rows of NAME.numbers.csv

    @property
    def heading(self):
        return (f"Figure {self.number}: " if self.number else "") + self.title


def table(path):
    if not path.is_file():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def shown(text):
    """A number of a table as people read it."""
    try:
        return f"{float(text):.4g}" if text else ""
    except ValueError:
        return text


class Found:
    def __init__(self, study):
        self.study, folder = study, study.folder
        states = table(folder / "figures" / "statements.csv")
        self.figures = []
        for about in study.plan["figures"]:
            name, module = figure_name(about), figures.module(about["figure"])
            done = read_json(folder / "figures" / f"{name}.json")
            self.figures.append(Figure(name, about["figure"], module.NUMBER, about.get("title", module.TITLE), done["command"], done["drawn"], done["said"],
                                       [row for row in states if row["figure"] == name] if done["drawn"] else [],
                                       table(folder / "figures" / f"{name}.numbers.csv") if done["drawn"] else []))
        self.run = read_json(folder / study.runs[0].latest / "run.json")

    @property
    def drawn(self):
        return [figure for figure in self.figures if figure.drawn]

    @property
    def statements(self):
        return [row for figure in self.figures for row in figure.statements]

    def left_out(self):
        """(what, why) of every figure and panel that is not there."""
        found = []
        for figure in self.figures:
            if figure.drawn:
                found += [(f"{figure.heading}: a panel", text.removeprefix("a panel is not drawn: ")) for text in figure.said]
            else:
                found.append((figure.heading, " ".join(figure.said)))
        planned = {figure.kind for figure in self.figures}
        for name in figures.ORDER:
            module = figures.module(name)
            if name not in planned:
                found.append(((f"Figure {module.NUMBER}: " if module.NUMBER else "") + module.TITLE, f"not part of --scale {self.study.said['scale']}"))
        return found

    def about(self):
        """(what, value) of the machine, the versions and the study itself."""
        machine, versions = (self.run.get(key) or {} for key in ("machine", "versions"))
        said, n = self.study.said, len(self.study.runs)
        summaries = [read_json(self.study.folder / run.done) for run in self.study.runs]
        images = summaries[0]["images"]
        rows = [("Command", f"./reproduce --scale {said['scale']}"), ("Begun", self.run.get("started", "")),
                ("Machine", f"{machine.get('processor', '')}, {machine.get('cores', '')} cores, {machine.get('memory', 0) / 1e9:.0f} GB; {machine.get('system', '')}"),
                ("Versions", ", ".join(f"{key} {value}" for key, value in versions.items()))]
        for k, each in enumerate(said.get("sources", [])):
            rows.append(("Gone on with" if k else "Sources", f"commit {each['commit']}" + (", with changes" if each["changed"] else "") + f", {each['when']}"))
        rows.append(("Networks", f"{n}, {images} training images each; {duration(sum(s['train_seconds'] for s in summaries))} of training in all, one thread each"))
        if "forecast" in said:
            rows.append(("Forecast", f"{duration(said['forecast']['seconds'])}" + (f"; training made shorter, to {100 * said['forecast']['share']:.0f} %, to fit into the time"
                                                                                 if said["forecast"]["share"] < 1 else "")))
        for each in said.get("added", []):
            rows.append(("Added", f"{', '.join(name for name, _, _ in each['blocks'])}: {duration(each['seconds'])} more"))
        rows.append(("Took", "training " + duration(self.lasted()) + " from its begin to its end, experiments " +
                     duration(sum(float(path.read_text()) for path in (self.study.folder / "experiments").rglob("*.done"))) + " of all processes together"))
        return rows

    def lasted(self):
        """[s] from the first network's begin to the last one's end, without those that were added later."""
        later = {name.removeprefix("training: ") for each in self.study.said.get("added", []) for name, _, _ in each["blocks"]}
        runs = [run for run in self.study.runs if run.block not in later]
        begun = min(datetime.strptime(read_json(self.study.folder / run.latest / "run.json")["started"], "%Y-%m-%dT%H:%M:%S%z") for run in runs)
        return max((self.study.folder / run.done).stat().st_mtime for run in runs) - begun.timestamp()

    def networks(self):
        """Rows of a table: what was trained."""
        rows = []
        for run in self.study.runs:
            summary = read_json(self.study.folder / run.done)
            rows.append((run.block, run.name, summary["model"], f"{summary['n_parameters']}", f"{100 * summary['test_accuracy']:.1f} %",
                         f"{summary['train_seconds']:.0f} s", f"{summary['images_per_second']:.0f}"))
        return ("block", "network", "type", "parameters", "test accuracy", "training", "images/s"), rows

    def experiments(self):
        """Rows of a table: what networks were shown."""
        rows = []
        for group in self.study.plan["experiments"]:
            runs = [run for run in self.study.runs if group in self.study.experiments_of(run)]
            seconds = sum(float((self.study.folder / run.experiments / f"{group['name']}.done").read_text()) for run in runs)
            rows.append((", ".join(group["experiments"]), str(group["images"]), str(len(runs)), duration(seconds)))
        return ("experiments", "images", "networks", "time"), rows


def interval(row):
    """`0.92 (0.90 to 0.94)`."""
    text = shown(row["value"])
    return text + (f" ({shown(row['ci_low'])} to {shown(row['ci_high'])})" if row["ci_low"] and row["ci_high"] else "")


def counted(statements):
    """`12 hold, 3 do not, 2 cannot be tested`."""
    n = {holds: sum(row["holds"] == holds for row in statements) for holds in ("yes", "no", "not testable")}
    return f"{n['yes']} hold, {n['no']} do not, {n['not testable']} cannot be tested"


__all__ = ["NUMBERS", "Figure", "Found", "counted", "interval", "shown", "table_text"]
