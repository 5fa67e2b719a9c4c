"""The pages about figures: their commands run, and their table has every figure with its tables."""
import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

import drawn
import fixture
from dynvision_figures import figures

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^<!-- run(?:: status (?P<status>\d+))? -->\n```sh\n(?P<text>.*?)^```$", re.M | re.S)


class Pages(unittest.TestCase):
    def test_how_to(self):
        drawn.tables()
        folder = drawn.folder() / "page"
        folder.mkdir()
        (folder / "experiments").mkdir()
        for table, kept in (("traces", lambda row: row["experiment"] in ("duration", "contrast") or row["category"] == "tau"),
                            ("curves", lambda row: row["experiment"] in ("duration", "contrast")), ("dn_fit", lambda row: True)):
            fixture.write(folder / "experiments" / table, table, [row for row in drawn.rows_of(table) if kept(row)])
        python = f"{sys.executable} "
        blocks = list(BLOCK.finditer((ROOT / "docs/how-to/from-an-experiment-to-a-figure.md").read_text()))
        self.assertTrue(blocks)
        for block in blocks:
            text = re.sub(r"^python ", python, block["text"], flags=re.M)
            done = subprocess.run(["bash", "-e", "-c", text], cwd=folder, text=True, capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT / "tools")})
            self.assertEqual(done.returncode, int(block["status"] or 0), f"{text}\n{done.stdout[-800:]}\n{done.stderr[-800:]}")
        shutil.rmtree(folder)

    def test_every_figure_has_a_row(self):
        page = (ROOT / "docs/reference/figures.md").read_text()
        rows = re.findall(r"^\| (\d*) ?\| `(\w+)` \| ([\w, ]+) \|", page, flags=re.M)
        expected = [(str(figures.find(name).NUMBER or ""), name, ", ".join(figures.find(name).TABLES)) for name in figures.ORDER]
        self.assertEqual([row for row in rows if row[1] in figures.ORDER], expected)
