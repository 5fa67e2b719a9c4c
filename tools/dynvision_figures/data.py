"""What figures ask the tables for: rows of an experiment, a trace with its band, a measure with its interval."""
from dataclasses import dataclass

import numpy as np

from . import statistics, style
from .refused import Refused, nearest
from .statistics import Estimate
from .tables import KEYS, Table, number, option_of

UNDEFINED_WITHOUT_LABEL = ("accuracy", "label_confidence")  # NaN in steps without a label


@dataclass
class Trace:
    """One layer's (or the output's) time course in one condition: mean over seeds, with its band."""
    index: np.ndarray    # step
    time: np.ndarray     # [ms] from onset
    shown: np.ndarray    # contrast of what is shown, 0: nothing
    estimate: Estimate
    rows: Table

    @property
    def mean(self):
        return self.estimate.value

    @property
    def dt(self):
        return float(self.time[1] - self.time[0]) if len(self.time) > 1 else float("nan")

    @property
    def onset(self):
        """First step in which something is shown; None without one."""
        seen = np.flatnonzero(self.shown)
        return int(seen[0]) if len(seen) else None

    @property
    def offset(self):
        """First step after it in which nothing is shown, or the number of steps."""
        if self.onset is None:
            return len(self.shown)
        blank = np.flatnonzero(self.shown[self.onset:] == 0)
        return self.onset + int(blank[0]) if len(blank) else len(self.shown)

    @property
    def evoked(self):
        """The mean without the baseline before onset."""
        before = self.onset or 0
        return self.mean - (self.mean[:before].mean() if before else 0.0)


