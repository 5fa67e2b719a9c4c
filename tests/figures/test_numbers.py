"""Numbers and statements of figures against the tables, computed here once more from the CSV files alone."""
import unittest

import drawn
import fixture
import numpy as np
from dynvision_figures.tables import Tables


def mean(values):
    return sum(values) / len(values)


def measure(name, experiment, category_value, layer, parameter_value="", category="rctype", epoch=None):
    """Mean over seeds of a row of summary.csv or curves.csv."""
    found = [float(row.get("mean") or row.get("value")) for table in ("summary", "curves") for row in drawn.rows_of(table)
             if (row["measure"], row["experiment"], row["category_value"], row["layer"], row["category"]) == (name, experiment, category_value, layer, category)
             and row["parameter_value"] == parameter_value and (epoch is None or row["epoch"] == epoch)]
    assert found, (name, experiment, category_value, layer, parameter_value)
    return mean(found)


def trace(experiment, category_value, layer, quantity="response_avg", **where):
    """Mean over seeds of a trace, by step."""
    by_step = {}
    for row in traces():
        if (row["experiment"], row["category_value"], row["layer"], row["quantity"]) == (experiment, category_value, layer, quantity) and \
                all(row[key] == value for key, value in where.items()):
            by_step.setdefault(int(row["times_index"]), []).append(float(row["mean"] or "nan"))
    return [mean(by_step[step]) for step in sorted(by_step)]


_traces = []


def traces():
    if not _traces:
        _traces.extend(drawn.rows_of("traces"))
    return _traces


