"""sweep: all runs of a configuration, killed and gone on with; what is left of them; the commands of its page."""
import csv
import json
import random
import re
import shlex
import signal
import time

import program


class Sweeps(program.Studies):
    def sweep(self, *words, status=0):
        return self.dynvision("sweep", "--config", "study.json", *words, status=status)

    def results(self, folder="sweeps/study"):
        with open(self.folder / folder / "results.csv", newline="") as file:
            return list(csv.DictReader(file))

    def test_every_combination_once(self):
        self.write(t_recurrence=[2, 4])
        shown = self.sweep("--rctype", "self,full", "--dry-run").out
        self.assertEqual(re.findall(r"^[0-9a-f]{16}  (\S+)$", shown, flags=re.M),
                         ["trc=2,rctype=self", "trc=2,rctype=full", "trc=4,rctype=self", "trc=4,rctype=full"])
        self.assertEqual(self.names(), self.before)

        told = self.sweep("--rctype", "self,full")
        self.assertIn("4 of 4 finished", told.out)
        self.assertIn("[4/4] trc=4,rctype=full: finished", told.err)
        rows = self.results()
        self.assertEqual([row["status"] for row in rows], ["finished"] * 4)
        self.assertEqual([(row["trc"], row["rctype"], row["seed"]) for row in rows],
                         [("2", "self", "3"), ("2", "full", "3"), ("4", "self", "3"), ("4", "full", "3")])
        for row in rows:
            self.assertGreater(float(row["test_accuracy"]), 0.2)
            self.assertGreater(float(row["seconds"]), 0)
            self.assertTrue((self.folder / row["folder"] / "weights.safetensors").is_file())
        figure = (self.folder / "sweeps/study/test_accuracy.svg").read_text()
        self.assertEqual(figure.count("<circle"), 4)
        self.assertIn("rctype=full", figure)

        weights = self.folder / rows[0]["folder"] / "weights.safetensors"
        before = weights.stat().st_mtime_ns
        again = self.sweep("--rctype", "self,full", "--json").json()
        self.assertEqual((again["finished"], weights.stat().st_mtime_ns), (4, before))
        # A list may grow; another sweep is refused.
        self.assertIn("program.166", self.sweep("--rctype", "self", status=1).err)
        self.assertIn("program.166", self.sweep("--rctype", "self,full", "--tau", "7", status=1).err)
        self.sweep("--rctype", "self,full,none")
        self.assertEqual(len(self.results()), 6)
        self.assertEqual(weights.stat().st_mtime_ns, before)

    def test_jobs_for_a_queue_of_ones_own(self):
        self.sweep("--rctype", "self,full", "--jobs")
        jobs = sorted((self.folder / "sweeps/study/jobs").glob("*.json"))
        self.assertEqual([job.stem for job in jobs], ["rctype=full", "rctype=self"])
        self.assertEqual(list((self.folder / "sweeps/study/runs").glob("*")), [])
        self.dynvision("train", "--config", jobs[0], "--runs", "sweeps/study/runs/rctype=full")
        weights = self.folder / "sweeps/study/runs/rctype=full/latest/weights.safetensors"
        before = weights.stat().st_mtime_ns
        self.sweep("--rctype", "self,full")
        self.assertEqual([row["status"] for row in self.results()], ["finished"] * 2)
        self.assertEqual(weights.stat().st_mtime_ns, before)

    def test_killed_it_goes_on_with_the_same_numbers(self):
        self.write(epochs=6, t_recurrence=[2, 4])
        draw = random.Random(7)
        for _ in range(6):
            sweep = self.start("sweep", "--config", "study.json", "--parallel", "2")
            time.sleep(draw.uniform(0.3, 3))
            sweep.kill()
            sweep.communicate()
        self.sweep("--parallel", "2")
        self.assertEqual([row["status"] for row in self.results()], ["finished"] * 2)
        job = self.folder / "sweeps/study/jobs/trc=4.json"
        self.dynvision("train", "--config", job)
        mine = (self.folder / "sweeps/study/runs/trc=4/latest/weights.safetensors").read_bytes()
        self.assertEqual(mine, self.weights())

    def test_stopped_it_goes_on(self):
        self.write(epochs=400, t_recurrence=[2, 4, 6])
        sweep = self.start("sweep", "--config", "study.json", "--parallel", "2")
        runs = self.folder / "sweeps/study/runs"
        for _ in range(600):
            if len(list(runs.glob("*/latest/metrics.csv"))) == 2:
                break
            time.sleep(0.1)
        self.assertIn("program.164", self.sweep(status=1).err)
        sweep.send_signal(signal.SIGINT)
        out, err = sweep.communicate(timeout=60)
        self.assertEqual(sweep.returncode, 130, err)
        self.assertEqual([row["status"] for row in self.results()], ["interrupted", "interrupted", "waiting"])
        self.assertIn("The same command goes on", out)

    def test_a_run_that_fails_does_not_stop_the_others(self):
        self.write(data_path=["images", "nowhere"])
        told = self.sweep(status=1)
        self.assertIn("1 of 2 finished", told.out)
        rows = self.results()
        self.assertEqual([row["status"] for row in rows], ["finished", "failed"])
        self.assertIn("nowhere", rows[1]["error"])
        self.assertTrue(rows[1]["error"].startswith("[dynvision."))

    def test_mistakes_are_said_before_anything_is_written(self):
        self.assertIn("config.123", self.sweep("--tau", "3,-5", status=2).err)
        self.assertIn('did you mean "tau"', self.sweep("--tua", "3,5", status=2).err)
        self.assertIn("config.306", self.sweep("--tau", "3,5", "--trc", "[2]", "--zip", "tau,trc", status=2).err)
        self.assertIn('did you mean "rctype"', self.sweep("--category", "rctyp", status=2).err)
        self.assertIn("program.167", self.sweep("--parallel", "0", status=1).err)
        self.assertIn("config.131", self.train("--tau", "3,5".join("[]"), status=2).err)
        self.assertEqual(self.names(), self.before)

    def test_the_page(self):
        """Its study and its commands, with small images."""
        text = (program.SOURCE / "docs/tutorials/sweep-a-parameter.md").read_text()
        study, of_sweep = re.findall(r"```json\n(.*?)```", text, flags=re.S)
        json.loads(of_sweep)
        (self.folder / "study.json").write_text(study)
        small = ["--data_name", "mnist", "--data_path", "images", "--images_per_epoch", "32", "--validation_images", "16",
                 "--test_images", "16", "--epochs", "1"]
        commands = re.findall(r"^    dynvision (sweep .*)$", text, flags=re.M)
        self.assertEqual(len(commands), 7)
        for command in commands:
            words = shlex.split(command)
            if "--seed" in words:
                words += ["--dry-run"]  # three times what is there
            self.dynvision(*words, *small)
        self.assertEqual(len(self.results()), 6)
        figures = {path.name for path in (self.folder / "sweeps/study").glob("*.svg")}
        self.assertEqual(figures, {"test_accuracy.svg", "test_loss.svg"})
