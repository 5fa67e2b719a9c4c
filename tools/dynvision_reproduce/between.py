"""How alike the networks of a block are, layer by layer: similarity.csv with CKA between each two of them, for the same test images.

    tables/BLOCK/between/similarity.csv     layer, category_value, category_value_other: cka, debiased, rsa

`dynvision record` keeps what all units of a layer do in the last step of an image, `dynvision compare` compares two of these recordings.
"""
import csv
import gzip
import io
import itertools
import struct
import tempfile
from pathlib import Path

import numpy as np

from . import collect
from .forecast import configuration
from .study import Stopped, write

FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")
LAYERS = ("V1", "V2", "V4", "IT")
SHOWN = 20  # steps
COLUMNS = ("layer", "layer_other", "category_value_other", "times_index", "times_index_other", "time_ms", "n_images", "rsa", "cka", "debiased")


def idx(folder, name):
    """An array of a file of MNIST, compressed or not."""
    for path in (folder / f"{name}.gz", folder / name):
        if path.is_file():
            data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            axes = data[3]
            shape = struct.unpack(f">{axes}I", data[4:4 + 4 * axes])
            return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)
    raise Stopped(f"{folder}: no {name}, whose images the networks are to be compared with")


def write_stimuli(folder, images, n):
    """n test images as PNG, of every class in turn, and their table."""
    from PIL import Image

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
    return len(chosen)


def between(study, block):
    """The number of rows."""
    about, data = study.block(block), study.said.get("data", [])
    images = Path(data[data.index("--data_path") + 1]) if "--data_path" in data else FASHION_MNIST
    members, log = study.members(block), f"logs/{block}/between.txt"
    dt = configuration(study, members[0][0])["model"]["dt"]
    end, rows = SHOWN * dt, []
    with tempfile.TemporaryDirectory(prefix="dynvision-between-") as held:
        folder = Path(held)
        n = write_stimuli(folder, images, about["between"])
        for layer in LAYERS:
            for k, (run, _) in enumerate(members):
                study.program(run.with_model(["record", run.latest, folder / "stimuli.csv", "--layer", layer, "--bins", f"{end - dt:g}:{end:g}", "--presentation",
                                              f"{end:g}", "--long-enough", "--output", folder / f"{k}.npz"]), log)
            for (a, (run, value)), (b, (of_other, other)) in itertools.combinations(enumerate(members), 2):
                out = folder / f"{a}-{b}.csv"
                study.program(["compare", folder / f"{a}.npz", folder / f"{b}.npz", "--output", out], log)
                with open(out, newline="", encoding="utf-8") as file:
                    found = next(csv.DictReader(file))
                for one, mine, theirs in ((run, value, other), (of_other, other, value)):
                    keys = dict.fromkeys(collect.KEYS, "") | collect.keys_of(study, block, one, mine) | {"experiment": "between", "status": "trained"}
                    rows.append([*keys.values(), layer, layer, theirs, SHOWN - 1, SHOWN - 1, end - dt, n, found["rsa"], found["cka"], found["cka_debiased"]])
    with collect.table(study.folder / "tables" / block / "between" / "similarity.csv", [*collect.KEYS, *COLUMNS]) as writer:
        writer.writerows(rows)
    return len(rows)
