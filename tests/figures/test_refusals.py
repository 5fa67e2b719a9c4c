"""What cannot be drawn is said in words, and leaves no figure."""
import io
import shutil
import unittest
from contextlib import redirect_stderr, redirect_stdout

import drawn
import fixture
from dynvision_figures import __main__ as program
from dynvision_figures import figures, statistics, style


class Refusals(unittest.TestCase):
    def setUp(self):
        self.folder = drawn.folder() / "refusals"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.out = self.folder / "out"

    def rows(self, experiment="duration", values=(5,), seeds=(7000, 7001), types=("full",)):
        rows = []
        for value in types:
            for seed in seeds:
                for d in values:
                    key = fixture.keys(experiment, seed, value, "stim", d, d * 2.0)
                    rows += fixture.trace_rows(key, fixture.shown_of(12, (0, 1), (1, d)), .8, seed=seed, value=value)
        return rows

    def run_figure(self, name, *options, tables=None):
        """(status, standard error)"""
        error = io.StringIO()
        with redirect_stderr(error), redirect_stdout(io.StringIO()):
            status = program.main([name, str(tables or self.folder / "tables"), "--out", str(self.out), *options])
        return status, error.getvalue()

    def refused(self, name, *words, options=(), tables=None):
        status, error = self.run_figure(name, *options, tables=tables)
        self.assertEqual(status, 2, error)
        for word in words:
            self.assertIn(word, error)
        self.assertFalse(list(self.out.glob("*.svg")) if self.out.exists() else [])

    def write(self, rows, name="traces"):
        fixture.write(self.folder / "tables", name, rows)

    def test_no_tables(self):
        self.refused("duration", "no such file or folder")
        (self.folder / "tables").mkdir()
        self.refused("duration", "no traces.csv")
        self.write([dict(a=1.0)], "tracse")
        self.refused("duration", "no traces.csv", "did you mean tracse?")

    def test_empty(self):
        self.write(self.rows())
        path = self.folder / "tables/traces.csv"
        path.write_text(path.read_text().splitlines()[0] + "\n")
        for name in ("duration", "responses", "stability", "noise", "unrolling"):
            self.refused(name, "traces.csv", "has no rows")
        path.write_text("")
        self.refused("duration", "empty: not even a row of column names")

    def test_missing_column_is_named(self):
        for column in ("mean", "shown", "quantity", "seed", "layer", "category_value", "time_ms"):
            shutil.rmtree(self.folder / "tables", ignore_errors=True)
            self.write([{key: value for key, value in row.items() if key != column} for row in self.rows()])
            self.refused("responses", f"'{column}'", "traces.csv")

    def test_every_table_of_every_figure_is_missed(self):
        """Without its first table a figure is refused, by the table's name."""
        for name in figures.ORDER:
            module = figures.find(name)
            (self.folder / "tables").mkdir(exist_ok=True)
            first = module.TABLES[0]
            self.refused(name, *(["neither summary.csv nor curves.csv"] if name == "adaption" else ["no ", ".json" if first == "plan" else ".csv"]))

    def test_another_experiment(self):
        self.write(self.rows("contrast"))
        self.refused("duration", "another experiment", "contrast", "duration")
        self.refused("noise", "another experiment", "contrast", "gaussiannoise")
        self.refused("duration", "draws duration", options=["--experiment", "contrast"])

    def test_nan(self):
        rows = self.rows()
        next(row for row in rows if (row["layer"], row["times_index"], row["seed"]) == ("V2", 7, 7001))["mean"] = float("nan")
        self.write(rows)
        status, error = self.run_figure("responses")
        self.assertIn("V2 is NaN", error.replace(", full", ""))
        self.assertIn("seed 7001, step 7", error)

    def test_rows_that_are_there_twice_or_missing(self):
        self.write(self.rows() + self.rows(seeds=(7001,)))
        status, error = self.run_figure("responses")
        self.assertIn("for 2 seeds of 12 steps", error)
        self.assertIn("there twice", error)

    def test_bad_files(self):
        self.write(self.rows())
        path = self.folder / "tables/traces.csv"
        good = path.read_text()
        lines = good.splitlines()
        for bad, words in ((lines[:2] + [lines[2] + ",7"], "traces.csv:3: 23 cells, the header has 22 columns"),
                           (lines[:2] + [lines[2].replace(",0,", ",zero,", 1)], "is no number"),
                           ([lines[0] + ",mean"], "two columns are called mean")):
            path.write_text("\n".join(bad) + "\n")
            self.refused("responses", words)
        path.write_bytes(b"experiment\n\xff\xfe\n")
        self.refused("responses", "traces.csv")
        path.write_text(good)
        (self.folder / "tables/traces.columns.json").write_text("{")
        self.refused("responses", "columns.json")
        (self.folder / "tables/plan.json").write_text('{"segmets": []}')
        self.refused("plan_tree", "segments", "did you mean segmets?")
        (self.folder / "tables/plan.json").write_text('{"segments": [{"id": 0, "parent": 0, "first_step": 0, "steps": 1, "show": "void"}]}')
        self.refused("plan_tree", "no segment has the parent -1")

    def test_bad_options(self):
        self.write(self.rows(values=(2, 5)))
        status, error = self.run_figure("durations")
        self.assertIn("did you mean duration?", error)
        self.refused("duration", "no layer V3", "did you mean V", options=["--focus-layer", "V3"])
        self.refused("duration", "no parameter value 4", options=["--reference", "4"])
        self.refused("duration", "no status trained", options=["--status", "trained"])
        self.refused("duration", "no model with tau=9", options=["--option", "tau=9"])

    def test_too_many_values(self):
        self.write(self.rows(values=range(1, 17)), "traces")
        self.refused("duration", "16 values of stim", "at most 15")

    def test_one_seed_where_five_units_are_needed(self):
        """A cluster test of three images is not drawn, and said."""
        found = drawn.all_figures()["noise"]
        self.assertFalse(any("no cluster test" in note for note in found["notes"]))
        rows = drawn.rows_of("statistics")
        for row in rows:
            row["n"] = 3
        tables = self.folder / "tables"
        for name in ("traces", "summary", "curves"):
            self.write([row for row in drawn.rows_of(name) if row["experiment"].startswith("uniformnoise")], name)
        self.write(rows, "statistics")
        from dynvision_figures.tables import Tables
        found = drawn.draw("noise", (), self.out, Tables([tables]))
        self.assertTrue(any("no cluster test for uniformnoise: 3 images, five are needed" in note for note in found["notes"]))

    def test_one_seed_is_called_so(self):
        self.write(self.rows(seeds=(7000,)))
        status, _ = self.run_figure("responses")
        self.assertEqual(status, 0)
        self.assertIn("images of one network", (self.out / "responses.svg").read_text())

    def test_statements_without_their_table_are_not_testable(self):
        self.write(self.rows(values=(5, 10)))
        status, error = self.run_figure("duration")
        self.assertEqual(status, 0)
        self.assertIn("a panel is not drawn: neither summary.csv nor curves.csv", error)
        row, = drawn.rows(self.out / "statements.csv")
        self.assertEqual((row["holds"], row["value"]), ("not testable", ""))
        self.assertIn("not drawn", (self.out / "duration.svg").read_text())


