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

    def dynvision(self, *words, status=0, **options):
        process = subprocess.run([PROGRAM, *map(str, words)], cwd=self.folder, env=self.environment, text=True,
                                 stdin=subprocess.DEVNULL, capture_output=True, timeout=120, **options)
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
