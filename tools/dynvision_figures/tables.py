"""The tidy tables that experiments leave: UTF-8 CSV, one header row, an empty cell is NaN.

`Tables(paths)` looks for the files in folders (and the folders in them); files of the same name are one table, row after
row. A table is read when a figure asks for it. Columns whose cells are words are arrays of str, all others of float64.
"""
import csv
import json
import sys
from pathlib import Path

import numpy as np

from .refused import Refused, nearest
from .whole_file import whole_file

KEYS = ("experiment", "model", "category", "category_value", "seed", "status", "epoch", "parameter", "parameter_value",
        "parameter_ms", "condition")
WORDS = {"experiment", "model", "category", "category_value", "status", "parameter", "parameter_value", "condition", "layer",
         "layer_other", "category_value_other", "quantity", "measure", "unit", "flags", "shown", "connection", "a", "b",
         "units", "factor", "level", "type", "path", "note", "machine", "date", "figure", "panel", "statement", "kind", "holds", "reason"}
OF_RUN_FOLDERS = ("metrics", "weights", "confusion")
LARGEST_CELL = 1 << 20  # characters


def is_text(kind):
    return str(kind).lower().startswith(("str", "text", "utf", "object", "category"))


class Table:
    """Columns of equal length. `table["mean"]` is an array; `table.where(layer="V1")` are the rows with this value."""

    def __init__(self, name, columns, origin):
        self.name, self.columns, self.origin = name, columns, origin

    def __len__(self):
        return len(next(iter(self.columns.values()), ()))

    def __contains__(self, column):
        return column in self.columns

    def __getitem__(self, column):
        if column not in self.columns:
            raise Refused(f"{self.name}.csv ({self.origin}) has no column '{column}': {nearest(column, self.columns)}")
        return self.columns[column]

    def rows(self, mask):
        return Table(self.name, {name: values[mask] for name, values in self.columns.items()}, self.origin)

    def where(self, **wanted):
        mask = np.ones(len(self), bool)
        for column, value in wanted.items():
            values = self[column]
            if isinstance(value, (list, tuple, set, frozenset)):
                mask &= np.isin(values, list(value))
            else:
                mask &= values == value
        return self if mask.all() else self.rows(mask)

    def values(self, column):
        """The different values of a column, in the order in which they come; without empty cells."""
        values = self[column]
        found, first = np.unique(values, return_index=True)
        return [value for _, value in sorted(zip(first, found.tolist())) if value == value and value != ""]


def read_table(path):
    """One CSV file as {column: array}."""
    csv.field_size_limit(LARGEST_CELL)
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = csv.reader(file)
        try:
            header = next(rows, None)
            if not header:
                raise Refused(f"{path}: empty: not even a row of column names")
            twice = sorted({name for name in header if header.count(name) > 1})
            if twice:
                raise Refused(f"{path}: two columns are called {twice[0]}")
            cells = []
            for row in rows:
                if len(row) != len(header):
                    raise Refused(f"{path}:{rows.line_num}: {len(row)} cells, the header has {len(header)} columns")
                cells.append(row)
        except (csv.Error, UnicodeDecodeError) as error:
            raise Refused(f"{path}:{rows.line_num}: {error}") from None
    described = {}
    beside = path.with_name(path.stem + ".columns.json")
    if beside.is_file():
        try:
            described = json.loads(beside.read_text(encoding="utf-8"))
        except ValueError as error:
            raise Refused(f"{beside}: {error}") from None
    columns = {}
    for name, column in zip(header, zip(*cells) if cells else [()] * len(header)):
        if name in WORDS or is_text(dict(described.get(name, {})).get("dtype", "")):
            columns[name] = np.array(column, dtype=object) if not column else np.array(column)
            continue
        try:
            columns[name] = np.array([cell or "nan" for cell in column]).astype(float) if column else np.zeros(0)
        except ValueError:
            if not any(_is_number(cell) for cell in column):
                columns[name] = np.array(column)  # a column of words
                continue
            bad = next(i for i, cell in enumerate(column) if not _is_number(cell))
            raise Refused(f"{path}:{bad + 2}: '{column[bad]}' in column {name} is no number") from None
    return columns


