"""What holds for each figure: it is drawn whole, shows all its words as text, has a size of the paper's, and states something."""
import re
import struct
import unittest

import drawn
import fixture
from dynvision_figures import figures, page

STATES_NOTHING = {"responses", "performance", "training", "response_triptych", "weight_distributions", "classifier_responses", "adaption",
                  "experiment_outputs", "generalization", "layer_step_cka", "rdm_rows", "plan_tree", "dn_parameters"}
TYPES = ["Full", "Self", "None"]
LAYERS = fixture.LAYERS
# What a reader must find in each figure, written down without looking at the code: axes, and names of values.
EXPECTED = {
    "energyloss": ["Accuracy", "Epoch", "Cross entropy", "Activity loss", "Test accuracy", "Mean activity", "Activity Loss Weight = 0.02", *LAYERS],
    "energyloss_pattern": ["Accuracy", "Epoch", "Activity Loss Weight = 1", *LAYERS],
    "rctypes": ["Accuracy", "Epoch", "Cross entropy", "Activity loss", "Parameters", "Images/s", "Time (ms)", *TYPES],
    "unrolling": ["Time (ms)", "Mean response", "Confidence", "Biological time", "Engineering time", "Engineering time, shifted", "Classifier", *LAYERS],
    "triptych_time": ["tidle = 10", "T = 20*", "tloss = 8", "Accuracy", "Epoch", "Time (ms)", *LAYERS],
    "triptych_connections": ["Recurrence Target", "Input", "Middle", "Output*", "Additive", "Skip", "Feedback", *LAYERS],
    "triptych_delays": ["τ = 9", "ΔRC = 2", "ΔSK = 4", "Accuracy", "Time (ms)", *LAYERS],
    "stability": ["Spectral radius", "Lyapunov exponent (1/ms)", "Time from offset (ms)", "Time (ms)", *TYPES, *LAYERS],
    "duration": ["Stimulus duration D (ms)", "Doubling ratio", "Normalised summed", "Time (ms)", "Response − baseline", *TYPES, *LAYERS, "40 ms", "2 ms"],
    "contrast": ["Contrast C", "Peak latency (ms)", "Latency to half", "Peak / C", "Time (ms)", *TYPES, *LAYERS],
    "interval": ["Interval I (ms)", "Recovery of the", "Peak ratio", "Linear overlap", "Time (ms)", *TYPES, *LAYERS],
    "noise": ["SSNR", "Accuracy", "Reaction time (ms)", "Accuracy difference", "Time (ms)", "Uniform Noise", "Gaussian Noise", "Recurrence silenced", *TYPES],
    "responses": ["Mean response", "Accuracy", "Confidence of the guess", "Time (ms)", *TYPES, *LAYERS],
    "performance": ["SSNR", "Accuracy", "Reaction time (ms)", "SSNR = 0.2", "Recurrence silenced", *TYPES],
    "training": ["Epoch", "Accuracy", "Cross entropy", "Activity loss", *TYPES, *LAYERS],
    "dynamics": ["Interval I (ms)", "Peak ratio", *TYPES],
    "response_triptych": ["Recurrence Type", "Accuracy", "Time (ms)", *TYPES, *LAYERS],
    "weight_distributions": ["Weight", "Layer", "Feedforward", "Recurrence", "Skip", *TYPES, *LAYERS],
    "confusion_matrix": ["Label", "Guess", "73 %", "Percent of the label's images"],
    "classifier_responses": ["Unit 0", "Unit 2", "Class 1", "Step", "Activity of the unit"],
    "adaption": ["Interval I (ms)", "Gap (ms)", "Recovery of the", "Last / first response", *TYPES],
    "experiment_outputs": ["C = 0.2", "C = 1", "Accuracy (top 3)", "Confidence of the first label", "Time (ms)"],
    "decoding": ["Decoding accuracy", "Time (ms)", *TYPES, *LAYERS], "generalization": ["Training time (ms)", "Test time (ms)", "Accuracy", *LAYERS],
    "layer_step_cka": ["Layer", "Time (ms)", "CKA, debiased", *LAYERS], "rdm_rows": ["Dissimilarity", "4 classes", "14 ms", *LAYERS],
    "plan_tree": ["Step (idle included)", "void", "image", "Stimulus Duration: 102 steps are computed of 150"],
    "dn_parameters": ["τ1 (ms)", "σ", "Scale", "R2", *TYPES, *LAYERS],
    "benchmark": ["Training step (s)", "Inference (ms/image)", "Memory (MB)", "Time/image, ratio to", "threads", "recurrence type"],
}


