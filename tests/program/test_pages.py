"""Shell lines and files of the pages: what stands after `<!-- file NAME -->` is written, what stands after `<!-- run -->` is run.

Each page is run from top to bottom in a folder of its own, with `dynvision` on the path. A line of shell must end well,
except those of a block `<!-- run: status N -->`, whose last line ends with N.
"""
import re
import subprocess

import program

BLOCK = re.compile(r"^<!-- (?:file (?P<name>[\w./-]+)|run(?:: status (?P<status>\d+))?) -->\n```\w*\n(?P<text>.*?)^```$", re.M | re.S)
PAGES = ["README.md", "docs/tutorials/train-a-network.md", "docs/tutorials/your-own-model-from-the-command-line.md",
         "docs/tutorials/go-on-after-a-crash.md", "docs/how-to/troubleshooting.md", "docs/experiments/your-own.md", "docs/how-to/computational-benchmark.md",
         "docs/experiments/run.md", "docs/tutorials/from-a-trained-network-to-a-figure.md", "docs/rate/networks.md",
         "docs/tutorials/a-biornn-by-names.md"]


class Pages(program.Case):
    def run_page(self, page):
        (self.folder / "bin").mkdir()
        (self.folder / "bin/dynvision").symlink_to(program.PROGRAM)
        self.environment["PATH"] = f"{self.folder / 'bin'}:{self.environment['PATH']}"
        (self.folder / "configs").symlink_to(program.SOURCE / "configs")
        blocks = list(BLOCK.finditer((program.SOURCE / page).read_text()))
        self.assertTrue(blocks, page)
        for block in blocks:
            if block["name"]:
                (self.folder / block["name"]).write_text(block["text"])
                continue
            done = subprocess.run(["bash", "-e", "-c", block["text"]], cwd=self.folder, env=self.environment, text=True,
                                  capture_output=True, stdin=subprocess.DEVNULL, timeout=300)
            self.assertEqual(done.returncode, int(block["status"] or 0), f"{page}\n{block['text']}\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}")


for page in PAGES:
    name = "test_" + re.sub(r"\W", "_", page.rsplit("/", 1)[-1].removesuffix(".md"))
    setattr(Pages, name, lambda self, page=page: self.run_page(page))
