"""One job of the study: train a run, show it experiments, put tables together, draw a figure. Each may be killed and started again.

    python -m dynvision_reproduce job train BLOCK RUN
    python -m dynvision_reproduce job experiment BLOCK RUN GROUP
    python -m dynvision_reproduce job tables BLOCK
    python -m dynvision_reproduce job figure FIGURE

They are started in the study's folder. What a job leaves is whole or not there; what it says is in logs/.
"""
import json
import subprocess
import sys
import time
from pathlib import Path

from . import collect
from .study import PAPER, Stopped, write


def say(text):
    print(text, file=sys.stderr, flush=True)


def summary(study, run):
    try:
        return json.loads((study.folder / run.latest / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def train(study, block, name):
    run = study.run(block, name)
    log = f"logs/{block}/{name}.txt"
    if summary(study, run).get("status") in (None, "interrupted"):
        begun = (study.folder / run.latest / "config.json").exists()
        words = ["--resume", run.latest] if begun else ["--config", f"trained/{block}/jobs/{name}.json", "--runs", run.folder]
        study.program(run.with_model(["train", *words]), log)
    if "test_accuracy" not in summary(study, run):
        study.program(run.with_model(["test", run.latest, "--no-time-course"]), log)
    found = summary(study, run)
    write(study.folder / run.done, json.dumps(found, indent=1))
    say(f"trained {block}/{name}: {100 * found['test_accuracy']:.1f} % of {found['test_images']} test images, {found['train_seconds']:.0f} s")


def group_named(study, name):
    return next(group for group in study.plan["experiments"] if group["name"] == name)


def experiment_words(study, run, group, out):
    if group["experiments"] == ["dynamics"]:  # fixed points and modes, no time course
        return run.with_model(["dynamics", run.latest, "--images", group["images"], "--out", out / "stability", *group.get("keys", [])])
    words = ["experiment", "run", "--run", run.latest, "--images", group["images"], "--out", out]
    for name in group["experiments"]:
        words += ["--experiment", name]
    if "config" in group:
        words += ["--config", PAPER / group["config"]]
    return run.with_model([*words, *group.get("keys", [])])


def experiment(study, block, name, group):
    run, start = study.run(block, name), time.monotonic()
    about = group_named(study, group)
    study.program(experiment_words(study, run, about, run.experiments / group), f"logs/{block}/{name}.txt")
    seconds = time.monotonic() - start
    write(study.folder / run.experiments / f"{group}.done", f"{seconds:.1f}\n")
    say(f"shown {group} to {block}/{name}: {seconds:.0f} s")


def tables(study, block):
    n = collect.block(study, block)
    for name in study.block(block):
        if name in ("between", "classifier"):
            from . import recorded

            recorded.TABLES[name](study, block)
            n += 1
    write(study.folder / "tables" / f"{block}.done", f"{n}\n")
    say(f"tables of {block}: {n} files")


def figure_name(about):
    """Of its files: one figure may be drawn of several blocks."""
    return about.get("as", about["figure"])


def figure_named(study, name):
    return next(figure for figure in study.plan["figures"] if figure_name(figure) == name)


def figure_words(study, about):
    """Tables of the figure's blocks: of their training, and of the experiments that it draws."""
    words = ["figure", about["figure"]]
    for block in about["of"]:
        folder = Path("tables") / block
        names = ["training", *about["experiments"]]
        words += [str(folder / name) for name in names if (study.folder / folder / name).is_dir()]
    name = ["--as", about["as"]] if "as" in about else []
    return [*words, "--out", "figures", *name, *about.get("options", [])]


def figure(study, name):
    """A figure that cannot be drawn is no failure: its file says why, and the report passes it on."""
    words = figure_words(study, figure_named(study, name))
    done = subprocess.run([study.said["program"], *words], cwd=study.folder, text=True, capture_output=True, stdin=subprocess.DEVNULL)
    if done.returncode not in (0, 2):
        raise Stopped(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr.strip()}")
    left_out = [line.removeprefix("figures: ") for line in done.stderr.splitlines()]
    found = {"command": "dynvision " + " ".join(words), "drawn": done.returncode == 0, "said": left_out}
    write(study.folder / "figures" / f"{name}.json", json.dumps(found, indent=1))
    say(f"figure {name}: " + ("drawn" if found["drawn"] else "not drawn: " + " ".join(left_out)))


JOBS = {"train": train, "experiment": experiment, "tables": tables, "figure": figure}
