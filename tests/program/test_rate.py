"""Rate networks and tasks: a training from names, its test, what goes on, what is refused."""
import csv
import json
import signal
import struct
import time
import zipfile

import program

CORTEX = """#include <dynvision/rate/multi_area.hpp>

namespace lab {

using namespace dynvision;

struct Sensory : RateArea<"sensory", 12, Tanh, Incoming<>, From<"frontal">> {};
struct Frontal : RateArea<"frontal", 8, Tanh, From<"sensory">, Outgoing<>> {};
struct Cortex : MultiArea<3, Sensory, Frontal> {
  using MultiArea::MultiArea;
};

}  // namespace lab
"""

TASK = {"model_name": "CTRNN", "n_units": 16, "seed": 3, "tau": 100, "learning_rate": 0.02, "optimizer": "Adam",
        "data_name": "go_no_go", "task": {"stimulus": 100, "delay": 100, "decision": 100}, "trials": 400,
        "validation_images": 40, "test_images": 60, "batch_size": 20, "test_batch_size": 32, "drop_last": False, "epochs": 10,
        "accumulate_grad_batches": 1, "check_val_every_n_epoch": 1, "limit_val_batches": 1.0, "log_every_n_steps": 4,
        "enable_progress_bar": False}


def table(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def array(kind, shape, numbers):
    """An array of NumPy's format, version 1."""
    head = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (kind, tuple(shape))
    head += " " * (63 - (10 + len(head)) % 64) + "\n"
    code = {"<f4": "f", "<f8": "d", "<i8": "q"}[kind]
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + struct.pack(f"<{len(numbers)}{code}", *numbers)


def trials(path, n, labels=None):
    """Ten steps; the input that is 1 in the first five is to be named in the last two."""
    inputs = [1.0 if t < 5 and k == i % 2 else 0.0 for i in range(n) for t in range(10) for k in range(2)]
    labels = labels or [1 + i % 2 if t >= 8 else 0 for i in range(n) for t in range(10)]
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("inputs.npy", array("<f4", (n, 10, 2), inputs))
        file.writestr("labels.npy", array("<i8", (n, 10), labels))
        file.writestr("dt.npy", array("<f8", (1,), [20.0]))


class Tasks(program.Case):
    def setUp(self):
        super().setUp()
        self.write()

    def write(self, name="study.json", **changes):
        (self.folder / name).write_text(json.dumps({**TASK, **changes}, indent=1))

    def train(self, *words, status=0):
        return self.dynvision("train", "--config", "study.json", *words, status=status)

    def run_folder(self, runs="runs"):
        return sorted(path for path in (self.folder / runs).iterdir() if not path.is_symlink())[-1]

    def test_a_task_is_learned_and_tested(self):
        summary = self.train("--json").json()
        self.assertEqual((summary["status"], summary["model"], summary["images"]), ("finished", "CTRNN<>", 3600))
        self.assertGreater(summary["val_accuracy"], 0.9)
        run = self.run_folder()
        configuration = json.loads((run / "config.json").read_text())
        self.assertEqual([configuration["model"][key] for key in ("dt", "n_timesteps", "n_classes", "input_dims", "loss_reaction_time")],
                         [50, 6, 2, [3, 1, 1], 0])
        self.assertEqual(json.loads((run / "run.json").read_text())["classes"], ["fixate", "go"])
        tested = self.dynvision("test", "runs/latest", "--json").json()
        self.assertEqual(tested["test_images"], 60)
        outputs = table(run / "test_outputs.csv")
        self.assertEqual(len(outputs), 60 * 6)
        right = 0
        for i in range(60):
            steps = outputs[6 * i : 6 * i + 6]
            wanted = any(int(step["label_index"]) > 0 for step in steps)
            given = any(int(step["guess_index"]) == int(step["label_index"]) > 0 for step in steps)
            wrong = any(0 < int(step["guess_index"]) != int(step["label_index"]) for step in steps)
            right += (given or not wanted) and not wrong
        self.assertAlmostEqual(tested["test_accuracy"], right / 60)
        self.assertEqual(len(table(run / "test_time_steps.csv")), 6)
        self.assertFalse((run / "time_course.csv").exists())
        longer = self.dynvision("test", "runs/latest", "--task.delay", "200", "--n_timesteps", "8", "--output", "longer", "--json")
        self.assertEqual(len(table(self.folder / "longer/test_outputs.csv")), 60 * 8)
        self.assertEqual(longer.json()["test_images"], 60)

    def test_interrupted_and_resumed_is_as_if_it_had_never_stopped(self):
        many = ("--noise", "stationary_drive", "--sigma", "0.1", "--epochs", "40")
        process = self.start("train", "--config", "study.json", *many)
        self.addCleanup(process.kill)
        for _ in range(600):
            files = list((self.folder / "runs").glob("2*/metrics.csv"))
            if (files and files[0].read_text().count("\n") > 2) or process.poll() is not None:
                break
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, said)
        self.dynvision("train", "--resume")
        self.train(*many, "--runs", "whole")
        stopped, whole = ((self.run_folder(runs) / "weights.safetensors").read_bytes() for runs in ("runs", "whole"))
        self.assertEqual(stopped, whole)

    def test_plan_and_dry_run(self):
        plan = self.dynvision("plan", "--config", "study.json", "--json").json()
        self.assertEqual((plan["model"], plan["n_timesteps"], plan["images_per_epoch"]), ("CTRNN<>", 6, 360))
        self.assertEqual([one for one in plan["warnings"] if "NaN" in one or "no label" in one], [])
        self.assertIn("memory", self.train("--dry-run").out)

    def test_keys_are_swept(self):
        self.write(tau=[60, 100], epochs=1, task=[{"stimulus": 100, "delay": 100, "decision": 100}, {"stimulus": 200, "delay": 0, "decision": 100}])
        self.dynvision("sweep", "--config", "study.json")
        results = table(self.folder / "sweeps/study/results.csv")
        self.assertEqual(len(results), 4)
        self.write("one.json", epochs=1, task={"stimulus": [100, 200], "delay": 100, "decision": 100})
        self.dynvision("sweep", "--config", "one.json")
        results = table(self.folder / "sweeps/one/results.csv")
        self.assertEqual([float(row["stimulus"]) for row in results], [100, 200])
        refused = self.dynvision("train", "--config", "one.json", status=2).err
        self.assertIn("config.131", refused)
        self.assertIn("task.stimulus", refused)

    def test_trials_are_drawn_anew_for_each_epoch_also_where_it_goes_on(self):
        self.train("--redraw_trials", "true", "--epochs", "4", "--runs", "whole")
        self.train("--redraw_trials", "true", "--epochs", "2", "--runs", "stopped")
        stopped = self.run_folder("stopped")
        self.dynvision("train", "--resume", stopped, "--epochs", "4", "--allow-changes")
        self.train("--epochs", "4", "--runs", "usual")
        weights = [(self.run_folder(runs) / "weights.safetensors").read_bytes() for runs in ("whole", "stopped", "usual")]
        self.assertEqual(weights[0], weights[1])
        self.assertNotEqual(weights[0], weights[2])
        self.assertIn("rate.139", self.train("--redraw_trials", "true", "--data_name", "trials", "--data_path", ".", "--task", "{}",
                                             status=None).err)

    def test_what_a_network_does_under_one_step_of_a_trial(self):
        self.train("--epochs", "2")
        run = self.run_folder()
        said = self.dynvision("dynamics", "runs/latest", "--images", "2", "--step", "1", "--lyapunov-steps", "20").out
        self.assertIn("trial=0", said)
        rows = table(run / "experiments/stability/dynamics.csv")
        whole = [row for row in rows if row["layer"] == "network"]
        self.assertEqual(len(whole), 3)  # a blank, and two trials
        for row in whole:
            self.assertEqual(row["converged"], "1")
            self.assertLess(float(row["spectral_radius"]), 1)
        self.assertIn("from 0 to 5", self.dynvision("dynamics", "runs/latest", "--step", "6", status=1).err)
        refused = self.dynvision("experiment", "run", "duration", "--run", "runs/latest", status=1).err
        self.assertIn("program.194", refused)
        self.assertIn("dynvision dynamics", refused)

    def test_areas_of_ones_own(self):
        (self.folder / "cortex.hpp").write_text(CORTEX)
        own = ("--model", "cortex.hpp:lab::Cortex")
        self.write(optimizer="Adam", layers={"frontal": {"tau": 50}})
        study = {key: value for key, value in json.loads((self.folder / "study.json").read_text()).items()
                 if key not in ("model_name", "n_units")}
        (self.folder / "study.json").write_text(json.dumps(study))
        summary = self.train(*own, "--json").json()
        self.assertGreater(summary["val_accuracy"], 0.9)
        tested = self.dynvision("test", "runs/latest", *own, "--json").json()
        self.assertGreater(tested["test_accuracy"], 0.9)
        self.assertIn("program.117", self.dynvision("test", "runs/latest", status=2).err)

    def test_words_of_weights_leak_and_start(self):
        summary = self.train("--epochs", "1", "--model_name", "EIRNN", "--noise", "stationary_drive", "--recurrent_weights", "no_autapses",
                             "--json").json()
        self.assertEqual(summary["model"], "EIRNN<image_channels, any_units, WithNoise<StationaryDrive>, Recurrent<Masked<NoAutapses>>>")
        said = self.dynvision("variants", "--model_name", "CTRNN", "--recurrent_weights", "low_rank_2", "--leak", "learned_bounded",
                              "--initial_state", "learned").out
        self.assertIn("CTRNN<image_channels, any_units, Recurrent<LowRank<2>>, BoundedLeak, LearnedStart>", said)

    def test_other_tasks(self):
        for name, task in (("evidence_ramp", {"stimulus": 200}), ("delayed_recall", {"delay": 40}), ("set_reset", {"duration": 200})):
            self.write(data_name=name, task=task, epochs=1, trials=120, validation_images=20)
            self.assertEqual(self.train("--json").json()["status"], "finished")

    def test_penalties_words_and_numbers(self):
        summary = self.train("--epochs", "1", "--recurrent_weights", "no_autapses_dale", "--n_units", "10", "--loss",
                             '["SoftCrossEntropy","RatePenalty","WeightPenalty","HebbianPenalty","DistancePenalty"]', "--json").json()
        self.assertEqual(summary["model"], "CTRNN<image_channels, any_units, Recurrent<Masked<NoAutapses>, Dale<>>>")
        columns = table(self.run_folder() / "metrics.csv")[0]
        for name in ("SoftCrossEntropy", "RatePenalty", "WeightPenalty", "HebbianPenalty", "DistancePenalty"):
            self.assertGreater(float(columns["loss/" + name]), 0)

    def test_trials_of_a_file(self):
        trials(self.folder / "train.npz", 200)
        trials(self.folder / "test.npz", 50)
        self.write(data_name="trials", data_path=".", task={}, test_images=0, epochs=60)
        self.assertGreater(self.train("--json").json()["val_accuracy"], 0.9)
        self.assertEqual(json.loads((self.run_folder() / "config.json").read_text())["model"]["dt"], 20)
        tested = self.dynvision("test", "runs/latest", "--json").json()
        self.assertEqual(tested["test_images"], 50)
        self.assertIn("rate.137", self.train("--dt", "10", status=1).err)
        trials(self.folder / "train.npz", 20, [-1] * 200)
        self.assertIn("rate.136", self.train(status=1).err)
        (self.folder / "train.npz").write_bytes((self.folder / "test.npz").read_bytes()[:500])
        self.assertRegex(self.train(status=1).err, r"dynvision\.(io|rate)\.\d+")

    def test_what_is_refused(self):
        def refused(*words, status=2):
            return self.train(*words, status=status).err

        self.assertIn('did you mean "go_no_go"', refused("--data_name", "go_nogo", "--task", "{}", status=None))
        self.assertIn('did you mean "stimulus"', refused("--task.stimuls", "100"))
        self.assertIn("a number of at least 0", refused("--task.delay=-50"))
        self.assertIn("expected 100 or 120 ms", refused("--dt", "20", "--task.delay", "110"))
        self.assertIn("has no argument", refused("--task.coherences", "[5]"))
        self.assertIn('did you mean "dale"', refused("--recurrent_weights", "dalle"))
        self.assertIn("config.144", refused("--rctype", "full"))
        self.assertIn("config.144", refused("--model_name", "DyRCNNx2", "--rate_state", "rates"))
        self.assertIn('did you mean "RatePenalty"', refused("--loss", '["CrossEntropyLoss","RatePenalti"]'))
        self.assertIn("n_units", refused("--n_units", "0"))
        self.assertIn("program.133", refused("--n_timesteps", "20", status=1))
        self.assertIn("data.163", refused("--validation_images", "400", status=1))
        self.assertEqual(self.names(), ["study.json"])

    def test_the_example_of_a_decision_circuit(self):
        example = program.SOURCE / "examples/configs/ei_decision.json"
        summary = self.dynvision("train", "--config", example, "--trials", "300", "--validation_images", "40", "--epochs", "1",
                                 "--enable_progress_bar", "false", "--json").json()
        self.assertEqual(summary["model"], "CTRNN<image_channels, any_units, WithNoise<StationaryDrive>, "
                                           "Recurrent<Masked<NoAutapses>, Dale<>>>")
        self.assertEqual(summary["updates"], 4)  # whole batches of 64
