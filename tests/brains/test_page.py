"""Pages of recordings and patches, from top to bottom, with a small run and four stimuli; their scripts where the packages are."""
import importlib.util
import subprocess
import sys

import program
from recorded import Recorded
from test_pages import BLOCK

SCRIPTS = {"dynvision_nwb.py": "pynwb", "dynvision_patches.py": "skimage"}


class Page(Recorded):
    def setUp(self):
        super().setUp()
        (self.folder / "runs").mkdir()
        (self.folder / "run").rename(self.folder / "runs/latest")
        (self.folder / "stimuli").mkdir()
        for name, picture in (("cat", 0), ("dog", 1), ("owl", 2), ("car", 4)):
            (self.folder / f"pictures/{picture}.png").rename(self.folder / f"stimuli/{name}.png")
        (self.folder / "bin").mkdir()
        (self.folder / "bin/dynvision").symlink_to(program.PROGRAM)
        python = self.folder / "bin/python3"
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        python.chmod(0o755)
        (self.folder / "tools").symlink_to(program.SOURCE / "tools")
        self.environment["PATH"] = f"{self.folder / 'bin'}:{self.environment['PATH']}"

    def run_page(self, page):
        for block in BLOCK.finditer((program.SOURCE / page).read_text()):
            needs = [package for script, package in SCRIPTS.items() if script in block["text"]]
            if not all(importlib.util.find_spec(package) for package in needs):
                continue
            if block["name"]:
                (self.folder / block["name"]).write_text(block["text"])
                continue
            done = subprocess.run(["bash", "-e", "-c", block["text"]], cwd=self.folder, env=self.environment, text=True,
                                  capture_output=True, stdin=subprocess.DEVNULL, timeout=300)
            self.assertEqual(done.returncode, int(block["status"] or 0), f"{block['text']}\n{done.stdout}\n{done.stderr}")

    def test_natural_patches(self):
        self.run_page("docs/how-to/natural-patches.md")

    def test_compare_with_recordings(self):
        self.run_page("docs/how-to/compare-with-recordings.md")
        try:
            from brainscore_core.supported_data_standards.brainio import assemblies  # noqa: F401
        except ImportError:
            return
        done = subprocess.run([sys.executable, "score.py"], cwd=self.folder, env=self.environment, text=True, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("('presentation', 'neuroid') (2, ", done.stdout)