class Parts(unittest.TestCase):
    def test_interval_of_a_mean(self):
        """Of n images of one network drawn again and again: 2 x 1.96 s/sqrt n."""
        import numpy as np

        images = np.random.default_rng(0).normal(size=200)
        e = statistics.of_moments([images.mean()] * 2, [images.std(ddof=1)] * 2, [200, 200])
        self.assertAlmostEqual(float(e.high - e.low), 2 * 1.96 * images.std() / np.sqrt(400), delta=.006)
        self.assertEqual(e.units, "2 seeds, then images")

    def test_rows_over_networks_come_first(self):
        """Of dynvision measure: their interval is taken as it is, and nothing is drawn again."""
        import numpy as np

        from dynvision_figures.data import estimate_of
        from dynvision_figures.tables import Table

        def rows(*kept):
            columns = {"seed": [1, 2, np.nan], "value": [.4, .6, .5], "ci_low": [.3, .5, .35], "ci_high": [.5, .7, .65], "sd": [.2, .2, .2],
                       "n": [100, 100, 200], "n_seeds": [1, 1, 2]}
            return Table("summary", {name: np.array(values, float)[list(kept)] for name, values in columns.items()}, "here")

        over = estimate_of(rows(0, 1, 2), "accuracy")
        self.assertEqual((over.value, over.low, over.high, over.n, over.seeds), (.5, .35, .65, 100, 2))
        self.assertEqual(estimate_of(rows(0), "accuracy").seeds, 1)
        drawn = estimate_of(rows(0, 1), "accuracy")
        self.assertEqual((drawn.value, drawn.seeds), (.5, 2))
        self.assertNotEqual(drawn.low, .35)

    def test_spearman(self):
        self.assertAlmostEqual(statistics.spearman([1, 2, 3, 4], [1, 3, 2, 4]), .8)
        self.assertAlmostEqual(statistics.spearman([1, 2, 2, 3], [4, 3, 3, 1]), -1)

    def test_orders(self):
        self.assertEqual(style.order("rctype", ["none", "local", "full"]), ["full", "local", "none"])
        self.assertEqual(style.order("tau", ["9", "10", "3"]), ["3", "9", "10"])
        self.assertEqual(style.order("feedback", ["mul", "false", "add"]), ["false", "add", "mul"])

    def test_chance_of_a_fit(self):
        import numpy as np
        from dynvision_figures.figures import noise

        x = np.array([.1, .3, .5, .9])
        self.assertAlmostEqual(noise.chance_of(x, noise.weibull(x, .4, 3, .05, .25), .4, 3, .05), .25)
