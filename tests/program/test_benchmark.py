"""benchmark: what its tables hold, that they follow from what was measured, that it goes on, and what it refuses."""
import csv
import json
import statistics
import time

import program

SMALL = ["--model_name", "DyRCNNx2", "--input_dims", "[3,8,8]", "--n_timesteps", "3", "--quick"]
COLUMNS = ["factor", "level", "seconds_per_training_step", "images_per_s", "inference_ms_per_image", "memory_mb", "parameters",
           "multiply_adds_per_step", "compile_s", "loader_images_per_s", "accuracy_equal_images", "accuracy_equal_seconds",
           "ratio_to_default", "machine", "date"]


def quantile(values, q):
    """Linear between order statistics."""
    values = sorted(values)
    place = q * (len(values) - 1)
    low = int(place)
    return values[low] + (place - low) * (values[min(low + 1, len(values) - 1)] - values[low])


class Benchmarks(program.Case):
    def benchmark(self, *words, status=0):
        return self.dynvision("benchmark", *SMALL, *words, status=status)

    def rows(self, name="benchmark/benchmark.csv"):
        with open(self.folder / name, newline="") as file:
            return list(csv.DictReader(file))

    def test_the_table_follows_from_what_was_measured(self):
        told = self.benchmark("--factors", "loader,target,checkpoint,unrolling", "--levels", "tau=5,9", "--levels", "pattern=1,1000")
        rows = self.rows()
        self.assertLessEqual(set(COLUMNS), set(rows[0]))
        described = json.loads((self.folder / "benchmark/benchmark.columns.json").read_text())
        self.assertEqual(list(described), list(rows[0]))
        self.assertEqual({key for one in described.values() for key in one}, {"dtype", "unit", "description"})
        levels = {(row["factor"], row["level"]): row for row in rows}
        self.assertEqual([level for factor, level in levels if factor == "tau"], ["5", "9"])
        self.assertEqual([level for factor, level in levels if factor == "pattern"], ["1", "1000"])
        samples = {}
        for sample in self.rows("benchmark/benchmark_samples.csv"):
            of_level = samples.setdefault((sample["factor"], sample["level"]), {}).setdefault(sample["quantity"], {})
            of_level[int(sample["round"])] = float(sample["value"])
        default = {factor: values for (factor, level), values in samples.items() if values["is_default"][0] == 1}
        self.assertEqual(set(default), {"loader", "target", "checkpoint", "unrolling", "tau", "pattern"})
        for key, row in levels.items():
            with self.subTest(key):
                values = samples[key]
                if row["note"]:
                    self.assertTrue(row["note"].startswith("not run: "), row["note"])
                    self.assertEqual(row["seconds_per_training_step"], "")
                    continue
                self.assertEqual(int(row["rounds"]), 5)
                if "training_s" in values:
                    seconds = [values["training_s"][i] for i in range(1, 6)]
                    self.assertAlmostEqual(float(row["seconds_per_training_step"]), statistics.median(seconds), delta=1e-8)
                    self.assertAlmostEqual(float(row["seconds_per_training_step_q1"]), quantile(seconds, 0.25), delta=1e-8)
                    self.assertAlmostEqual(float(row["seconds_per_training_step_q3"]), quantile(seconds, 0.75), delta=1e-8)
                    self.assertAlmostEqual(float(row["images_per_s"]), 4 / statistics.median(seconds), delta=1e-3)
                    self.assertLess(float(row["output_difference"]), 1e-4)
                    self.assertGreater(float(row["parameters"]), 1000)
                    self.assertIn("DyRCNNx2", row["type"])
                if key[0] != "loader":
                    ratios = [values["training_s"][i] / default[key[0]]["training_s"][i] for i in range(1, 6)]
                    self.assertAlmostEqual(float(row["ratio_to_default"]), statistics.median(ratios), delta=1e-6)
                    self.assertGreater(float(row["memory_mb"]), 0)
        self.assertGreater(float(levels["loader", "safetensors"]["loader_images_per_s"]), 100)
        self.assertIn("no workers", levels["loader", "2 workers"]["note"])
        self.assertIn("one convolution", levels["target", "middle"]["note"])
        self.assertEqual(levels["unrolling", "biological naive"]["path"], "step by step")
        self.assertEqual(int(levels["unrolling", "biological"]["steps"]) - int(levels["unrolling", "engineering"]["steps"]), 10)
        self.assertGreater(float(levels["unrolling", "biological naive"]["ratio_to_default"]), 1)
        self.assertFalse((self.folder / "benchmark/loader-files").exists())
        self.assertIn("not run: ", told.out)
        # Nothing is measured twice.
        before = self.rows("benchmark/benchmark_samples.csv")
        again = self.benchmark("--factors", "target", "--json").json()
        self.assertEqual(self.rows("benchmark/benchmark_samples.csv"), before)
        self.assertEqual([(one["factor"], one["level"]) for one in again], list(levels))

    def test_one_pass_is_compared_with_separate_runs(self):
        self.benchmark("--levels", "plan=contrast")
        row, = self.rows()
        self.assertAlmostEqual(float(row["step_ratio"]), 350 / 224, places=8)
        self.assertLess(float(row["output_difference"]), 1e-4)
        times = {}
        for sample in self.rows("benchmark/benchmark_samples.csv"):
            times.setdefault(sample["quantity"], []).append(float(sample["value"]))
        ratios = [one / other for one, other in zip(times["one_pass_s"], times["separate_s"])]
        self.assertAlmostEqual(float(row["ratio_to_default"]), statistics.median(ratios), places=7)
        self.assertLess(float(row["ratio_to_default"]), 1)

    def test_killed_it_goes_on(self):
        process = self.start("benchmark", *SMALL, "--factors", "pattern,idle,batch", "--rounds", "20")
        table = self.folder / "benchmark/benchmark_samples.csv"
        for _ in range(600):
            if table.is_file() and table.read_text().count(",training_s,") > 30:
                break
            time.sleep(0.05)
        process.kill()
        process.communicate()
        before = self.rows("benchmark/benchmark_samples.csv")
        self.assertGreater(len(before), 30)
        self.benchmark("--factors", "pattern,idle,batch", "--rounds", "20")
        after = self.rows("benchmark/benchmark_samples.csv")
        last = max(int(sample["round"]) for sample in before if sample["factor"] == before[-1]["factor"])
        kept = [s for s in before if s["factor"] != before[-1]["factor"] or int(s["round"]) < last]
        self.assertEqual([sample for sample in after if sample in kept], kept)
        self.assertEqual({row["rounds"] for row in self.rows()}, {"20"})

    def test_a_forecast_writes_nothing(self):
        told = self.benchmark("--dry-run", "--factors", "recurrence type,threads").out
        self.assertRegex(told, r"1[123] levels in 5 rounds: about \d+:\d\d")
        forecast = self.benchmark("-n", "--factors", "skip,T", "--json").json()
        self.assertEqual([one["level"] for one in forecast["levels"] if one["factor"] == "T"][-4:], ["5", "10", "20", "40"])
        self.assertGreater(forecast["seconds"], 0)
        self.assertEqual(self.names(), [])

    def test_what_is_refused(self):
        for words, status, message in (
                (["--factors", "patern"], 1, "(did you mean \"pattern\"?); a key of the configuration is a factor by --levels"),
                (["--levels", "pattern=1010"], 1, "program.182] --levels pattern=1010: "),
                (["--levels", "tau"], 1, "program.182] --levels \"tau\": expected FACTOR=LEVEL"),
                (["--levels", "tau=-5,9"], 2, "tau"),
                (["--levels", "taau=5,9"], 2, "taau"),
                (["--rounds", "4"], 1, "program.180] --rounds 4: expected a whole number from 5"),
                (["--factors", "pattern", "--out", "/dev/null/x"], 1, "program.185]")):
            with self.subTest(words):
                self.assertIn(message, self.benchmark(*words, status=status).err)
        self.assertEqual([name for name in self.names() if name.endswith("benchmark.csv")], [])
        self.benchmark("--factors", "loss time")
        self.assertIn("model.tau", self.benchmark("--factors", "loss time", "--tau", "9", status=1).err)
        self.benchmark("--factors", "loss time", "--tau", "9", "--again")
        (self.folder / "benchmark/benchmark_samples.csv").write_text("a,b\n1,2\n")
        self.assertIn("program.184]", self.benchmark("--factors", "loss time", "--tau", "9", status=1).err)
