#!/usr/bin/env python3
"""What a training leaves, read by Python: event files by TensorBoard, metrics.csv, log.jsonl, the figure.

    read.py WRITE        WRITE FOLDER trains (write.cpp)
"""
import csv
import json
import math
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def rows_of(folder):
    with open(folder / "metrics.csv", newline="") as file:
        return [{name: float(text) for name, text in row.items()} for row in csv.DictReader(file)]


def pixels(png):
    """(channels, rows of bytes) of a PNG file without interlacing or filters; checks every chunk."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(png):
        length, = struct.unpack(">I", png[at:at + 4])
        kind, data = png[at + 4:at + 8], png[at + 8:at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length:at + 12 + length])[0] == zlib.crc32(kind + data)
        chunks[kind] = data
        at += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    channels = {0: 1, 2: 3}[colour]
    raw = zlib.decompress(chunks[b"IDAT"])
    assert depth == 8 and len(raw) == height * (1 + width * channels)
    rows = [raw[i * (1 + width * channels):(i + 1) * (1 + width * channels)] for i in range(height)]
    assert all(row[0] == 0 for row in rows)
    return channels, [list(row[1:]) for row in rows]


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.argv[1], name], check=True)
        rows = rows_of(folder)
        assert list(rows[0])[:8] == ["epoch", "step", "images", "seconds", "learning_rate", "train_loss", "train_accuracy",
                                     "gradient_norm"], list(rows[0])
        assert {"val_loss", "val_accuracy", "loss/CrossEntropyLoss", "params/toy.weight_norm"} <= set(rows[0])
        assert [row["step"] for row in rows] == list(range(1, 16)), "the rows after the checkpoint are replaced, none is lost"
        assert rows[-1]["epoch"] == 3 and not math.isnan(rows[-1]["val_loss"]) and math.isnan(rows[0]["val_loss"])

        events = EventAccumulator(str(folder / "tensorboard"), size_guidance={"scalars": 0, "histograms": 0, "images": 0})
        events.Reload()
        assert len(list((folder / "tensorboard").iterdir())) == 2, "one file for each start"
        tags = events.Tags()
        for column in rows[0]:
            if column in ("step", "seconds", "memory_mb", "peak_memory_mb"):
                continue
            expected = {int(row["step"]): row[column] for row in rows if math.isfinite(row[column])}
            if not expected:
                continue
            assert column in tags["scalars"], column
            found = events.Scalars(column)
            assert [event.step for event in found] == list(expected), column
            for event in found:
                assert math.isclose(event.value, expected[event.step], rel_tol=1e-6, abs_tol=1e-12), (column, event)

        weights = events.Histograms("params/toy.weight_hist")
        assert [event.step for event in weights] == [5, 10, 15]
        for event in weights:
            h = event.histogram_value
            assert sum(h.bucket) == h.num == 16 and h.min <= h.max == h.bucket_limit[-1]
            norm = next(row["params/toy.weight_norm"] for row in rows if row["step"] == event.step)
            assert h.sum_squares > 0 and norm > 0
        responses = events.Histograms("responses/toy_hist")
        assert [event.step for event in responses] == [5, 10, 15]
        assert all(event.histogram_value.num == 2 * 8 * 4 for event in responses), "two steps with a response, 8 images, 4 units"
        image = events.Images("filters/toy.conv.weight")[0]
        channels, found = pixels(image.encoded_image_string)
        assert (image.height, image.width, channels) == (6, 6, 1)
        assert found[:3] == [[0, 85, 0, 0, 85, 0], [170, 255, 0, 170, 255, 0], [0] * 6] and found[3][:2] == [0, 85]

        lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
        assert [line["event"] for line in lines].count("epoch") == 3 and lines[0]["level"] == "info"
        assert lines[0]["event"] == "start" and lines[-1]["event"] == "end"
        ElementTree.parse(folder / "training.svg")
        print(f"{len(rows)} rows, {len(tags['scalars'])} scalars, {len(tags['histograms'])} histograms, {len(tags['images'])} images: read back")


if __name__ == "__main__":
    main()
