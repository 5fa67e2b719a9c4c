"""A study that was begun goes on with the plan, the configurations and the program of today: what is new is added, what was made is kept.

Refused is a plan by which something that was made would be another thing: networks with other keys, experiments with other images.
Figures cost little: where their line of the plan is another one, they are drawn again.
"""
import json
import shutil
import sys
from pathlib import Path

from .jobs import figure_name
from .study import Stopped, Study, listed_runs, read_plan, sources, write

GROUP = ("experiments", "images", "config", "keys")
ABOUT = ("resolved", "provenance")  # by which program a configuration was put together, of which files
MOST = 8  # differences that are named


def differences(old, new, path=""):
    """Keys that both have, with other values: a later program may have more keys, and its files lie elsewhere."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [each for key in old if key in new and key not in ABOUT for each in differences(old[key], new[key], f"{path}.{key}" if path else key)]
    return [] if old == new else [f"{path}: {json.dumps(old)} was made, {json.dumps(new)} is planned"]


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def changed_runs(here, runs, planned):
    """What differs in runs that were begun."""
    found, now = [], {(run["block"], run["name"]): run for run in runs}
    for run in here.runs:
        if not (here.folder / run.folder).exists():
            continue
        where = f"{run.block}/{run.name}"
        if (run.block, run.name) not in now:
            found.append(f"{where} is no longer planned")
            continue
        configurations = [here.folder / folder / run.block / "jobs" / f"{run.name}.json" for folder in ("trained", planned)]
        found += [f"{where}, {each}" for each in differences(*map(read_json, configurations))]
    return found


def changed_groups(here, plan):
    """What differs in experiments that some network was shown."""
    found, now = [], {group["name"]: group for group in plan["experiments"]}
    for group in here.plan["experiments"]:
        if not list((here.folder / "experiments").glob(f"*/*/{group['name']}.done")):
            continue
        new = now.get(group["name"])
        if new is None:
            found.append(f"experiments {group['name']} are no longer planned")
        else:
            found += [f"experiments {group['name']}, {key}: {json.dumps(group.get(key))} was made, {json.dumps(new.get(key))} is planned"
                      for key in GROUP if group.get(key) != new.get(key)]
    return found


def named(entries, key):
    return {figure_name(entry) if key == "figure" else entry[key]: entry for entry in entries}


def has_model(run):
    return not run["model"] or Path(run["model"].partition(":")[0]).is_file()


def forget(path):
    path.unlink(missing_ok=True)


def grown(here, program):
    """The study with today's plan and program, and what is new: (study, [blocks], [groups]). Nothing is written where nothing is new."""
    said, plan, planned = here.said, read_plan(here.said["scale"]), "planned"
    shutil.rmtree(here.folder / planned, ignore_errors=True)
    try:
        runs = listed_runs(here.folder, said["scale"], plan, program, said.get("data", []), said["keys"], planned)
        wrong = changed_runs(here, runs, planned) + changed_groups(here, plan)
        if wrong:
            more = f"\n... and {len(wrong) - MOST} more" if len(wrong) > MOST else ""
            raise Stopped(f"{here.folder} was begun with another plan:\n" + "\n".join(wrong[:MOST]) + more + "\nGive another --out, or the plan of then.")
        begun = {(run.block, run.name) for run in here.runs if (here.folder / run.folder).exists()}
        old = {(run.block, run.name): vars(run) for run in here.runs}
        new = [(run["block"], run["name"]) for run in runs if (run["block"], run["name"]) not in old]
        for run in runs:
            if (run["block"], run["name"]) not in begun:
                job = f"{run['block']}/jobs/{run['name']}.json"
                write(here.folder / "trained" / job, (here.folder / planned / job).read_bytes())
        # What was begun keeps the header of its model, while it is there.
        runs = [old[where] if (where := (run["block"], run["name"])) in begun and has_model(old[where]) else run for run in runs]
    finally:
        shutil.rmtree(here.folder / planned, ignore_errors=True)
    blocks, groups, figures = (named(here.plan[part], key) for part, key in (("training", "block"), ("experiments", "name"), ("figures", "figure")))
    for block in plan["training"]:
        if block != blocks.get(block["block"]):
            forget(here.folder / "tables" / f"{block['block']}.done")
    for name, figure in named(plan["figures"], "figure").items():
        if figure != figures.get(name):
            forget(here.folder / "figures" / f"{name}.json")
            forget(here.folder / "report.html")
    new_blocks = [block for block in dict.fromkeys(block for block, _ in new)]
    new_groups = [group["name"] for group in plan["experiments"] if group["name"] not in groups]
    if plan != here.plan or runs != [vars(run) for run in here.runs] or str(program) != said["program"]:
        if str(program) != said["program"]:
            print(f"with another program: {program}", file=sys.stderr)
        said.update(plan=plan, runs=runs, program=str(program), sources=said.get("sources", []) + sources())
        write(here.folder / "study.json", json.dumps(said, indent=1))
    return Study(here.folder), new_blocks, new_groups
