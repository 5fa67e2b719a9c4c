"""./reproduce --scale smoke|small|paper [--out FOLDER] [--forecast] [--until BLOCK]

Trains the networks of the paper, shows them its experiments, and draws its figures into one report, report.html and report.pdf.
`smoke` takes about two minutes, `small` two hours of two cores, `paper` writes the configurations and job scripts of the full size.
The same command goes on with what was stopped or killed, and takes up a plan that has grown.
"""
import argparse
import fcntl
import os
import subprocess
import sys
from pathlib import Path

from . import forecast, growth, images, jobs, slurm, study
from .study import SCALES, Stopped, Study

FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")
BLOCKS = ("training", "experiments", "tables", "figures", "report")


def arguments(words):
    parser = argparse.ArgumentParser(prog="reproduce", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", choices=SCALES, required=True, help="how large")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where (reproduced/SCALE)")
    parser.add_argument("--forecast", action="store_true", help="say how long each block will take, and stop")
    parser.add_argument("--until", choices=BLOCKS, default="report", metavar="BLOCK", help=f"stop after {', '.join(BLOCKS)}")
    parser.add_argument("--again", choices=("tables", "figures"), help="make these again, of what is there, and the report")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write a small copy of the report there, with smaller pictures")
    parser.add_argument("--hours", type=float, help="of the whole, in place of the scale's: training is made shorter until it fits")
    parser.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)), help="jobs side by side (as many as there are)")
    parser.add_argument("--data", metavar="FOLDER", help="images in the files of MNIST, in place of Fashion-MNIST")
    parser.add_argument("--program", type=Path, required=True, help=argparse.SUPPRESS)
    return parser.parse_args(words)


def job(words):
    name, *rest = words
    here = Study(Path.cwd())
    if name == "report":
        from . import report

        report.write_report(here)
        return
    jobs.JOBS[name](here, *rest)


def locked(folder):
    """One at a time in a folder; the lock ends with the process."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Stopped(f"{folder}: another ./reproduce is at work there: wait for it, or give another --out") from None
    return lock


def make_again(here, what):
    """Takes away what is to be made again; numbers that were measured stay."""
    folders = {"tables": ["tables", "figures"], "figures": ["figures"], None: []}[what]
    for folder in folders:
        for path in [*(here.folder / folder).glob("*.done"), *(here.folder / folder).glob("*.json")]:
            path.unlink()
    if what:
        (here.folder / "report.html").unlink(missing_ok=True)


def run_blocks(here, options):
    """Files are renamed when they are whole, so that those of a study that was killed can be trusted; the lock is our own."""
    words = [sys.executable, "-m", "snakemake", options.until, "--snakefile", Path(__file__).with_name("Snakefile"), "--directory", here.folder,
             "--cores", options.cores, "--rerun-triggers", "mtime", "--ignore-incomplete", "--nolock", "--keep-going", "--quiet", "all"]
    return subprocess.run([*map(str, words)], stdin=subprocess.DEVNULL, check=False).returncode


def main(words):
    if words and words[0] == "job":
        job(words[1:])
        return 0
    options = arguments(words)
    folder = (options.out or Path("reproduced") / options.scale).resolve()
    lock = locked(folder)
    data = Path(options.data).resolve() if options.data else None
    if data is None and options.scale == "smoke" and not FASHION_MNIST.exists():
        data = folder / "images"
        images.write_images(data)
        print(f"Fashion-MNIST is not there: gratings in its place, {data}", file=sys.stderr)
    keys = ["--data_name", "mnist", "--data_path", str(data)] if data else []
    if options.scale == "paper":
        here = study.make(folder, options.scale, options.program.resolve(), keys)
        slurm.write_jobs(here)
        return 0
    here = Study(folder) if (folder / "study.json").exists() else None
    if here is not None and "forecast" in here.said:  # else it was stopped before there was anything to go on with
        if here.said["scale"] != options.scale or here.said.get("data", []) != keys:
            raise Stopped(f"{folder}: another study has been started there ({here.said['scale']}): give another --out")
        print(f"going on in {folder}", file=sys.stderr)
        here, blocks, groups = growth.grown(here, options.program.resolve())
        if blocks or groups:
            forecast.added(here, options, blocks, groups)
        make_again(here, options.again)
    else:
        here = forecast.planned(folder, options, keys)
    if options.forecast:
        return 0
    status = run_blocks(here, options)
    os.close(lock)
    if status == 0 and options.until == "report":
        print(folder / "report.html")
        print(folder / "report.pdf")
        if options.keep:
            from . import keep

            print(f"{options.keep}: {keep.keep(here, options.keep.resolve()) / 1e6:.1f} MB")
    elif status:
        print(f"Not everything is done; logs are in {folder / 'logs'}. The same command goes on.", file=sys.stderr)
    return status


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Stopped as stopped:
        print(f"reproduce: {stopped}", file=sys.stderr)
        sys.exit(1)