class Data:
    """Tables of some folders, seen through the options of a figure (experiment, status, model, focus layer ...)."""

    def __init__(self, tables, options):
        self.tables, self.options = tables, options
        self._measures = None

    def rows(self, name, experiments=None, **where):
        """Rows of a table; of these experiments only, with these values, and of the status and model that the options name."""
        table = self.tables.table(name)
        if self.options.status and "status" in table:
            table = _of(table, "status", [self.options.status])
        for option in self.options.option:
            table = with_option(table, *option.split("=", 1)) if "=" in option else _no_option(option)
        if self.options.experiment:
            experiments = self.options.experiment if experiments is None else \
                [each for each in self.options.experiment if each in experiments] or experiments
        if experiments is not None:
            table = _of(table, "experiment", experiments)
        if self.options.category and "category" not in where and (table["category"] != "").any():
            table = _of(table, "category", [self.options.category])
        for column, value in where.items():
            table = _of(table, column, value if isinstance(value, (list, tuple)) else [value])
        return table

    def traces(self, experiments=None, **where):
        return self.rows("traces", experiments, **where)

    def trace(self, rows, **where):
        """The band of one condition: rows that differ in seed and step alone."""
        for column, value in where.items():
            rows = _of(rows, column, [value])
        rows, networks = over_networks(rows)
        seeds = np.nan_to_num(rows["seed"], nan=-1)
        index, steps = np.unique(seeds), np.unique(rows["times_index"])
        if len(rows) != len(index) * len(steps):
            raise Refused(f"traces.csv: {len(rows)} rows for {len(index)} seeds of {len(steps)} steps of {_described(rows)}: {_differ(rows)}")
        sorted_rows = rows.rows(np.lexsort((rows["times_index"], seeds)))
        by_seed = {column: sorted_rows[column].reshape(len(index), len(steps)) for column in
                   ("mean", "sd", "n", "ci_low", "ci_high", "time_ms")}
        bad = ~np.isfinite(by_seed["mean"])
        quantity = rows["quantity"][0]
        if bad.all() or (bad.any() and not quantity.startswith(UNDEFINED_WITHOUT_LABEL)):
            seed, step = np.argwhere(bad)[0]
            raise Refused(f"traces.csv: {quantity} of {_described(rows)} is NaN (seed {index[seed]:g}, step {steps[step]:g})")
        shown = np.array([shown_value(each) for each in sorted_rows["shown"][:len(steps)]])
        estimate = Estimate(*(by_seed[column][0] for column in ("mean", "ci_low", "ci_high")), float(np.nanmax(by_seed["n"])), networks) if networks else \
            statistics.of_moments(by_seed["mean"], by_seed["sd"], by_seed["n"], by_seed["ci_low"], by_seed["ci_high"])
        if quantity.startswith("accuracy") or quantity.endswith("confidence"):
            estimate = estimate.within(0, 1)
        time = by_seed["time_ms"][0]
        if self.options.time_axis == "original" and len(time) > 1:
            time = (steps + self.options.idle) * (time[1] - time[0])
        return Trace(steps, time, shown, estimate, sorted_rows)

    def measures(self):
        """summary.csv and curves.csv as one table: value, ci_low, ci_high, sd, n, n_seeds of each measure."""
        if self._measures is None:
            parts, refused = [], Refused("neither summary.csv nor curves.csv: no measures")
            for name, value in (("summary", "mean"), ("curves", "value")):
                if not self.tables.has(name):
                    continue
                try:
                    table = self.rows(name)
                except Refused as why:  # of other experiments or models than the options name
                    refused = why
                    continue
                nan = np.full(len(table), np.nan)
                columns = {key: table[key] for key in (*KEYS, "layer", "measure", "ci_low", "ci_high")}
                columns |= {"value": table[value], "unit": table["unit"], "sd": table.columns.get("sd_images", nan),
                            "n": table.columns.get("n_valid", nan), "n_seeds": table.columns.get("n_seeds", nan)}
                parts.append(columns)
            if not parts:
                raise refused
            joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
            self._measures = Table("summary", joined, "summary.csv and curves.csv")
        return self._measures

    def measure_rows(self, measure, experiments=None, **where):
        rows = _of(self.measures(), "measure", [measure])
        if experiments is not None:
            rows = _of(rows, "experiment", experiments)
        for column, value in where.items():
            if value is not None:
                rows = _of(rows, column, [value])
        return rows

    def measure(self, measure, experiments=None, **where):
        """One measure: its mean over seeds, with its interval."""
        return estimate_of(self.measure_rows(measure, experiments, **where), measure)

    def curve(self, measure, experiments=None, **where):
        """A measure over the swept parameter: (parameter values, x, estimates), x in ms where the tables have it."""
        rows = self.measure_rows(measure, experiments, **where)
        values = sorted((v for v in rows.values("parameter_value") if np.isfinite(number(v))), key=number)
        if not values:
            raise Refused(f"{measure}: no row with a parameter_value of {rows.values('parameter') or 'a parameter'}")
        parts = [rows.where(parameter_value=value) for value in values]
        ms = np.array([part["parameter_ms"][0] for part in parts])
        x = ms if np.isfinite(ms).all() else np.array([number(value) for value in values])
        return values, x, [estimate_of(part, measure) for part in parts]

    def in_ms(self, rows):
        return bool(np.isfinite(rows["parameter_ms"]).all())

    def focus(self, rows):
        """The layer of the panels that show one layer."""
        there = [layer for layer in style.layers(rows.values("layer")) if layer != "classifier"]
        wanted = self.options.focus_layer
        if wanted:
            if wanted not in there:
                raise Refused(f"no layer {wanted}: {nearest(wanted, there)}")
            return wanted
        if not there:
            raise Refused("the tables hold no layer but the classifier")
        return "V2" if "V2" in there else there[0]

    def reference(self, values):
        """The parameter value of the panels that show one: the option's, else the middle one."""
        wanted = self.options.reference
        if wanted is not None:
            for value in values:
                if style.plain(value) == style.plain(wanted):
                    return value
            raise Refused(f"no parameter value {wanted}: {nearest(wanted, values)}")
        return values[len(values) // 2]

    def one_experiment(self, rows, what, usual=("response",)):
        """(experiment, its rows): the one that the option names; of several, the first of the usual ones that is there."""
        experiments = rows.values("experiment")
        named = [] if self.options.experiment else [each for each in usual if each in experiments]
        if len(experiments) > 1 and not named:
            raise Refused(f"{what} of several experiments: {', '.join(experiments)}; name one (--experiment)")
        experiment = (named or experiments)[0]
        return experiment, rows.where(experiment=experiment)

    def first_value(self, rows):
        """The category's value of the panels that show one model: the published default, else the first."""
        values = style.order(_only(rows, "category"), rows.values("category_value")) or [""]
        default = style.DEFAULTS.get(_only(rows, "category"))
        return next((value for value in values if style.plain(value) == default), values[0])


def shown_value(cell):
    """`shown` as a number: 0 nothing; a contrast, or 1 for what is named by a word (image, mask, noise)."""
    text = str(cell).strip().lower()
    if text in ("", "void", "blank", "false", "none", "nan"):
        return 0.0
    value = number(text)
    return value if np.isfinite(value) else 1.0


def parameter_values(rows):
    """Swept values in order."""
    return style.order(_only(rows, "parameter"), rows.values("parameter_value"))


def category_values(rows):
    """Values of the one category of these rows, in order; [""] where models are not swept."""
    return style.order(_only(rows, "category"), rows.values("category_value")) or [""]


def _only(rows, column):
    values = rows.values(column)
    if len(values) > 1:
        raise Refused(f"{rows.name}.csv holds several values of {column}: {', '.join(map(str, values))}; name one (--{column})")
    return values[0] if values else ""


only = _only


def over_networks(rows):
    """Rows of `dynvision measure` alone, which say something of all networks (no seed), and the number of these; all rows and 0 where there are none."""
    if "n_seeds" not in rows:
        return rows, 0
    found = np.isnan(rows["seed"]) & np.isfinite(rows["n_seeds"])
    if not found.any():
        return rows, 0
    return rows.rows(found), int(rows["n_seeds"][found][0])


def estimate_of(rows, what):
    """One Estimate of rows that differ in their seed alone; of the row over all of them, where the table has it."""
    rows, networks = over_networks(rows)
    seeds = np.nan_to_num(rows["seed"], nan=-1)
    if len(np.unique(seeds)) != len(rows):
        raise Refused(f"{what}: {len(rows)} rows for {len(np.unique(seeds))} seeds: {_differ(rows)}")
    if len(rows) == 1:
        seeds = networks or int(np.nan_to_num(rows["n_seeds"][0], nan=1) or 1)
        return Estimate(rows["value"][0], rows["ci_low"][0], rows["ci_high"][0], rows["n"][0] / (networks or 1), seeds)
    rows = rows.rows(np.argsort(seeds, kind="stable"))
    n = float(statistics.mean_of(rows["n"]))
    if np.isfinite(rows["sd"]).all() and np.isfinite(rows["n"]).all():
        return statistics.of_moments(rows["value"], rows["sd"], rows["n"])
    return statistics.of_values(rows["value"], rows["ci_low"], rows["ci_high"], n)


def with_option(table, key, value):
    """Rows of models with this option in their name; a name without it has the published value."""
    mask = np.array([(option_of(model, key) or style.DEFAULTS.get(key)) == value for model in table["model"]], bool)
    if not mask.any():
        raise Refused(f"{table.name}.csv: no model with {key}={value}: {nearest(value, table.values('model'))}")
    return table.rows(mask)


def _no_option(option):
    raise Refused(f"--option {option}: expected KEY=VALUE")


def _of(table, column, values):
    """Rows with one of these values; an error that names the nearest where there are none."""
    found = table.where(**{column: list(values)})
    if not len(found):
        there = table.values(column)
        wanted = ", ".join(map(str, values))
        what = f"{table.name}.csv" if table.name != "summary" else "summary.csv and curves.csv"
        message = f"of another experiment: {what} holds {', '.join(map(str, there)) or 'none'}, this figure draws {wanted}" \
            if column == "experiment" else f"{what} has no {column} {wanted}: {nearest(values[0] if values else '', there)}"
        raise Refused(message)
    return found


def _differ(rows):
    """Why there are several rows where one is needed: keys that differ between rows of one seed."""
    seeds = np.nan_to_num(rows["seed"], nan=-1)
    found, count = np.unique(seeds, return_counts=True)
    one = rows.rows(seeds == found[count.argmax()])
    differing = [key for key in KEYS if key in one and key != "seed" and len(one.values(key)) > 1]
    return f"they differ in {', '.join(differing)}" if differing else "rows are missing, or there twice"


def _described(rows):
    parts = [str(rows[column][0]) for column in ("experiment", "condition", "layer", "category_value")
             if column in rows and len(rows) and rows[column][0] != ""]
    return ", ".join(parts)