class EveryFigure(unittest.TestCase):
    def test_all_are_drawn(self):
        self.assertEqual(sorted(drawn.all_figures()), sorted(figures.ORDER))
        self.assertEqual(sorted(EXPECTED), sorted(figures.ORDER))

    def test_nothing_is_left_out(self):
        """Every panel has its tables in the fixture. What has no peak latency or no network is said."""
        for name, figure in drawn.all_figures().items():
            with self.subTest(name):
                left = [why for why in figure["refused"] if "peak_latency_ms" not in why or name != "performance"]
                self.assertEqual(left, [])

    def test_words_are_text(self):
        for name, figure in drawn.all_figures().items():
            with self.subTest(name):
                seen = drawn.shown(name)
                self.assertNotIn("ann", seen[1], "nan")
                for label in [*figure["labels"], *EXPECTED[name]]:
                    self.assertTrue(drawn.is_shown(label, seen), f"{label}: not in {seen[0]}")

    def test_sizes_of_the_paper(self):
        for name, _ in drawn.all_figures().items():
            with self.subTest(name):
                width = float(re.search(r'<svg[^>]* width="([\d.]+)pt"', drawn.svg(name))[1]) / 72 * 25.4
                self.assertAlmostEqual(width, 85 if getattr(figures.find(name), "WIDTH", "double") == "single" else 180, delta=0.01)
                png = (drawn.folder() / "out" / f"{name}.png").read_bytes()
                self.assertAlmostEqual(struct.unpack(">I", png[16:20])[0], width / 25.4 * 300, delta=1.01)
                sizes = {float(size) for size in re.findall(r"font(?:-size)?: (?:[\w-]+ )*([\d.]+)px", drawn.svg(name))}
                self.assertLessEqual(max(sizes), 8)

    def test_numbers_and_statements_have_their_columns(self):
        for name, figure in drawn.all_figures().items():
            with self.subTest(name):
                numbers = drawn.numbers(name)
                self.assertEqual(tuple(numbers[0]), page.NUMBERS)
                self.assertEqual({row["figure"] for row in numbers}, {name})
                for row in numbers:
                    if row["ci_low"] and row["ci_high"]:
                        self.assertLessEqual(float(row["ci_low"]), float(row["value"]) + 1e-9, row)
                        self.assertGreaterEqual(float(row["ci_high"]), float(row["value"]) - 1e-9, row)
                self.assertEqual(bool(figure["statements"]), name not in STATES_NOTHING)

    def test_statements_of_all_figures_are_one_table(self):
        found = drawn.all_figures()
        table = drawn.rows(drawn.folder() / "out/statements.csv")
        self.assertEqual(len(table), sum(len(figure["statements"]) for figure in found.values()))
        self.assertEqual(tuple(table[0]), page.STATEMENTS)
        for row in table:
            self.assertIn(row["kind"], ("CLAIM", "LAW", "VALUE"))
            self.assertIn(row["holds"], ("yes", "no", "not testable"))
            if row["holds"] == "not testable":
                self.assertTrue(row["reason"])

    def test_the_same_tables_give_the_same_bytes(self):
        for name in ("unrolling", "decoding", "adaption"):
            drawn.all_figures()
            again = drawn.folder() / "again"
            drawn.draw(name, drawn.OPTIONS.get(name, ()), again)
            for suffix in ("svg", "png", "numbers.csv"):
                self.assertEqual((again / f"{name}.{suffix}").read_bytes(), (drawn.folder() / "out" / f"{name}.{suffix}").read_bytes(), f"{name}.{suffix}")
