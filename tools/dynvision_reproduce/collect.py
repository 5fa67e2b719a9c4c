"""Tables of a block: those of all its runs, with what is varied among them in their keys, so that figures can tell them apart.

    tables/BLOCK/training/RUN/metrics.csv, weights.csv, confusion.csv     of the training and its test
    tables/BLOCK/EXPERIMENT/RUN/traces.csv, summary.csv ...               of what its networks were shown
    tables/BLOCK/EXPERIMENT/traces.csv, statistics.csv ...                over the networks that differ in their seed: dynvision measure

Rows are those of the experiments; model, category, category_value and seed are this study's.
"""
import csv
import json
import shutil
from contextlib import contextmanager

from dynvision_figures import style
from dynvision_figures.whole_file import whole_file

from . import weights
from .study import Stopped, write

KEYS = ("experiment", "model", "category", "category_value", "seed", "status", "epoch", "parameter", "parameter_value", "parameter_ms", "condition")
OF_IMAGES = ("test_data", "test_outputs")  # large; of these experiments only
MEASURED = ("measures.csv", "measures.columns.json", "test_data.csv")  # there while dynvision measure reads them
IMAGES_OF = ("response",)
MEASURES_OF = ("finalaccuracy",)  # of each image; of other experiments summaries do
EPOCH = "trained-epoch="


def keys_of(study, block, run, value):
    about = study.block(block)
    family = json.loads((study.folder / run.done).read_text())["model"].partition("<")[0].rpartition("::")[2]
    family = {"x4": "DyRCNNx4", "x8": "DyRCNNx8"}.get(family, family)
    return {"model": run.identity(family), "category": about["category"], "category_value": value, "seed": run.seed}


@contextmanager
def table(path, header):
    """A csv.writer whose file appears when it is whole."""
    with whole_file(path) as partial, open(partial, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        yield writer


def with_keys(source, target, keys, more=None):
    """A table with these values in its key columns; columns that it lacks are put in front."""
    csv.field_size_limit(1 << 20)
    with open(source, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        header = next(rows, None)
        if header is None:
            raise Stopped(f"{source}: empty")
        said = {**keys, **(more or {})}
        missing = [name for name in said if name not in header]
        places = [(header.index(name), value) for name, value in keys.items() if name in header]
        if "category_value_other" in header:  # of similarities within one network
            places.append((header.index("category_value_other"), keys["category_value"]))
        status, epoch = (header.index(name) if name in header else None for name in ("status", "epoch"))
        front = [said[name] for name in missing]
        with table(target, missing + header) as writer:
            for row in rows:
                for place, value in places:
                    row[place] = value
                if status is not None and epoch is not None and row[status].startswith(EPOCH):
                    row[epoch] = int(row[status].removeprefix(EPOCH)) + 1  # files count from 0
                writer.writerow(front + row)
    beside = source.with_name(source.stem + ".columns.json")
    if beside.is_file():
        write(target.with_name(beside.name), beside.read_bytes())


def cell(value):
    return "" if value != value else f"{value:.9g}" if isinstance(value, float) else value


def training(study, block, run, value, target):
    keys = keys_of(study, block, run, value)
    latest = study.folder / run.latest
    of_training = {"experiment": "training", "status": "trained"}
    with_keys(latest / "metrics.csv", target / "metrics.csv", keys, of_training)
    with_keys(latest / "confusion_matrix.csv", target / "confusion.csv", keys, of_training)
    rows = weights.rows(latest / "weights.safetensors")
    with table(target / "weights.csv", [*of_training, *keys, *rows[0]]) as writer:
        writer.writerows([*of_training.values(), *keys.values(), *map(cell, map(plain_number, row.values()))] for row in rows)


def plain_number(value):
    return value.item() if hasattr(value, "item") else value


def experiment(study, block, run, value, source, target):
    keys = keys_of(study, block, run, value)
    n = 0
    for path in sorted(source.rglob("*.csv")):
        name = path.stem
        where = target / path.relative_to(source)
        if name in OF_IMAGES and source.name not in IMAGES_OF:
            if name == "test_data":
                where.parent.mkdir(parents=True, exist_ok=True)
                where.symlink_to(path)
            continue
        with_keys(path, where, keys, {"experiment": source.name, "status": "trained"} if name in OF_IMAGES else None)
        n += 1
    return n


def over_networks(study, name, out):
    """What is said over several networks, from the measures and time courses of their images, which stay where the experiments left them."""
    folders = [path for path in sorted(out.iterdir()) if path.is_dir() and any(path.glob("*/measures.csv"))]
    if folders:
        category = study.block(name)["category"]
        reference = style.DEFAULTS.get(category)
        values = {value for _, value in study.members(name)}
        study.program(["measure", *folders, "--out", out, *(["--reference", reference] if reference in values else [])], f"logs/tables/{name}.txt")
    for path in [path for file in MEASURED for path in out.glob(f"*/*/{file}")]:
        if path.is_symlink() or path.name.startswith("measures") and path.parts[-3] not in MEASURES_OF:
            path.unlink()


def block(study, name):
    """How many tables were put together."""
    out = study.folder / "tables" / name
    shutil.rmtree(out, ignore_errors=True)
    n = 0
    for run, value in study.members(name):
        label = f"{run.block}-{run.name}"
        training(study, name, run, value, out / "training" / label)
        n += 3
        for source in sorted(path for path in (study.folder / run.experiments).glob("*/*") if path.is_dir() and path.name != "branches"):
            n += experiment(study, name, run, value, source, out / source.name / label)
            plan = source / "plan.json"
            if plan.is_file() and not (out / source.name / "plan.json").exists():
                write(out / source.name / "plan.json", plan.read_bytes())
    over_networks(study, name, out)
    return n
