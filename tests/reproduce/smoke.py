#!/usr/bin/env python3
"""./reproduce --scale smoke on small gratings: forecast, killed in the middle, gone on with, and what the report then says."""
import csv
import html
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

from dynvision_figures import figures
from dynvision_reproduce import growth, images, study, weights

PROGRAM = None


def table(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Reproduce(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        held = tempfile.TemporaryDirectory(prefix="dynvision-reproduce-")
        cls.addClassCleanup(held.cleanup)
        cls.folder = Path(held.name)
        images.write_images(cls.folder / "images")
        cls.environment = dict(os.environ, XDG_CACHE_HOME=str(cls.folder / "cache"))
        # Killed with all that it has started, when the first network is trained.
        killed = cls.started("smoke", "--out", "out", "--data", "images")
        for _ in range(3000):
            if list((cls.folder / "out/trained/types").glob("*.json"))[1:] or killed.poll() is not None:
                break
            time.sleep(.1)
        cls.was_running = killed.poll() is None
        os.killpg(killed.pid, signal.SIGKILL)
        _, cls.said = killed.communicate()
        cls.trained = {path: path.stat().st_mtime_ns for path in (cls.folder / "out/trained/types").glob("rctype*.json")}
        cls.again = subprocess.run(cls.words("smoke", "--out", "out", "--data", "images", "--keep", "kept"), cwd=cls.folder, env=cls.environment, text=True,
                                   capture_output=True, stdin=subprocess.DEVNULL)

    @staticmethod
    def words(scale, *more):
        return [sys.executable, "-m", "dynvision_reproduce", "--program", PROGRAM, "--scale", scale, *more]

    @classmethod
    def started(cls, scale, *more):
        return subprocess.Popen(cls.words(scale, *more), cwd=cls.folder, env=cls.environment, text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)

    def setUp(self):
        self.assertEqual(self.again.returncode, 0, self.said[-1500:] + self.again.stdout[-1500:] + self.again.stderr[-3000:])
        self.out = self.folder / "out"

    def test_goes_on_where_it_was_killed(self):
        self.assertTrue(self.was_running, self.said[-2000:])
        self.assertTrue(self.trained)
        self.assertIn("going on", self.again.stderr)
        for path, when in self.trained.items():
            self.assertEqual(path.stat().st_mtime_ns, when, f"{path} was made twice")

    def test_the_forecast_has_every_block(self):
        said = json.loads((self.out / "study.json").read_text())["forecast"]
        self.assertEqual([block[0] for block in said["blocks"]], ["training: types", "experiments: time_courses", "experiments: noise",
                                                              "experiments: unrolling", "experiments: dynamics", "figures and report"])
        self.assertTrue(all(n > 0 and seconds > 0 for _, n, seconds in said["blocks"]))
        self.assertLessEqual(said["seconds"], 600.5)

    def test_every_figure_is_drawn_or_named(self):
        page = (self.out / "report.html").read_text(encoding="utf-8")
        plan = json.loads((self.out / "study.json").read_text())["plan"]
        for figure in plan["figures"]:
            name, done = figure["figure"], json.loads((self.out / "figures" / f"{figure['figure']}.json").read_text())
            if done["drawn"]:
                self.assertTrue(f'<h2 id="{name}">' in page, name)
                self.assertTrue((self.out / f"figures/{name}.svg").is_file())
            else:
                self.assertTrue(done["said"], name)
        for name in figures.ORDER:
            self.assertTrue(html.escape(figures.module(name).TITLE) in page, name)
        self.assertTrue(json.loads((self.out / "figures/duration.json").read_text())["drawn"])
        states = table(self.out / "figures/statements.csv")
        self.assertTrue(states)
        self.assertEqual(page.count('class="holds '), 2 * len(states))  # once of all, once with its figure
        self.assertEqual(re.findall(r"""https?://(?!www.w3.org)|<script|url\(""", page), [])
        self.assertTrue((self.out / "report.pdf").read_bytes().startswith(b"%PDF-"))
        record = json.loads(next((self.out / "trained/types/runs").glob("*/latest/run.json")).read_text())
        self.assertTrue(record["machine"]["processor"] in page)

    def test_tables_have_keys_and_weights(self):
        rows = table(next((self.out / "tables/types/duration").glob("*full*/traces.csv")))
        self.assertEqual({(row["experiment"], row["category"], row["category_value"], row["seed"], row["model"]) for row in rows},
                         {("duration", "rctype", "full", "7000", "DyRCNNx4:rctype=full_7000")})
        run = next((self.out / "trained/types/runs").glob("*full*"))
        found = weights.rows(run / "latest/weights.safetensors")
        kinds = {(row["layer"], row["connection"]) for row in found}
        self.assertLessEqual({("V1", "feedforward"), ("IT", "recurrence"), ("V4", "skip"), ("IT", "skip")}, kinds)
        without_bias = sum(values.size for name, values in weights.read(run / "latest/weights.safetensors").items() if not name.endswith("bias"))
        self.assertEqual(sum(row["n"] for row in found), without_bias)

    def test_a_small_copy_is_kept(self):
        kept, drawn = self.folder / "kept", [path.stem for path in (self.out / "figures").glob("*.png")]
        page, report = (kept / "README.md").read_text(encoding="utf-8"), (kept / "report.html").read_text(encoding="utf-8")
        self.assertEqual(sorted(path.stem for path in (kept / "figures").glob("*.png")), sorted(drawn))
        for name in drawn:
            self.assertIn(f"](figures/{name}.png)", page)
            self.assertIn(f'src="figures/{name}.png"', report)
        self.assertEqual(len(table(kept / "statements.csv")), len(table(self.out / "figures/statements.csv")))
        self.assertEqual(len(table(kept / "numbers.csv")), sum(len(table(path)) for path in (self.out / "figures").glob("*.numbers.csv")))
        self.assertLess(sum(path.stat().st_size for path in kept.rglob("*") if path.is_file()), 3e6)

    def test_networks_are_compared_and_their_classifiers_recorded(self):
        rows = table(self.out / "tables/types/between/similarity.csv")
        self.assertEqual([(row["layer"], row["category_value"], row["category_value_other"]) for row in rows],
                         [(layer, *pair) for layer in ("V1", "V2", "V4", "IT") for pair in (("full", "none"), ("none", "full"))])
        self.assertTrue(all(-1 <= float(row["debiased"]) <= 1 for row in rows))
        rows = table(self.out / "tables/types/classifier/test_data.csv")
        self.assertEqual(len(rows), 20 * 60)
        self.assertEqual(sorted({row["first_label_index"] for row in rows}), [str(k) for k in range(10)])
        sums = [sum(float(row[f"classifier_top{k}"]) for row in rows) for k in range(1, 11)]
        self.assertEqual(sums, sorted(sums, reverse=True))
        self.assertEqual(len({rows[0][f"classifier_top{k}_id"] for k in range(1, 11)}), 10)

    def test_a_configuration_repeats_a_run_alone(self):
        job = next((self.out / "trained/types/jobs").glob("*none*.json"))
        run = next((self.out / "trained/types/runs").glob("*none*")) / "latest"
        said = json.loads((self.out / "study.json").read_text())["runs"][0]["model"]
        done = subprocess.run([PROGRAM, "train", "--config", job, "--model", said, "--runs", "alone"], cwd=self.folder, env=self.environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.folder / "alone/latest/weights.safetensors").read_bytes(), (run / "weights.safetensors").read_bytes())

    def test_the_full_size_is_written_not_run(self):
        done = subprocess.run(self.words("paper", "--out", "paper"), cwd=self.folder, env=self.environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        out = self.folder / "paper"
        tasks = (out / "slurm/train.tasks.txt").read_text().splitlines()
        self.assertEqual(len(tasks), len(json.loads((out / "study.json").read_text())["runs"]))
        self.assertIn(f"--array=1-{len(tasks)}", (out / "slurm/train.sh").read_text())
        for script in ("train", "experiment", "report", "submit"):
            subprocess.run(["bash", "-n", out / f"slurm/{script}.sh"], check=True)
        self.assertEqual(list(out.glob("trained/*/runs/*")), [])
        block, name = tasks[0].split()
        self.assertEqual(json.loads((out / f"trained/{block}/jobs/{name}.json").read_text())["model"]["model_name"], "DyRCNNx4")

    def test_biological_time_is_engineering_time_later(self):
        rows = [row for row in table(self.out / "figures/statements.csv") if row["figure"] == "unrolling"]
        self.assertEqual([(row["kind"], row["holds"]) for row in rows], [("LAW", "yes")])

    def test_a_plan_that_has_grown_is_taken_up(self):
        """Another experiment is added and nothing is made twice; another number of images is refused by what differs."""
        out = self.folder / "grown"
        shutil.copytree(self.out, out, symlinks=True)
        here = study.Study(out)
        made = {path: path.stat().st_mtime_ns for path in out.rglob("*.done")}
        plan = study.read_plan("smoke")
        with mock.patch.object(growth, "read_plan", lambda scale: plan):
            same, blocks, groups = growth.grown(here, Path(PROGRAM))
            self.assertEqual((blocks, groups, same.said), ([], [], here.said))
            plan["experiments"].append({"name": "more", "of": ["types"], "images": 10, "experiments": ["ten"]})
            plan["figures"][0]["options"] = ["--row", "3"]
            now, blocks, groups = growth.grown(here, Path(PROGRAM))
            self.assertEqual((blocks, groups), ([], ["more"]))
            self.assertEqual(study.Study(out).plan, plan)
            self.assertFalse((out / f"figures/{plan['figures'][0]['figure']}.json").exists())
            self.assertEqual({path: path.stat().st_mtime_ns for path in made}, made)
            plan["experiments"][0]["images"] = 30
            with self.assertRaisesRegex(study.Stopped, "experiments time_courses, images: 20 was made, 30 is planned"):
                growth.grown(now, Path(PROGRAM))
            plan["experiments"][0]["images"] = 20
            plan["training"][0]["keys"] += ["--lossrt", "8"]
            with self.assertRaisesRegex(study.Stopped, r"types/rctype=\w+,seed=7000, model.loss_reaction_time: 4.0 was made, 8.0 is planned"):
                growth.grown(now, Path(PROGRAM))
            plan["training"][0]["keys"][1] = "full"
            with self.assertRaisesRegex(study.Stopped, "types/rctype=none,seed=7000 is no longer planned"):
                growth.grown(now, Path(PROGRAM))

    def test_one_at_a_time_and_one_study_a_folder(self):
        other = subprocess.run(self.words("small", "--out", "out"), cwd=self.folder, env=self.environment, capture_output=True, text=True)
        self.assertEqual(other.returncode, 1)
        self.assertIn("another study", other.stderr)
        wrong = subprocess.run(self.words("large"), cwd=self.folder, env=self.environment, capture_output=True, text=True)
        self.assertEqual(wrong.returncode, 2)


if __name__ == "__main__":
    PROGRAM = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
