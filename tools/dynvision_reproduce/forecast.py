"""How long it will take: 20 training steps of each block and some steps of each group of experiments, measured, before anything else.

Every training has the same number of images, which is made smaller until the whole fits into the time; seeds are never left out.
"""
import json
import math
import shutil
import subprocess
import sys
import time
from pathlib import Path

from . import study
from .jobs import experiment_words
from .study import Stopped

STEPS = 20           # of training, that are measured
FEW = 20             # images with which measures and tables are measured
OF_FIGURE = 4.0      # s, on a quiet core
MARGIN = 1.15        # the whole is this much longer: validation, tests, reading images


def duration(seconds):
    seconds = int(round(seconds))
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}" if seconds >= 3600 else f"{seconds // 60}:{seconds % 60:02d}"


def representative(runs):
    """The run of a block that takes longest: the full recurrence, the longest trial."""
    return max(runs, key=lambda run: (run.values.get("rctype", "full") == "full", run.values.get("tsteps", 0), run.values.get("idle", 0)))


def configuration(here, run):
    return json.loads((here.folder / "trained" / run.block / "jobs" / f"{run.name}.json").read_text(encoding="utf-8"))


def value(configured, key):
    return next(part[key] for part in (configured["model"], configured["trainer"], configured["data"]) if key in part)


def measured_step(here, run, cores):
    """[s] of a training step of this run, as many processes side by side as there will be."""
    configured = configuration(here, run)
    images = STEPS * value(configured, "batch_size")
    words = run.with_model(["train", "--config", f"trained/{run.block}/jobs/{run.name}.json", "--images_per_epoch", images, "--epochs", 1,
                            "--scheduler_kwargs", '{"T_max": 1}', "--limit_val_batches", 1, "--enable_progress_bar", "false"])
    here.program(["plan", "--json", *words[1:]], f"logs/forecast/{run.block}.txt")  # compiles the model where it is new
    environment = dict(study.os.environ, OMP_NUM_THREADS="1")
    processes = []
    for k in range(cores):
        folder = here.folder / "forecast" / f"{run.block}-{k}"
        shutil.rmtree(folder, ignore_errors=True)
        processes.append((folder, subprocess.Popen([here.said["program"], *map(str, words), "--runs", str(folder)], cwd=here.folder, env=environment,
                                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)))
    rates = []
    for folder, process in processes:
        _, said = process.communicate()
        if process.returncode != 0:
            raise Stopped(f"{run.block}/{run.name}: {said.strip()}")
        summary = json.loads((folder / "latest" / "summary.json").read_text(encoding="utf-8"))
        rates.append(summary["images_per_second"])
    return value(configured, "batch_size") / min(rates)


def of_tables(here, words, n):
    """[s] that measures and tables of n images take, beside the steps themselves."""
    start, out = time.monotonic(), here.folder / "forecast" / f"tables-{n}"
    shutil.rmtree(out, ignore_errors=True)
    _, said = here.program([*with_value(with_value(words, "--images", n), "--out", out), "--json"])
    return max(0.0, time.monotonic() - start - json.loads(said)["seconds"])


def with_value(words, option, value):
    words = list(words)
    words[words.index(option) + 1] = value
    return words


def measured_experiments(here, run, group):
    """[s] of a group of experiments with this run's model: the program's own forecast of the steps, from some that it measures; measures
    and tables as few images take them, carried on in a straight line."""
    trained = (here.folder / run.done).is_file()
    latest = run.latest if trained else f"forecast/{run.block}-0/latest"
    if not (here.folder / latest).exists():
        measured_step(here, run, 1)
    if group["experiments"] == ["dynamics"]:
        words, start = experiment_words(here, run, group, Path("forecast/dynamics")), time.monotonic()
        here.program([word if word != run.latest else latest for word in words])
        return time.monotonic() - start
    alike = group.get("forecast")  # of weights that are not there before the training: another experiment, so many times
    if alike:
        group = {"experiments": [alike["experiment"]], "images": group["images"]}
    words = experiment_words(here, run, group, "forecast/none")
    words = with_value(words, "--run", latest)
    _, said = here.program([*words, "--dry-run", "--json"])
    plans = json.loads(said[said.index("["):])
    steps = next((plan for plan in plans if plan["experiment"] == "together"), plans[-1])["forecast_seconds"]
    n = group["images"]
    few, more = min(n, FEW), min(n, 2 * FEW)
    tables = of_tables(here, words, few)
    if more > few:
        tables += max(0.0, of_tables(here, words, more) - tables) * (n - few) / (more - few)
    return (steps + tables) * (alike["times"] if alike else 1)


def rows_of(here, options, blocks=None, groups=None):
    """[(block, runs, s of one, whether it is training, which can be made shorter)] of all blocks, or of these blocks and groups."""
    rows, steps = [], {}
    for block in here.plan["training"]:
        runs = [run for run in here.runs_of(block["block"]) if not (here.folder / run.done).is_file()]
        if not runs or blocks is not None and block["block"] not in blocks:
            continue
        run = representative(runs)
        print(f"forecast: {STEPS} training steps of {block['block']} ...", file=sys.stderr, flush=True)
        steps[block["block"]] = measured_step(here, run, options.cores)
        configured = configuration(here, run)
        updates = math.ceil(value(configured, "images_per_epoch") / value(configured, "batch_size")) * value(configured, "epochs")
        rows.append((f"training: {block['block']}", len(runs), updates * steps[block["block"]], True))
    for group in here.plan["experiments"]:
        shown = [run for run in here.runs if group in here.experiments_of(run)]
        if groups is not None and group["name"] not in groups:
            continue
        print(f"forecast: experiments {group['name']} ...", file=sys.stderr, flush=True)
        trained = [run for run in shown if (here.folder / run.done).is_file()]
        rows.append((f"experiments: {group['name']}", len(shown), measured_experiments(here, representative(trained or shown), group), False))
    if groups is None:
        rows.append(("figures and report", len(here.plan["figures"]), OF_FIGURE, False))
    return rows


def text(rows, cores, share):
    """The table that is printed: blocks, runs, seconds of all, side by side on the cores."""
    lines = [("block", "runs", "s of one", "time")]
    for name, n, each, shortened in rows:
        each = each * share if shortened else each
        lines.append((name, str(n), f"{each:.1f}", duration(n * each / min(cores, n))))
    lines.append(("all", str(sum(n for _, n, _, _ in rows)), "", duration(total(rows, cores, share))))
    widths = [max(len(line[k]) for line in lines) for k in range(4)]
    return "\n".join("  ".join([line[0].ljust(widths[0])] + [line[k].rjust(widths[k]) for k in (1, 2, 3)]) for line in lines)


def total(rows, cores, share=1.0):
    return MARGIN * sum(n * each * (share if shortened else 1) / min(cores, n) for _, n, each, shortened in rows)


def planned(folder, options, keys):
    """A new study: measured, printed, its training made as long as the time allows."""
    start = time.monotonic()
    here = study.make(folder, options.scale, options.program.resolve(), keys)
    rows = rows_of(here, options)
    limit = 3600 * options.hours if options.hours else here.plan["limit_seconds"]
    fixed = total([row for row in rows if not row[3]], options.cores)
    learning = total([row for row in rows if row[3]], options.cores)
    share = min(1.0, (limit - fixed) / learning)
    if share < 0.05:
        raise Stopped(f"{duration(fixed)} of {duration(limit)} are taken by experiments and figures, and training takes {duration(learning)}: "
                      f"more --hours, or fewer blocks in {study.PAPER / (options.scale + '.plan.json')}")
    said = text(rows, options.cores, share)
    print(said)
    if share < 1:
        configured = configuration(here, here.runs[0])
        batch = value(configured, "batch_size")
        images = max(1, math.floor(share * value(configured, "images_per_epoch") / batch)) * batch
        print(f"Training is made shorter, {images} images an epoch, to end within {duration(limit)}.")
        shutil.rmtree(folder / "trained")
        here = study.make(folder, options.scale, options.program.resolve(), keys, images)
    here.said["forecast"] = {"blocks": [[name, n, each * (share if shortened else 1)] for name, n, each, shortened in rows],
                             "seconds": total(rows, options.cores, share), "share": share, "took": time.monotonic() - start}
    study.write(folder / "study.json", json.dumps(here.said, indent=1))
    shutil.rmtree(folder / "forecast", ignore_errors=True)
    return here


def added(here, options, blocks, groups):
    """Of a plan that has grown, what is new: measured and printed."""
    of_new_runs = [group["name"] for group in here.plan["experiments"] if set(group["of"]) & set(blocks)]
    rows = rows_of(here, options, blocks, [*groups, *of_new_runs])
    shutil.rmtree(here.folder / "forecast", ignore_errors=True)
    if rows:
        print("new in the plan:")
        print(text(rows, options.cores, 1))
        here.said.setdefault("added", []).append({"blocks": [[name, n, each] for name, n, each, _ in rows], "seconds": total(rows, options.cores)})
        study.write(here.folder / "study.json", json.dumps(here.said, indent=1))
