"""train, test, predict: run folders, repeating, stopping and going on."""
import csv
import json
import os
import shlex
import shutil
import signal
import time
import unittest

import program


def table(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


class Training(program.Studies):
    def test_a_run_and_its_test(self):
        summary = self.train("--json").json()
        self.assertEqual(summary["status"], "finished")
        self.assertEqual((summary["epochs"], summary["images"]), (2, 2 * 96))
        run = self.run_folder()
        self.assertTrue((self.folder / "runs/latest").is_symlink())
        for name in ("config.json", "run.json", "metrics.csv", "weights.safetensors", "summary.json", "summary.txt"):
            self.assertTrue((run / name).is_file(), name)
        record = json.loads((run / "run.json").read_text())
        for key in ("command", "repeat", "versions", "machine", "git", "seeds", "classes", "model", "threads"):
            self.assertIn(key, record)
        self.assertEqual(record["model"], "DyRCNNx2<>")
        configuration = json.loads((run / "config.json").read_text())
        self.assertEqual(configuration["model"]["tau"], 5)
        self.assertIn("study.json:", configuration["provenance"]["model.tau"])
        self.assertEqual(configuration["model"]["n_classes"], 10)

        tested = self.dynvision("test", "runs/latest", "--json").json()
        self.assertEqual(tested["test_images"], 40)
        self.assertEqual(tested["status"], "finished")
        outputs = table(run / "test_outputs.csv")
        self.assertEqual(len(outputs), 40 * 4)
        self.assertEqual(list(outputs[0]), ["sample_index", "times_index", "label_index", "guess_index", "image_index",
                                            "first_label_index", "guess_confidence", "first_label_confidence"])
        data = table(run / "test_data.csv")
        for column in ("accuracy", "accuracy_top3", "accuracy_top5", "layer1_response_avg", "layer1_response_std"):
            self.assertIn(column, data[0])
        counted = [row for row in data if int(row["label_index"]) >= 0]
        accuracy = sum(float(row["accuracy"]) for row in counted) / len(counted)
        self.assertAlmostEqual(accuracy, tested["test_accuracy"], places=6)
        for name in ("test_time_steps.csv", "time_course.csv", "confusion_matrix.csv", "test_responses.safetensors"):
            self.assertTrue((run / name).is_file(), name)
        self.assertEqual(len(table(run / "time_course.csv")), 15)
        self.assertIn("test accuracy", (run / "summary.txt").read_text())

        self.dynvision("test", "runs/latest", "--n_timesteps", "6", "--output", "longer", "--no-time-course")
        self.assertEqual(len(table(self.folder / "longer/test_outputs.csv")), 40 * 6)
        elsewhere = self.dynvision("test", "--config", "study.json", "--weights", run / "weights.safetensors",
                                   "--output", "elsewhere", "--json")
        self.assertEqual(elsewhere.json()["test_accuracy"], tested["test_accuracy"])

        seen = self.dynvision("predict", "runs/latest", "images/t10k-images-idx3-ubyte", "--json", "--top", "2").json()
        self.assertEqual(len(seen), 40)
        last = {int(row["image_index"]): int(row["guess_index"]) for row in outputs if row["times_index"] == "3"}
        self.assertEqual([one["guesses"][0]["index"] for one in seen], [last[i] for i in range(40)])
        self.dynvision("predict", "runs/latest", "images/t10k-images-idx3-ubyte", "--output", "seen.csv")
        self.assertEqual(len(table(self.folder / "seen.csv")), 40)

    def test_the_command_that_repeats_it_gives_the_same_numbers_to_the_bit(self):
        self.train("--tau", "6")
        first = self.run_folder()
        repeat = shlex.split(json.loads((first / "run.json").read_text())["repeat"])
        self.assertEqual(repeat[0], "dynvision")
        self.dynvision(*repeat[1:], "--runs", "again")
        second = next(path for path in (self.folder / "again").iterdir() if not path.is_symlink())
        self.assertEqual(self.weights(first), self.weights(second))
        numbers = [[{k: v for k, v in row.items() if k != "seconds" and "memory" not in k} for row in table(run / "metrics.csv")]
                   for run in (first, second)]
        self.assertEqual(*numbers)
        values = [json.loads((run / "config.json").read_text())["model"] for run in (first, second)]
        self.assertEqual(*values)

    def test_a_dry_run_writes_nothing(self):
        self.assertIn("memory", self.train("--dry-run").out)
        self.assertGreater(self.train("--dry-run", "--json").json()["memory_bytes"], 0)
        self.assertEqual(self.names(), self.before)

    def test_keys_by_section_alias_and_scope(self):
        self.write(train={"epochs": 1}, model={"tau": 7})
        self.train("--model.dt", "1", "--lossrt=2", "--batch-size", "32")
        configuration = json.loads((self.run_folder() / "config.json").read_text())
        self.assertEqual(configuration["trainer"]["epochs"], 1)
        self.assertEqual([configuration["model"][key] for key in ("tau", "dt", "loss_reaction_time")], [7, 1, 2])
        self.assertEqual(configuration["data"]["batch_size"], 32)


class Stopping(program.Studies):
    def started(self, *words):
        """A training that has written its second row of metrics."""
        process = self.start("train", "--config", "study.json", *words)
        self.addCleanup(process.kill)
        for _ in range(600):
            files = list((self.folder / "runs").glob("2*/metrics.csv"))
            if files and files[0].read_text().count("\n") > 2:
                return process
            if process.poll() is not None:
                self.fail(process.stderr.read())
            time.sleep(0.02)
        self.fail("no metrics")

    def test_interrupted_and_resumed_is_as_if_it_had_never_stopped(self):
        many = ("--epochs", "30")
        process = self.started(*many)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, said)
        self.assertIn("--resume", said)
        stopped = self.run_folder()
        self.assertEqual(json.loads((stopped / "summary.json").read_text())["status"], "interrupted")
        self.dynvision("train", "--resume")
        self.assertEqual(self.run_folder(), stopped)
        self.train(*many, "--runs", "whole")
        whole = next(path for path in (self.folder / "whole").iterdir() if not path.is_symlink())
        self.assertEqual(self.weights(stopped), self.weights(whole))

    def test_one_process_in_a_run_folder(self):
        process = self.started("--epochs", "200")
        refused = self.dynvision("train", "--resume", "runs/latest", status=1)
        self.assertIn("records.211", refused.err)
        process.terminate()
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)

    def test_what_changed_is_listed_and_harmless_changes_can_be_allowed(self):
        self.train()
        changed = self.dynvision("train", "--resume", "--tau", "9", "--epochs", "3", status=1)
        self.assertIn("train.124", changed.err)
        self.assertIn("model.tau: expected 9.0, found 5.0", changed.err)
        self.assertIn("trainer.epochs", changed.err)
        self.dynvision("train", "--resume", "--epochs", "3", status=1)
        self.dynvision("train", "--resume", "--epochs", "3", "--allow-changes")
        self.assertEqual(json.loads((self.run_folder() / "summary.json").read_text())["epochs"], 3)

    def test_checkpoints_that_do_not_fit(self):
        self.train("--epochs", "1")
        checkpoint = self.run_folder() / "checkpoint.safetensors"
        whole = checkpoint.read_bytes()
        checkpoint.write_bytes(whole[: len(whole) // 2])
        self.assertRegex(self.dynvision("train", "--resume", status=1).err, r"dynvision\.io\.\d+")
        shutil.copy(self.run_folder() / "weights.safetensors", checkpoint)
        self.assertIn("train.121", self.dynvision("train", "--resume", status=1).err)
        checkpoint.write_bytes(whole)
        other = self.dynvision("train", "--resume", "--rctype", "self", status=1)
        self.assertIn("model.recurrence_type", other.err)

    def test_a_run_that_is_not_there(self):
        self.assertIn("records.134", self.dynvision("train", "--resume", status=1).err)
        self.assertIn("records.133", self.dynvision("test", "runs/none", status=1).err)
        (self.folder / "empty").mkdir()
        self.assertIn("program.116", self.dynvision("test", "empty", status=2).err)
        self.assertIn("program.107", self.dynvision("test", status=2).err)


@unittest.skipUnless(os.environ.get("DYNVISION_LONG"), "takes minutes")
class Long(program.Case):
    def test_what_the_readme_shows(self):
        del self.environment["OMP_NUM_THREADS"]
        self.dynvision("train", "--config", program.SOURCE / "configs/quickstart.json", "--max-seconds", "0", timeout=800)
        tested = self.dynvision("test", "runs/latest", "--json", timeout=200).json()
        self.assertGreater(tested["test_accuracy"], 0.84)
