#!/usr/bin/env python3
"""Natural patches: square cut-outs of twelve photographs, the class of each its photograph, as a data set of dynvision.

    python3 dynvision_patches.py natural_patches [--train 400] [--test 100] [--size 32] [--seed 0] [--grey]

Writes natural_patches/train.safetensors and test.safetensors, images (N,C,size,size) uint8 and labels (N), classes in turn, and
study.json, with the keys of a study that reads them. Patches for training are cut from the left half of each photograph, those
for tests from the right half, with no pixel in common; every other one at half the scale (means of 2 x 2 pixels). The same seed
cuts the same patches. The photographs are those of scikit-image's own package (PyPI scikit-image), in the public domain or CC0;
nothing is downloaded.
"""
import argparse
import importlib.util
import json
import os
import random
import struct
import sys
import tempfile
from pathlib import Path

PHOTOGRAPHS = {"astronaut": "astronaut.png", "brick": "brick.png", "camera": "camera.png", "cell": "cell.png",
               "chelsea": "chelsea.png", "clock": "clock_motion.png", "coffee": "coffee.png", "grass": "grass.png",
               "gravel": "gravel.png", "hubble": "hubble_deep_field.jpg", "retina": "retina.jpg", "rocket": "rocket.jpg"}


def photographs(folder=None):
    """{name: (H,W,3) uint8}"""
    import numpy
    from PIL import Image
    if folder is None:
        package = importlib.util.find_spec("skimage")
        if package is None:
            sys.exit("expected scikit-image, whose package holds the photographs: pip install scikit-image, or --from FOLDER")
        folder = Path(package.submodule_search_locations[0]) / "data"
    missing = [file for file in PHOTOGRAPHS.values() if not (Path(folder) / file).is_file()]
    if missing:
        sys.exit(f"{folder}: expected {', '.join(missing)}, found none")
    return {name: numpy.asarray(Image.open(Path(folder) / file).convert("RGB")) for name, file in PHOTOGRAPHS.items()}


def halves(picture):
    """Left and right, at scale 1 and 1/2: {"train": [whole, half], "test": [whole, half]}."""
    middle = picture.shape[1] // 2

    def scales(part):
        h, w = part.shape[0] // 2 * 2, part.shape[1] // 2 * 2
        smaller = part[:h, :w].reshape(h // 2, 2, w // 2, 2, 3).astype("f8").mean((1, 3))
        return [part, (smaller + 0.5).astype("u1")]

    return {"train": scales(picture[:, :middle]), "test": scales(picture[:, middle:])}


def patches(pictures, part, n, size, seed, grey):
    """(12 n, C, size, size) uint8 and labels: one of each class in turn, scale 1 and 1/2 in turn."""
    import numpy
    images, labels = [], []
    draw = random.Random(f"{part} {seed}").random  # the one stream of numbers that Python promises to keep
    scales = [halves(picture)[part] for picture in pictures.values()]
    for i in range(n):
        for label, of in enumerate(scales):
            source = of[i % 2]
            if min(source.shape[:2]) < size:
                sys.exit(f"--size {size}: expected at most {min(min(s.shape[:2]) for two in scales for s in two)}")
            y, x = (int(draw() * (extent - size + 1)) for extent in source.shape[:2])
            patch = source[y:y + size, x:x + size].transpose(2, 0, 1)
            if grey:
                weights = numpy.array([0.299, 0.587, 0.114])[:, None, None]
                patch = ((patch * weights).sum(0, keepdims=True) + 0.5).astype("u1")
            images.append(patch)
            labels.append(label)
    return numpy.stack(images), numpy.array(labels, dtype="<i8")


def write(path, data):
    """Complete or not at all."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
        os.fchmod(file.fileno(), 0o644)
    os.replace(file.name, path)


def safetensors(images, labels, classes):
    n = images.nbytes
    header = json.dumps({"__metadata__": {"classes": ",".join(classes)},
                         "images": {"dtype": "U8", "shape": images.shape, "data_offsets": [0, n]},
                         "labels": {"dtype": "I64", "shape": labels.shape, "data_offsets": [n, n + labels.nbytes]}}).encode()
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header + images.tobytes() + labels.tobytes()


def main(words=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=Path, help="to write into")
    parser.add_argument("--train", type=int, default=400, metavar="N", help="patches of each class (400)")
    parser.add_argument("--test", type=int, default=100, metavar="N", help="patches of each class (100)")
    parser.add_argument("--size", type=int, default=32, metavar="PIXELS", help="side of a patch (32)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--grey", action="store_true", help="one channel in place of three")
    parser.add_argument("--from", dest="photographs", type=Path, metavar="FOLDER", help="of the photographs, in place of scikit-image's")
    asked = parser.parse_args(words)
    if min(asked.train, asked.test, asked.size) < 1 or asked.seed < 0:
        parser.error("expected positive numbers of patches and pixels, and a seed of at least 0")
    pictures = photographs(asked.photographs)
    asked.folder.mkdir(parents=True, exist_ok=True)
    for part, n in (("train", asked.train), ("test", asked.test)):
        images, labels = patches(pictures, part, n, asked.size, asked.seed, asked.grey)
        write(asked.folder / f"{part}.safetensors", safetensors(images, labels, pictures))
        if part == "train":
            shares = images / 255
            mean, std = ([round(float(number), 4) for number in of((0, 2, 3))] for of in (shares.mean, shares.std))
    study = {"data_name": "natural_patches", "data_path": str(asked.folder), "normalize": [mean, std]}
    write(asked.folder / "study.json", (json.dumps(study, indent=2) + "\n").encode())
    print(f"{asked.folder}: {12 * asked.train} patches for training, {12 * asked.test} for tests, mean {mean}, std {std}")


if __name__ == "__main__":
    main()
