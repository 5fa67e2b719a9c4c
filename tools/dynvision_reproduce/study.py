"""What is made, and where: the plan of a scale (configs/paper/SCALE.plan.json), its runs, and how the program is called.

    OUT/study.json                             this: scale, program, plan, runs; read by every job; a plan that has grown is added (growth.py)
    OUT/trained/BLOCK/jobs/RUN.json            resolved configuration of a run: dynvision train --config of it repeats it alone
    OUT/trained/BLOCK/runs/RUN/latest          its run folder
    OUT/trained/BLOCK/RUN.json                 its summary, once it is trained and tested
    OUT/experiments/BLOCK/RUN/GROUP/EXPERIMENT tables of an experiment
    OUT/tables/BLOCK                           tables of all its runs, with what is varied in their keys
    OUT/figures, OUT/report.html, report.pdf   what is looked at
"""
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from dynvision_figures.whole_file import whole_file

ROOT = Path(__file__).resolve().parents[2]
PAPER = ROOT / "configs" / "paper"
SCALES = ("smoke", "small", "paper")


class Stopped(Exception):
    """What keeps the study from going on, in words for whoever started it."""


@dataclass(frozen=True)
class Run:
    block: str
    name: str                      # rctype=full,seed=7000
    values: dict = field(default_factory=dict)
    model: str = ""                # --model FILE:TYPE<...>; empty: built in

    @property
    def seed(self):
        return self.values.get("seed", 0)

    def identity(self, family):
        """Its name in tables: DyRCNNx4:rctype=full_7000."""
        options = "+".join(f"{key}={plain(value)}" for key, value in self.values.items() if key not in ("seed", "model_name"))
        return f"{family}:{options}_{self.seed}"

    @property
    def folder(self):
        return Path("trained") / self.block / "runs" / self.name

    @property
    def latest(self):
        return self.folder / "latest"

    @property
    def done(self):
        return Path("trained") / self.block / f"{self.name}.json"

    @property
    def experiments(self):
        return Path("experiments") / self.block / self.name

    def with_model(self, words):
        return [*words, "--model", self.model] if self.model else list(words)


def plain(value):
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def write(path, text):
    """A file that is whole or not there."""
    with whole_file(path) as partial:
        partial.write_bytes(text if isinstance(text, bytes) else text.encode())


def read_plan(scale):
    """SCALE.plan.json, with comments."""
    path = PAPER / f"{scale}.plan.json"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return json.loads("\n".join(line for line in lines if not line.lstrip().startswith("//")))
    except (OSError, ValueError) as error:
        raise Stopped(f"{path}: {error}") from None


class Study:
    """study.json: everything that a job must know."""

    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        try:
            self.said = json.loads((self.folder / "study.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise Stopped(f"{self.folder / 'study.json'}: {error}") from None
        self.plan = self.said["plan"]
        self.runs = [Run(**run) for run in self.said["runs"]]

    def run(self, block, name):
        for run in self.runs:
            if (run.block, run.name) == (block, name):
                return run
        raise Stopped(f"{self.folder}: no run {block}/{name}")

    def block(self, name):
        return next(block for block in self.plan["training"] if block["block"] == name)

    def runs_of(self, block):
        return [run for run in self.runs if run.block == block]

    def members(self, block):
        """(run, value of the block's category) of a block's tables: its own runs, and those of other blocks that it shares."""
        about = self.block(block)
        category = about["category"]
        found = [(run, plain(run.values[category])) for run in self.runs_of(block)]
        for value, where in about.get("shared", {}).items():
            found += [(run, value) for run in self.runs if f"{run.block}/{run.name}" == where]
        return found

    def experiments_of(self, run):
        """The groups of experiments that a run is shown."""
        return [group for group in self.plan["experiments"] if run.block in group["of"] and
                all(plain(run.values.get(key)) in map(plain, values) for key, values in group.get("only", {}).items())]

    def program(self, words, log=None, check=True):
        """Runs the program in the study's folder; its output is in `log`."""
        command = [self.said["program"], *map(str, words)]
        environment = dict(os.environ, OMP_NUM_THREADS=os.environ.get("OMP_NUM_THREADS", "1"))
        if log is None:
            done = subprocess.run(command, cwd=self.folder, env=environment, text=True, stdin=subprocess.DEVNULL, capture_output=True)
            said = done.stdout, done.stderr or done.stdout
        else:
            log = self.folder / log
            log.parent.mkdir(parents=True, exist_ok=True)
            with open(log, "a", encoding="utf-8") as file:
                print("$", *command, file=file, flush=True)
                done = subprocess.run(command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
            said = "", "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        if check and done.returncode != 0:
            raise Stopped(f"{' '.join(command)}\nended with {done.returncode}:\n{said[1].strip()}" + (f"\nThe whole output is in {log}" if log else ""))
        return done.returncode, said[0]


def run_program(words, folder):
    done = subprocess.run([*map(str, words)], cwd=folder, text=True, capture_output=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise Stopped(done.stderr.strip() or f"{words[0]} ended with {done.returncode}")
    return done.stdout


def sources():
    """The commit of these files, and the day: what a study is made with. Empty where they are no repository."""
    def git(*words):
        try:
            done = subprocess.run(["git", "-C", str(ROOT), *words], text=True, capture_output=True, stdin=subprocess.DEVNULL)
        except OSError:
            return ""
        return done.stdout.strip() if done.returncode == 0 else ""

    commit = git("rev-parse", "--short=12", "HEAD")
    return [{"commit": commit, "changed": bool(git("status", "--porcelain", "--untracked-files=no")), "when": time.strftime("%Y-%m-%d %H:%M")}] if commit else []


def cut_patches(folder, name):
    """FOLDER/NAME with images and study.json, the keys that read them: cut once."""
    if not (folder / name / "study.json").is_file():
        run_program([sys.executable, ROOT / "tools" / "dynvision_patches.py", name], folder)


def listed_runs(folder, scale, plan, program, data, keys, into="trained"):
    """The runs of a plan, and their configurations as INTO/BLOCK/jobs/RUN.json. `data`: keys of the images, where a block has no own."""
    runs = []
    for block in plan["training"]:
        own = block.get("data")
        configs = [PAPER / f"{scale}.json", PAPER / f"{block['block']}.json"]
        if own:
            cut_patches(folder, own)
            configs.append(f"{own}/study.json")
        words = [program, "sweep", "--config", *configs, "--folder", f"{into}/{block['block']}", "--jobs", "--json", *([] if own else data), *keys,
                 *block.get("keys", [])]
        model = f"{PAPER / plan['models']}:{block['model']}<...>" if "models" in plan else ""
        for run in json.loads(run_program(words, folder))["runs"]:
            runs.append({"block": block["block"], "name": run["name"], "values": run["values"], "model": model})
    return runs


def make(folder, scale, program, data=(), images=None):
    """study.json and the configurations of all runs. `data`: keys of the images; `images`: of an epoch, in place of the scale's."""
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    plan = read_plan(scale)
    keys = ["--images_per_epoch", str(images)] if images else []
    runs = listed_runs(folder, scale, plan, program, data, keys)
    said = {"scale": scale, "program": str(program), "data": list(data), "keys": keys, "images_per_epoch": images, "plan": plan, "runs": runs, "sources": sources()}
    write(folder / "study.json", json.dumps(said, indent=1))
    return Study(folder)
