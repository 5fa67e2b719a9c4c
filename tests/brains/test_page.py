"""docs/how-to/compare-with-recordings.md, from top to bottom, with a small run and two stimuli."""
import subprocess
import sys

import program
from recorded import Recorded
from test_pages import BLOCK

PAGE = "docs/how-to/compare-with-recordings.md"


class Page(Recorded):
    def test_what_the_page_says(self):
        (self.folder / "runs").mkdir()
        (self.folder / "run").rename(self.folder / "runs/latest")
        (self.folder / "stimuli").mkdir()
        for name, picture in (("cat", 0), ("dog", 1)):
            (self.folder / f"pictures/{picture}.png").rename(self.folder / f"stimuli/{name}.png")
        (self.folder / "bin").mkdir()
        (self.folder / "bin/dynvision").symlink_to(program.PROGRAM)
        (self.folder / "bin/python").symlink_to(sys.executable)
        (self.folder / "tools").symlink_to(program.SOURCE / "tools")
        self.environment["PATH"] = f"{self.folder / 'bin'}:{self.environment['PATH']}"
        for block in BLOCK.finditer((program.SOURCE / PAGE).read_text()):
            if block["name"]:
                (self.folder / block["name"]).write_text(block["text"])
                continue
            done = subprocess.run(["bash", "-e", "-c", block["text"]], cwd=self.folder, env=self.environment, text=True,
                                  capture_output=True, stdin=subprocess.DEVNULL, timeout=300)
            self.assertEqual(done.returncode, int(block["status"] or 0), f"{block['text']}\n{done.stdout}\n{done.stderr}")
        try:
            from brainscore_core.supported_data_standards.brainio import assemblies  # noqa: F401
        except ImportError:
            return
        done = subprocess.run([sys.executable, "score.py"], cwd=self.folder, env=self.environment, text=True, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("('presentation', 'neuroid') (2, ", done.stdout)
