"""Images that need no download, for `smoke` where Fashion-MNIST is not there and for tests: gratings of ten orientations, in the files of
MNIST."""
import struct

import numpy as np

from .study import write

CLASSES = 10


def gratings(n, side, seed):
    """[n, side, side] of bytes, and their classes: the k-th orientation, at a random phase, with noise."""
    draw = np.random.default_rng(seed)
    labels = np.arange(n) % CLASSES
    angle, phase = np.pi * labels / CLASSES, draw.uniform(0, 2 * np.pi, n)
    y, x = np.mgrid[:side, :side]
    along = np.cos(angle)[:, None, None] * x + np.sin(angle)[:, None, None] * y
    pixels = 128 + 80 * np.sin(2 * np.pi * along / 4 + phase[:, None, None]) + draw.normal(0, 15, (n, side, side))
    return np.clip(pixels, 0, 255).astype(np.uint8), labels.astype(np.uint8)


def write_images(folder, n_train=400, n_test=100, side=12):
    for name, n, seed in (("train", n_train, 1), ("t10k", n_test, 2)):
        pixels, labels = gratings(n, side, seed)
        write(folder / f"{name}-images-idx3-ubyte", struct.pack(">4I", 0x803, n, side, side) + pixels.tobytes())
        write(folder / f"{name}-labels-idx1-ubyte", struct.pack(">2I", 0x801, n) + labels.tobytes())
