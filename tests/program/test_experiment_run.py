"""experiment run: the plan, tables, what is refused, stopping and going on."""
import csv
import json
import shutil
import signal
import time

import program

RUN = ("experiment", "run", "--run", "runs/latest")
MINE = {"experiments": {
    "flash": {"parameter": "contrast", "idle": 2, "n_timesteps": 8,
              "segments": [{"show": "void", "steps": 1}, {"show": "image", "steps": 3, "contrast": [0.5, 1]}]},
    "late": {"parameter": "stim", "data_loader": "StimulusDuration",
             "data_args": {"dsteps": 4, "intro": 1, "stim": [2, 20], "idle": 0}},
    "odd": {"parameter": "stim", "idle": 0, "n_timesteps": 4, "segments": [{"show": "image", "ms": 3}]},
    "learning": {"parameter": "stim", "data_loader": "StimulusDuration", "status": ["trained-epoch=0", "trained-epoch=1"],
                 "data_args": {"dsteps": 4, "intro": 1, "stim": 2, "idle": 1}},
    "unlearned": {"parameter": "stim", "data_loader": "StimulusDuration", "status": ["trained-epoch=7"],
                  "data_args": {"dsteps": 4, "intro": 1, "stim": 2, "idle": 1}},
    "skipping": {"parameter": "tsk", "data_loader": "StimulusDuration",
                 "data_args": {"dsteps": 4, "intro": 1, "stim": 2, "tsk": [4, 8]}},
    "apart": {"parameter": "tfb", "data_loader": "StimulusDuration",
              "data_args": {"dsteps": 4, "intro": 1, "stim": 2, "tfb": [4, 8]}},
    "slower": {"parameter": "tau", "data_loader": "StimulusDuration",
               "data_args": {"dsteps": 4, "intro": 1, "stim": 2, "tau": [5, 9]}}}}


