"""What the tests of the program share: starting it, a small data set, a small configuration."""
import json
import os
import random
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

PROGRAM = SOURCE = None


class Outcome:
    def __init__(self, process):
        self.status, self.out, self.err = process.returncode, process.stdout, process.stderr

    def json(self):
        return json.loads(self.out)


def images(folder, part, n, side=8, classes=4, seed=0):
    """Grey images in IDX files, as MNIST's: one bright quarter, which is the class, on noise."""
    draw = random.Random(seed)
    pixels, labels = bytearray(), bytearray()
    for i in range(n):
        label = i % classes
        labels.append(label)
        for y in range(side):
            for x in range(side):
                bright = (y * 2 // side) * 2 + x * 2 // side == label
                pixels.append(draw.randrange(120) + (130 if bright else 0))
    name = {"train": "train", "test": "t10k"}[part]
    Path(folder).mkdir(parents=True, exist_ok=True)
    (Path(folder) / f"{name}-images-idx3-ubyte").write_bytes(struct.pack(">4I", 0x803, n, side, side) + pixels)
    (Path(folder) / f"{name}-labels-idx1-ubyte").write_bytes(struct.pack(">2I", 0x801, n) + labels)


class Case(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory(prefix="dynvision-program-")
        self.addCleanup(held.cleanup)
        self.folder = Path(held.name)
        self.environment = dict(os.environ, OMP_NUM_THREADS="1", XDG_CACHE_HOME=str(self.folder / ".cache"))

    def dynvision(self, *words, status=0, timeout=120):
        process = subprocess.run([PROGRAM, *map(str, words)], cwd=self.folder, env=self.environment, text=True,
                                 stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout)
        outcome = Outcome(process)
        if status is not None:
            self.assertEqual(outcome.status, status, f"{words}\n{outcome.out[-2000:]}\n{outcome.err[-2000:]}")
        return outcome

    def start(self, *words):
        return subprocess.Popen([PROGRAM, *map(str, words)], cwd=self.folder, env=self.environment, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def names(self):
        """All files and folders that are there, but the cache."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*")
                      if not str(path.relative_to(self.folder)).startswith(".cache"))


STUDY = {"model_name": "DyRCNNx2", "rctype": "full", "seed": 3, "n_timesteps": 4, "dt": 2, "tau": 5, "t_recurrence": 2,
         "learning_rate": 0.02, "lr_parameter_groups": {"regular": 1, "classifier": 20},
         "data_name": "mnist", "data_path": "images", "validation_images": 16, "batch_size": 16, "test_batch_size": 32,
         "drop_last": False, "epochs": 2, "accumulate_grad_batches": 1, "check_val_every_n_epoch": 1, "limit_val_batches": 1.0,
         "log_every_n_steps": 2, "enable_progress_bar": False}


class Studies(Case):
    """With a small data set in images/ and a small study in study.json."""

    def setUp(self):
        super().setUp()
        images(self.folder / "images", "train", 112)
        images(self.folder / "images", "test", 40, seed=1)
        self.write()
        self.before = self.names()

    def write(self, name="study.json", **changes):
        (self.folder / name).write_text(json.dumps({**STUDY, **changes}, indent=1))

    def train(self, *words, status=0):
        return self.dynvision("train", "--config", "study.json", *words, status=status)

    def run_folder(self, i=-1):
        return sorted(path for path in (self.folder / "runs").iterdir() if not path.is_symlink())[i]

    def weights(self, run=None):
        return ((run or self.run_folder()) / "weights.safetensors").read_bytes()
