"""Job scripts of the full size: SLURM arrays of a job for each run, then one for what is drawn of them."""
import shlex
import sys

from .study import ROOT, write

HEAD = """#!/bin/bash
#SBATCH --job-name=dynvision-{name}
#SBATCH --time={time}
#SBATCH --cpus-per-task={cpus}
#SBATCH --mem={memory}
{more}# {what}
set -euo pipefail
cd {folder}
"""


def head(name, what, folder, time="24:00:00", cpus=8, memory="32G", more=""):
    return HEAD.format(name=name, what=what, folder=shlex.quote(str(folder)), time=time, cpus=cpus, memory=memory, more=more)


def array(name, what, here, lines, **how):
    """A script whose N-th task does the N-th line of NAME.tasks.txt."""
    write(here.folder / "slurm" / f"{name}.tasks.txt", "".join(f"{line}\n" for line in lines))
    more = f"#SBATCH --array=1-{len(lines)}\n" + how.pop("gres", "")
    job = f"PYTHONPATH={shlex.quote(str(ROOT / 'tools'))} {shlex.quote(sys.executable)} -m dynvision_reproduce job"
    script = head(name, what, here.folder, more=more, **how) + f"""export OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK
mapfile -t words < <(sed -n "${{SLURM_ARRAY_TASK_ID}}p" slurm/{name}.tasks.txt | tr ' ' '\\n')
{job} {name.split('-')[0]} "${{words[@]}}"
"""
    write(here.folder / "slurm" / f"{name}.sh", script)


def write_jobs(here):
    array("train", "One network each: trained, and tested.", here, [f"{run.block} {run.name}" for run in here.runs], gres="#SBATCH --gres=gpu:1\n")
    shown = [f"{run.block} {run.name} {group['name']}" for run in here.runs for group in here.experiments_of(run)]
    array("experiment", "What the networks are shown.", here, shown, gres="#SBATCH --gres=gpu:1\n", time="12:00:00")
    snakemake = (f"PYTHONPATH={shlex.quote(str(ROOT / 'tools'))} {shlex.quote(sys.executable)} -m snakemake "
                 f"--snakefile {shlex.quote(str(ROOT / 'tools/dynvision_reproduce/Snakefile'))} --directory . --cores \"$SLURM_CPUS_PER_TASK\" "
                 "--rerun-triggers mtime --ignore-incomplete --nolock")
    write(here.folder / "slurm" / "report.sh", head("report", "Tables, figures and the report.", here.folder, "04:00:00", 4, "16G") + snakemake + "\n")
    write(here.folder / "slurm" / "submit.sh", """#!/bin/bash
# All of it, one after the other. What has been done is not done again: submit it once more after a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
train=$(sbatch --parsable train.sh)
experiment=$(sbatch --parsable --dependency=afterok:"$train" experiment.sh)
sbatch --dependency=afterok:"$experiment" report.sh
""")
    for name in ("train", "experiment", "report", "submit"):
        (here.folder / "slurm" / f"{name}.sh").chmod(0o755)
    print(f"{len(here.runs)} trainings, {len(shown)} experiments: {here.folder / 'slurm'}")
    print("configurations: trained/BLOCK/jobs/RUN.json; dynvision train --config of one repeats it by itself")
    print(f"sbatch them by {here.folder / 'slurm' / 'submit.sh'}")
