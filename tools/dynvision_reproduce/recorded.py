"""What `dynvision record` says of networks beside their experiments, for test images of the study.

    tables/BLOCK/between/similarity.csv     "between": N     how alike each two networks of the block are, layer by layer: rsa, cka, debiased
    tables/BLOCK/classifier/test_data.csv   "classifier": N  the classifier's units, the most active first, of the published network of the block

N images, of every class in turn. For `between` every unit of a layer in the last step of an image is compared (`dynvision compare`).
"""
import csv
import gzip
import io
import itertools
import struct
import tempfile
from pathlib import Path

import numpy as np
from dynvision_figures import style

from . import collect
from .forecast import configuration
from .study import Stopped, write

FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")
LAYERS = ("V1", "V2", "V4", "IT")
SHOWN, STEPS, IDLE = 20, 60, 20  # steps; the classifier's units are those of the experiment `response`, which shows the image for 30
RESPONSE = 30
MOST_UNITS = 10
SIMILARITY = ("layer", "layer_other", "category_value_other", "times_index", "times_index_other", "time_ms", "n_images", "rsa", "cka", "debiased")


def idx(folder, name):
    """An array of a file of MNIST, compressed or not."""
    for path in (folder / f"{name}.gz", folder / name):
        if path.is_file():
            data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            axes = data[3]
            shape = struct.unpack(f">{axes}I", data[4:4 + 4 * axes])
            return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)
    raise Stopped(f"{folder}: no {name}, whose images the networks are to be shown")


def write_stimuli(study, folder, n):
    """n test images as PNG, of every class in turn, and their table; {number: label}."""
    from PIL import Image

    data = study.said.get("data", [])
    images = Path(data[data.index("--data_path") + 1]) if "--data_path" in data else FASHION_MNIST
    pixels, labels = idx(images, "t10k-images-idx3-ubyte"), idx(images, "t10k-labels-idx1-ubyte")
    places = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    chosen = [place[k] for k in range(max(map(len, places))) for place in places if k < len(place)][:n]
    lines = ["stimulus_id,path"]
    for number in chosen:
        made = io.BytesIO()
        Image.fromarray(pixels[number]).save(made, "PNG")
        write(folder / f"{number}.png", made.getvalue())
        lines.append(f"{number},{number}.png")
    write(folder / "stimuli.csv", "\n".join(lines) + "\n")
    return {int(number): int(labels[number]) for number in chosen}


def record(study, run, folder, output, layer, bins, presentation, log, more=()):
    study.program(run.with_model(["record", run.latest, folder / "stimuli.csv", "--layer", layer, "--bins", *bins, "--presentation", f"{presentation:g}",
                                  "--long-enough", "--output", folder / output, *more]), log)
    return folder / output


def keys_of(study, block, run, value, experiment):
    return dict.fromkeys(collect.KEYS, "") | collect.keys_of(study, block, run, value) | {"experiment": experiment, "status": "trained"}


def between(study, block):
    """The number of rows."""
    members, log = study.members(block), f"logs/{block}/between.txt"
    dt = configuration(study, members[0][0])["model"]["dt"]
    end, rows = SHOWN * dt, []
    with tempfile.TemporaryDirectory(prefix="dynvision-between-") as held:
        folder = Path(held)
        n = len(write_stimuli(study, folder, study.block(block)["between"]))
        for layer in LAYERS:
            files = [record(study, run, folder, f"{k}.npz", layer, [f"{end - dt:g}:{end:g}"], end, log) for k, (run, _) in enumerate(members)]
            for (a, (run, value)), (b, (of_other, other)) in itertools.combinations(enumerate(members), 2):
                out = folder / f"{a}-{b}.csv"
                study.program(["compare", files[a], files[b], "--output", out], log)
                with open(out, newline="", encoding="utf-8") as file:
                    found = next(csv.DictReader(file))
                for one, mine, theirs in ((run, value, other), (of_other, other, value)):
                    keys = keys_of(study, block, one, mine, "between")
                    rows.append([*keys.values(), layer, layer, theirs, SHOWN - 1, SHOWN - 1, end - dt, n, found["rsa"], found["cka"], found["cka_debiased"]])
    with collect.table(study.folder / "tables" / block / "between" / "similarity.csv", [*collect.KEYS, *SIMILARITY]) as writer:
        writer.writerows(rows)
    return len(rows)


def classifier(study, block):
    """Outputs in every step of the published network of the block, or of its first: classifier_topN are those of the unit with the N-th
    largest sum over all images and steps."""
    published = style.DEFAULTS.get(study.block(block)["category"])
    members = study.members(block)
    run, value = next((member for member in members if member[1] == published), members[0])
    dt = configuration(study, run)["model"]["dt"]
    with tempfile.TemporaryDirectory(prefix="dynvision-classifier-") as held:
        folder = Path(held)
        labels = write_stimuli(study, folder, study.block(block)["classifier"])
        bins = [f"{t * dt:g}:{(t + 1) * dt:g}" for t in range(STEPS)]
        path = record(study, run, folder, "outputs.npz", "outputs", bins, RESPONSE * dt, f"logs/{block}/classifier.txt", ["--idle_timesteps", IDLE])
        with np.load(path, allow_pickle=False) as found:
            outputs, numbers = found["responses"], [int(number) for number in found["stimulus_id"]]  # (N,K,T)
    units = np.argsort(-outputs.astype(float).sum((0, 2)), kind="stable")[:MOST_UNITS]
    keys = list(keys_of(study, block, run, value, "response").values())
    columns = [name for k in range(1, len(units) + 1) for name in (f"classifier_top{k}", f"classifier_top{k}_id")]
    with collect.table(study.folder / "tables" / block / "classifier" / "test_data.csv", [*collect.KEYS, "sample_index", "times_index", "image_index", "first_label_index",
                                                                                         *columns]) as writer:
        for i, number in enumerate(numbers):
            for t in range(STEPS):
                cells = [cell for unit in units for cell in (f"{outputs[i, unit, t]:.9g}", unit)]
                writer.writerow([*keys, i, t, number, labels[number], *cells])
    return len(numbers) * STEPS


TABLES = {"between": between, "classifier": classifier}