def table(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def tables(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.csv"))}


class ExperimentRun(program.Studies):
    def setUp(self):
        super().setUp()
        self.train("--every_n_epochs", "1")
        (self.folder / "mine.json").write_text(json.dumps(MINE))

    def test_plan_and_tables(self):
        shown = self.dynvision(*RUN, "--experiment", "duration", "--images", "8", "--dry-run").out
        self.assertRegex(shown, r"duration +8 +400 +213 +1\.88 +192 +2\.08")
        self.assertFalse((self.folder / "runs/latest/experiments").exists())
        plans = self.dynvision(*RUN, "--experiment", "duration", "interval", "--dry-run", "--json").json()
        self.assertEqual([(one["experiment"], one["conditions"], one["steps"], one["nodes"]) for one in plans],
                         [("duration", 8, 400, 213), ("interval", 7, 420, 240), ("intervalsingle", 1, 60, 60), ("together", 16, 880, 427)])
        self.assertEqual(plans[0]["images"], 40)
        self.assertGreater(plans[0]["forecast_seconds"], 0)

        done = self.dynvision(*RUN, "flash", "slower", "--config", "mine.json", "--images", "12", "--json", status=None)
        self.assertEqual(done.status, 2)  # one name stands alone, others behind --experiment
        done = self.dynvision(*RUN, "flash", "--experiment", "slower", "--config", "mine.json", "--images", "12", "--category", "tau", "--json").json()
        self.assertEqual([one["name"] for one in done["experiments"]], ["flash", "slower"])
        out = self.folder / "runs/latest/experiments"
        for name, conditions, steps in (("flash", 2, 8), ("slower", 2, 4)):
            data = table(out / name / "test_data.csv")
            self.assertEqual(len(data), conditions * 12 * steps)
            self.assertEqual({row["train_tau" if name == "slower" else "tau"] for row in data}, {"5.0"})
            plan = json.loads((out / name / "plan.json").read_text())
            self.assertEqual((plan["experiment"], plan["conditions"], plan["images"]), (name, conditions, 12))
            for made in ("test_data", "traces"):
                described = json.loads((out / name / f"{made}.columns.json").read_text())
                self.assertEqual(list(described), list(table(out / name / f"{made}.csv")[0]))
        traces = table(out / "flash/traces.csv")
        self.assertEqual(len(traces), 2 * 8 * (2 * 2 + 6))
        self.assertEqual({row["parameter_value"] for row in traces}, {"0.5", "1"})
        self.assertEqual(traces[0]["model"].rsplit("_", 1)[-1], "3")
        # tau is of the model: V1 answers more slowly.
        response = {row["parameter_value"]: float(row["mean"]) for row in table(out / "slower/traces.csv")
                    if (row["layer"], row["quantity"], row["times_index"]) == ("layer1", "response_avg", "1")}
        self.assertGreater(response["5"], response["9"])
        classes = [row["first_label_index"] for row in table(out / "flash/test_data.csv") if row["times_index"] == "1"][:12]
        self.assertEqual(classes, ["0", "1", "2", "3"] * 3)

        # The same weights with their configuration, step by step, blanks for each image: the same to rounding.
        self.dynvision("experiment", "run", "flash", "--config", "study.json", "mine.json", "--weights", "runs/latest/weights.safetensors",
                       "--out", "again", "--images", "12", "--reference-path", "--separate-blanks", "--test_batch_size", "5")
        again = table(self.folder / "again/flash/traces.csv")
        for a, b in zip(traces, again, strict=True):
            self.assertAlmostEqual(float(a["mean"] or "nan") if a["mean"] else 0, float(b["mean"]) if b["mean"] else 0, places=5)
        self.dynvision(*RUN, "learning", "--config", "mine.json", "--images", "4", "--out", "learned")
        self.assertEqual({row["status"] for row in table(self.folder / "learned/learning/test_data.csv")}, {"trained-epoch=0", "trained-epoch=1"})

    def test_what_does_not_fit_is_refused(self):
        def refused(number, *words, status=2):
            done = self.dynvision(*words, "--config", "mine.json", status=status)
            self.assertIn(f"[dynvision.{number}]", done.err)
            return done.err
        self.assertIn("did you mean \"duration\"?", refused("config.166", *RUN, "durations"))
        self.assertIn("steps are missing", refused("config.168", *RUN, "late"))
        self.assertIn("ms", refused("config.168", *RUN, "odd"))
        self.assertIn("trained-epoch=0", refused("program.150", *RUN, "unlearned"))
        self.assertIn("feedback", refused("config.145", *RUN, "apart"))
        refused("program.153", *RUN, "flash", "--category", "taus")
        refused("program.154", *RUN, "flash", "--images", "many")
        refused("data.166", *RUN, "flash", "--images", "41", status=1)
        refused("program.155", *RUN)
        refused("program.156", "experiment", "run", "flash")
        refused("program.152", "experiment", "run", "flash", "--config", "study.json", "--weights", "runs/latest/weights.safetensors",
                "--out", "out", "--n_classes", "11")
        self.assertFalse((self.folder / "out").exists())
        self.assertFalse((self.folder / "runs/latest/experiments").exists())
        self.train("--skip", "false", "--epochs", "1")
        self.assertIn("skip connections", refused("program.151", *RUN, "skipping"))

    def test_measures_are_those_of_the_traces(self):
        """summary.csv and curves.csv once more, from test_data.csv."""
        self.dynvision(*RUN, "--experiment", "duration", "interval", "--images", "9", "--test_batch_size", "5", "--out", "out")
        data = {name: table(self.folder / f"out/{name}/test_data.csv") for name in ("duration", "interval", "intervalsingle")}

        def traces(name, key, layer):
            """{value: {image: [response]}}"""
            all = {}
            for row in data[name]:
                all.setdefault(float(row[key]), {}).setdefault(int(row["sample_index"]), []).append(float(row[layer + "_response_avg"]))
            return all

        def mean(values):
            return sum(values) / len(values)

        def said(name, which, layer, measure, value=""):
            row, = [row for row in table(self.folder / f"out/{name}/{which}.csv")
                    if (row["layer"], row["measure"], row["parameter_value"]) == (layer, measure, value)]
            number = float(row["mean" if which == "summary" else "value"])
            self.assertLessEqual(float(row["ci_low"]), number + 1e-9)
            self.assertGreaterEqual(float(row["ci_high"]), number - 1e-9)
            self.assertEqual(row["n_seeds"], "1")
            return number

        for layer in ("layer1", "layer2"):
            duration = traces("duration", "stim", layer)
            summed = {d: {i: sum(r[1:]) - r[0] * len(r[1:]) for i, r in of.items()} for d, of in duration.items()}
            self.assertAlmostEqual(said("duration", "summary", layer, "summed_response", "10"), mean(summed[10].values()), places=5)
            self.assertAlmostEqual(said("duration", "summary", layer, "peak_time", "3"),
                                   mean([r.index(max(r)) for r in duration[3].values()]), places=5)
            ratios = [summed[20][i] / (2 * summed[10][i]) for i in range(9)]
            self.assertAlmostEqual(said("duration", "curves", layer, "doubling_ratio", "10"), mean(ratios), places=4)
            two, one = traces("interval", "interval", layer), traces("intervalsingle", "stim", layer)[5]
            window = 40 - (1 + 5 + 10)
            recovered = [max(a - a0 - (b - b0) for a, b in zip(two[4][i][10:10 + window], one[i][10:10 + window]))
                         / (max(one[i][1:1 + window]) - b0) for i in range(9) for a0, b0 in [(two[4][i][0], one[i][0])]]
            self.assertAlmostEqual(said("interval", "curves", layer, "recovery_max", "4"), mean(recovered), places=4)
        rows = [row for row in data["duration"] if row["stim"] == "5" and row["times_index"] == "5"]
        self.assertAlmostEqual(said("duration", "summary", "classifier", "accuracy", "5"), mean([float(row["accuracy"]) for row in rows]), places=6)
        measures = table(self.folder / "out/duration/measures.csv")
        self.assertEqual(len(measures), 8 * 9 * 3)
        self.assertEqual(measures[0]["reaction_time_ms"], "")
        for made in ("measures", "summary", "curves"):
            described = json.loads((self.folder / f"out/duration/{made}.columns.json").read_text())
            self.assertEqual(list(described), list(table(self.folder / f"out/duration/{made}.csv")[0]))

    def begin(self, out):
        """Until some results are there, not all."""
        process = self.start(*RUN, "nullcondition", "--images", "40", "--test_batch_size", "1", "--out", out)
        for _ in range(6000):
            if len(list((self.folder / out).rglob("*.safetensors"))) >= 3:
                break
            time.sleep(0.005)
        return process

    def test_stopped_and_killed_it_goes_on(self):
        words = (*RUN, "nullcondition", "--images", "40", "--test_batch_size", "1", "--out")
        self.dynvision(*words, "whole")
        whole = tables(self.folder / "whole/nullcondition")
        for number, out, status in ((signal.SIGINT, "stopped", 130), (signal.SIGKILL, "killed", -9)):
            process = self.begin(out)
            process.send_signal(number)
            process.communicate(timeout=60)
            self.assertEqual(process.returncode, status)
            self.assertFalse((self.folder / out / "nullcondition/traces.csv").exists())
            before = {path: path.stat().st_mtime_ns for path in (self.folder / out).rglob("*.safetensors")}
            self.assertGreater(len(before), 0)
            self.dynvision(*words, out)
            for path, when in before.items():
                self.assertEqual(path.stat().st_mtime_ns, when)
            self.assertEqual(tables(self.folder / out / "nullcondition"), whole)
        refused = self.dynvision(*RUN, "nullcondition", "--images", "20", "--test_batch_size", "1", "--out", "whole", status=1)
        self.assertIn("[dynvision.experiments.131]", refused.err)
        shutil.rmtree(self.folder / "whole")
