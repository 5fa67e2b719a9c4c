"""What these tests share: a small run, trained once, and stimuli of several sizes and formats."""
import csv
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy
from PIL import Image

import program


class Recorded(program.Case):
    N = 9
    trained = None

    def setUp(self):
        super().setUp()
        if Recorded.trained is None:
            Recorded.trained = tempfile.TemporaryDirectory(prefix="dynvision-brains-")
            there = Path(Recorded.trained.name)
            program.images(there / "images", "train", 112)
            program.images(there / "images", "test", 40, seed=1)
            study = dict(program.STUDY, epochs=1)
            (there / "study.json").write_text(json.dumps(study))
            done = subprocess.run([program.PROGRAM, "train", "--config", "study.json"], cwd=there, env=self.environment,
                                  capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            (there / "runs/latest").resolve().rename(there / "run")
        shutil.copytree(Path(Recorded.trained.name) / "run", self.folder / "run")
        self.write_stimuli()

    def write_stimuli(self):
        draw = numpy.random.default_rng(1)
        (self.folder / "pictures").mkdir()
        self.rows = []
        for i in range(self.N):
            pixels = draw.integers(0, 256, (12 + i, 20, 3)).astype("u1")
            name = f"pictures/{i}.{'jpg' if i == 3 else 'png'}"
            Image.fromarray(pixels if i % 2 else pixels[..., 0]).save(self.folder / name)
            self.rows.append({"stimulus_id": f"id {self.N - i}", "path": name, "image_label": "ab"[i % 2]})
        self.write_manifest(self.rows)

    def write_manifest(self, rows, name="stimuli.csv"):
        with open(self.folder / name, "w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    def record(self, *words, manifest="stimuli.csv", output="out.npz", **how):
        outcome = self.dynvision("record", "run", manifest, *words, "--output", output, **how)
        return dict(numpy.load(self.folder / output)) if outcome.status == 0 and output.endswith(".npz") else outcome