class Numbers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        drawn.all_figures()

    def value(self, figure, quantity, **where):
        rows = [row for row in drawn.numbers(figure) if row["quantity"] == quantity and all(row[k] == v for k, v in where.items())]
        self.assertEqual(len(rows), 1, (figure, quantity, where))
        return float(rows[0]["value"])

    def holds(self, figure, beginning, of=""):
        rows = [row for row in drawn.rows(drawn.folder() / "out/statements.csv")
                if row["figure"] == figure and row["statement"].startswith(beginning) and of in row["statement"]]
        self.assertEqual(len(rows), 1, (figure, beginning, of, len(rows)))
        return rows[0]

    def test_measures_are_means_over_seeds(self):
        """`nts(10)` of a layer and a model, in whichever figure, is the mean of its rows."""
        checked = 0
        for figure, experiment in (("duration", "duration"), ("contrast", "contrast"), ("interval", "interval")):
            for row in drawn.numbers(figure):
                name, _, parameter = row["quantity"].rstrip(")").partition("(")
                if name in ("doubling_ratio", "nts", "nts_original", "summation_exponent", "latency_shift_ms", "c50", "recovery_max", "recovery_amplitude",
                            "peak_latency_ms", "peak_ratio"):
                    self.assertAlmostEqual(float(row["value"]), measure(name, experiment, row["category_value"], row["layer"], parameter), places=7)
                    checked += 1
        self.assertGreater(checked, 200)

    def test_summation(self):
        """Planted: 2^(p - 1), below 1 unless p > 1."""
        for value in fixture.TYPES:
            for k, layer in enumerate(fixture.LAYERS):
                ratio = mean([2 ** (fixture.EXPONENT[value] * (1 + .01 * (seed - 7001)) + .01 * k - 1) for seed in fixture.SEEDS])
                self.assertAlmostEqual(self.value("duration", "doubling_ratio(10)", category_value=value, layer=layer), ratio, places=6)
            name = {"full": "Full", "self": "Self", "none": "None"}[value]
            row = self.holds("duration", "doubling_ratio(10) < 1", f": {name}]")
            self.assertEqual(row["holds"], "no" if value == "none" else "yes")
            self.assertAlmostEqual(float(row["value"]), ratio, places=6)  # IT has the largest

    def test_intervals_over_seeds_and_images(self):
        """The band of a mean: seeds drawn, then their images' means."""
        seeds = [float(r["value"]) for r in drawn.rows_of("curves") if (r["measure"], r["layer"], r["category_value"], r["parameter_value"]) == ("nts", "V2", "self", "5")]
        random = np.random.default_rng(1)
        draws = np.sort(np.mean(np.array(seeds)[random.integers(3, size=(20000, 3))] + .01 / 1.96 * random.standard_normal((20000, 3)), axis=1))
        row = next(r for r in drawn.numbers("duration") if (r["quantity"], r["layer"], r["category_value"]) == ("nts(5)", "V2", "self"))
        for column, q in (("ci_low", .025), ("ci_high", .975)):
            self.assertAlmostEqual(float(row[column]), draws[int(q * 20000)], delta=.0012)

    def test_contrast(self):
        for value in fixture.TYPES:
            for layer in fixture.LAYERS:
                curves = {c: trace("contrast", value, layer, parameter_value=f"{c:g}") for c in (.2, .4, .6, 1)}
                defect = max(abs(a / c - b) for c, curve in curves.items() for a, b in zip(curve, curves[1])) / max(curves[1])
                self.assertAlmostEqual(self.value("contrast", "homogeneity_defect", category_value=value, layer=layer), defect, places=6)
                self.assertEqual(self.value("contrast", "rho_peak_latency", category_value=value, layer=layer), -1)
        self.assertEqual(self.holds("contrast", "latency_50", ": Full]")["holds"], "yes")
        self.assertEqual(self.holds("contrast", "without biases", ": Full]")["holds"], "not testable")

    def test_two_pulses(self):
        single = trace("intervalsingle", "self", "V2")
        for interval in (1, 2, 4, 8):
            both = [a + (single[t - 5 - interval] if t >= 5 + interval else 0) for t, a in enumerate(single)]
            peaks = sorted((t for t in range(len(both)) if both[t] > 0 and both[t] >= max(both[max(t - 1, 0)], both[min(t + 1, 39)])), key=lambda t: -both[t])
            first = peaks[0]
            second = next((t for t in peaks[1:] if abs(t - first) >= 5), peaks[1] if len(peaks) > 1 else None)
            expected = 0 if second is None else both[max(first, second)] / both[min(first, second)]
            self.assertAlmostEqual(self.value("interval", f"peak_ratio_linear({interval})", category_value="self", layer="V2"), expected, places=5)
        self.assertEqual([self.holds("interval", "recovery_max", f": {name}]")["holds"] for name in ("Full", "Self", "None")], ["yes", "yes", "no"])

    def test_noise(self):
        for noise in ("uniformnoise", "gaussiannoise"):
            on, off = (trace(noise + end, "full", "classifier", "accuracy", parameter_value="0.4")[-1] for end in ("", "ffonly"))
            self.assertAlmostEqual(self.value("noise", f"{noise}: gain at SSNR 0.4", category_value="full"), on - off, places=7)
            self.assertAlmostEqual(self.value("noise", f"{noise}: alpha", category_value="none"), fixture.ALPHA["none"], places=7)
            self.assertAlmostEqual(self.value("noise", f"{noise}: reaction time change", category_value="self"), -16 / fixture.GAIN["self"], places=6)
        for beginning in ("the recurrence's gain", "accuracy late", "the reaction time falls"):
            self.assertEqual(self.holds("noise", beginning, "Uniform")["holds"], "yes")

    def test_unrolling(self):
        for k, layer in enumerate(fixture.LAYERS):
            engineering, biological = (trace("unrolling", "add", layer, parameter_value=value) for value in ("0", "10"))
            difference = max(abs(b - a) for a, b in zip(engineering, biological[5 * k:]))
            self.assertAlmostEqual(self.value("unrolling", "max_difference", layer=layer), difference, places=9)
            self.assertEqual(self.value("unrolling", "shift", layer=layer), 5 * k)
        self.assertEqual(self.value("unrolling", "shift", layer="classifier"), 20)
        self.assertEqual(self.value("unrolling", "residual_steps"), 20)
        self.assertEqual(self.value("unrolling", "t_skip", category_value="biological"), 20)
        self.assertEqual(self.value("unrolling", "t_feedback", category_value="biological"), 10)
        self.assertEqual(self.holds("unrolling", "biological time")["holds"], "yes")

    def test_stability(self):
        blank = trace("null", "full", "V1")[-50:]
        slope = sum((t - 24.5) * v for t, v in enumerate(blank)) / sum((t - 24.5) ** 2 for t in range(50))
        self.assertAlmostEqual(self.value("stability", "drift", category_value="full", layer="V1"), slope * 50 / mean(blank), places=9)
        self.assertAlmostEqual(self.value("stability", "baseline", category_value="self", layer="IT"), .02, places=9)
        self.assertEqual(self.holds("stability", "spectral radius", ": Full]")["holds"], "yes")
        self.assertAlmostEqual(float(self.holds("stability", "spectral radius", ": Self]")["value"]), .9 * .82, places=8)

    def test_activity_loss(self):
        for j, value in enumerate(("0", "0.02", "1")):
            activity = mean([measure("time_averaged_response", "response", value, layer, "30", "activityloss", "10") for layer in fixture.LAYERS])
            self.assertAlmostEqual(self.value("energyloss", "mean_activity, epoch 10", category_value=value), activity, places=7)
            self.assertAlmostEqual(self.value("energyloss", "overshoot, epoch 1", category_value=value), 1 / .72 - 1, places=7)
            self.assertAlmostEqual(self.value("energyloss_pattern", "pattern_shift_of_accuracy", category_value=value), -.05, places=7)
        self.assertAlmostEqual(float(self.holds("energyloss", "Spearman")["value"]), -1)
        self.assertIn("chosen weight 0", self.holds("energyloss", "accuracy within")["reason"])

    def test_recurrence_types(self):
        for value in fixture.TYPES:
            n = sum(float(row["n"]) for row in drawn.rows_of("weights") if (row["category_value"], row["seed"]) == (value, "7000"))
            self.assertEqual(self.value("rctypes", "parameters", category_value=value), n)
            seconds = [float(r["images"]) / float(r["seconds"]) for r in drawn.rows_of("metrics")
                       if (r["category"], r["category_value"], r["epoch"]) == ("rctype", value, "10")]
            self.assertAlmostEqual(self.value("rctypes", "training_images_per_s", category_value=value), mean(seconds), places=6)
        self.assertEqual(self.holds("rctypes", "full has the most")["holds"], "yes")
        outputs = [r for r in drawn.rows_of("test_outputs") if r["times_index"] == "19"]

        def right(value):
            return [r["guess_index"] == r["first_label_index"] for r in outputs if r["category_value"] == value]

        self.assertEqual(float(self.holds("rctypes", "full has the highest")["value"]), mean(right("full")) - mean(right("self")))

    def test_final_accuracy(self):
        """Where many images were shown, the table of figure 9 is of them, and so is the paired difference."""
        more = drawn.folder() / "final"
        fixture.final_accuracy(more)
        page = drawn.draw("rctypes", out=drawn.folder() / "of_final", of=Tables([drawn.folder() / "tables", more]))
        accuracy = {row[4]: (row[6], row[10]) for row in page["numbers"] if row[3] == "accuracy"}
        self.assertEqual({value: round(number, 9) for value, (number, _) in accuracy.items()}, {"full": .85, "self": .75, "none": .6})
        self.assertEqual({n for _, n in accuracy.values()}, {20})
        difference = next(row for row in page["numbers"] if row[3] == "accuracy_full_minus_self")
        self.assertAlmostEqual(difference[6], .1)
        self.assertEqual(difference[10], 20)
        self.assertIn("table: 20 images", page["notes"])

    def test_triptychs(self):
        periods = [12, 18]
        self.assertAlmostEqual(float(self.holds("triptych_delays", "the period")["value"]), periods[1] - periods[0], places=6)
        self.assertEqual(self.holds("triptych_delays", "latency_50")["holds"], "yes")
        self.assertAlmostEqual(float(self.holds("triptych_delays", "latency_50")["value"]), 6 * .7, places=6)  # V1, tau 9 minus 3
        found = self.holds("triptych_connections", "output differs")
        self.assertEqual(found["holds"], "yes")
        self.assertAlmostEqual(float(found["value"]), .4, places=6)
        gain = measure("accuracy", "response", "10", "classifier", "30", "idle") - measure("accuracy", "response", "0", "classifier", "30", "idle")
        self.assertAlmostEqual(float(self.holds("triptych_time", "idle steps")["value"]), gain, places=7)

    def test_confusion(self):
        rows = [r for r in drawn.rows_of("confusion") if r["category_value"] == "full"]
        right = sum(float(r["count"]) for r in rows if r["label"] == r["guess"])
        self.assertAlmostEqual(self.value("confusion_matrix", "accuracy"), right / sum(float(r["count"]) for r in rows), places=8)

    def test_populations(self):
        rows = [r for r in drawn.rows_of("decoding") if (r["category_value"], r["layer"]) == ("full", "V4")]
        same = [float(r["accuracy"]) for r in rows if r["times_index"] == r["times_index_other"]]
        other = [float(r["accuracy"]) for r in rows if r["times_index"] != r["times_index_other"]]
        self.assertAlmostEqual(self.value("generalization", "mean_at_the_same_step", layer="V4"), mean(same), places=7)
        self.assertAlmostEqual(self.value("generalization", "mean_at_other_steps", layer="V4"), mean(other), places=7)
        self.assertAlmostEqual(self.value("decoding", "best_accuracy", layer="V4"), max(same), places=7)
        row = next(r for r in drawn.rows_of("similarity") if (r["layer"], r["layer_other"], r["times_index"], r["category_value"]) == ("V1", "IT", "11", "full"))
        self.assertAlmostEqual(self.value("layer_step_cka", "debiased, last step, with IT", layer="V1"), float(row["debiased"]), places=7)

    def test_benchmark(self):
        self.assertAlmostEqual(self.value("benchmark", "T: seconds_per_training_step", category_value="40"), 1, places=8)
        for statement, holds, value in (("T: time is in proportion", "yes", 1), ("pattern: all take the same time", "no", .1),
                                        ("recurrence type: time falls", "yes", .4), ("recurrence type: 63, 29", "yes", 0),
                                        ("threads: two are faster", "yes", .5 / .9)):
            found = self.holds("benchmark", statement)
            self.assertEqual(found["holds"], holds, statement)
            self.assertAlmostEqual(float(found["value"]), value, places=6, msg=statement)
        self.assertIn("no instructions", self.holds("benchmark", "dtype: bfloat16 is faster")["reason"])
        self.assertEqual(self.holds("benchmark", "loader: ")["holds"], "not testable")

    def test_plan(self):
        self.assertEqual(self.value("plan_tree", "nodes"), 102)
        self.assertAlmostEqual(self.value("plan_tree", "ratio"), 150 / 102, places=8)
        self.assertEqual(self.value("plan_tree", "branches"), 3)


if __name__ == "__main__":
    unittest.main()