def _with_keys(name, path, columns):
    """Tables of a run folder (`dynvision train`, `test`) have no keys: the folder's name tells them apart."""
    if name not in OF_RUN_FOLDERS or "category" in columns:
        return columns
    rows = len(next(iter(columns.values())))
    words = {"experiment": "run", "model": path.parent.name, "category": "run", "category_value": path.parent.name, "status": ""}
    numbers = {key: np.full(rows, np.nan) for key in ("seed", "epoch")}
    return {key: np.full(rows, word) for key, word in words.items()} | numbers | columns


def _is_number(cell):
    try:
        float(cell or "nan")
    except ValueError:
        return False
    return True


class Tables:
    """All tables below some folders, by name: `tables.table("traces")`."""

    def __init__(self, paths):
        self.paths = [Path(path) for path in paths]
        if not self.paths:
            raise Refused("no tables: name a folder with tables, or files")
        self.files, self._read = {}, {}
        for path in self.paths:
            if path.is_dir():
                found = sorted([*path.rglob("*.csv"), *path.rglob("plan.json")])
            elif path.is_file():
                found = [path]
            else:
                raise Refused(f"{path}: no such file or folder")
            for file in found:
                if file.name.endswith(".numbers.csv") or file.name == "statements.csv":
                    continue
                if file.resolve() not in [other.resolve() for other in self.files.setdefault(file.stem, [])]:
                    self.files[file.stem].append(file)

    def has(self, name):
        return name in self.files

    def table(self, name):
        if name not in self.files:
            where = ", ".join(map(str, self.paths))
            raise Refused(f"no {name}.csv in {where}" + (f": {nearest(name, sorted(self.files))}" if self.files else ""))
        if name not in self._read:
            parts = [_with_keys(name, path, read_table(path)) for path in self.files[name]]
            columns = list(dict.fromkeys(column for part in parts for column in part))
            joined = {}
            for column in columns:
                kind = next(part[column].dtype.kind for part in parts if column in part)
                absent = "" if kind in "UO" else np.nan
                joined[column] = np.concatenate([part[column] if column in part else np.full(len(next(iter(part.values()))), absent)
                                                 for part in parts])
            origin = str(self.files[name][0]) + (f" and {len(parts) - 1} more" if len(parts) > 1 else "")
            table = Table(name, joined, origin)
            if not len(table):
                raise Refused(f"{name}.csv ({origin}) has no rows")
            self._read[name] = table
        return self._read[name]

    def json(self, name):
        if name not in self.files:
            raise Refused(f"no {name}.json in {', '.join(map(str, self.paths))}")
        path = self.files[name][0]
        if path.stat().st_size > 1 << 28:
            raise Refused(f"{path}: larger than 256 MiB")
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise Refused(f"{path}: {error}") from None


def number(text):
    """The number in a cell of words, NaN where there is none."""
    lower = str(text).strip().lower()
    if lower in ("true", "false"):
        return float(lower == "true")
    try:
        return float(lower.split("=")[-1].split(" ")[0] or "nan")
    except ValueError:
        return float("nan")


def option_of(model, key, default=None):
    """An option in a model's identity, `DyRCNNx4:rctype=full+bias=false_7000`."""
    for part in str(model).partition(":")[2].rsplit("_", 1)[0].split("+"):
        name, equals, value = part.partition("=")
        if equals and name == key:
            return value
    return default


def write_rows(path, header, rows):
    """A CSV file, written beside itself and renamed."""
    with whole_file(path) as partial, open(partial, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([[_cell(value) for value in row] for row in rows])


def _cell(value):
    if value is None or (isinstance(value, (float, np.floating)) and value != value):
        return ""
    if isinstance(value, (bool, np.bool_)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return f"{value:.9g}"
    return value


def say(text):
    print(text, file=sys.stderr)
