"""dynvision record: what is in the file, that its numbers are means of steps, and what is refused."""
import json
import unittest

import numpy
from PIL import Image

from recorded import Recorded


class Record(Recorded):
    def test_what_is_in_the_file(self):
        data = self.record("--layer", "layer2", "layer1", "--bins", "0:10", "7:13", "--n_timesteps", "20", "--region", "IT",
                           "--identifier", "naïve", "--visual-degrees", "5", "--onset-offset", "0", "--presentation", "10")
        n_units = 36 * 8 * 8 + data["layer"].tolist().count("layer2")
        self.assertEqual(data["responses"].shape, (self.N, n_units, 2))
        self.assertEqual(data["responses"].dtype, numpy.float32)
        self.assertEqual(data["stimulus_id"].tolist(), [row["stimulus_id"] for row in self.rows])
        self.assertEqual(data["time_bin_start"].tolist(), [0, 7])
        self.assertEqual(data["time_bin_end"].tolist(), [10, 13])
        self.assertEqual(data["layer"][0], "layer2")
        self.assertEqual(set(data["region"]), {"IT"})
        at = data["neuroid_id"].tolist().index("layer1.c012.y03.x05")
        self.assertEqual([int(data[name][at]) for name in ("channel", "y", "x")], [12, 3, 5])
        self.assertEqual(len(set(data["neuroid_id"])), n_units)
        self.assertEqual(str(data["identifier"]), "naïve")
        numbers = {"visual_degrees": 5, "dt_ms": 2, "presentation_ms": 10, "ms_per_model_ms": 1, "onset_offset_ms": 0}
        self.assertEqual({name: float(data[name]) for name in numbers}, numbers)

    def test_bins_are_means_of_steps(self):
        words = ["--layer", "layer1", "outputs", "--n_timesteps", "20"]
        steps = self.record(*words, "--bins", *(f"{2 * t}:{2 * t + 2}" for t in range(20)))["responses"]
        bins = [(0, 10), (7, 13), (5, 25), (31.5, 40), (4.25, 4.5)]
        binned = self.record(*words, "--bins", *(f"{a}:{b}" for a, b in bins))["responses"]
        for k, (a, b) in enumerate(bins):
            shares = numpy.clip(numpy.minimum(b, 2 * numpy.arange(20) + 2) - numpy.maximum(a, 2 * numpy.arange(20)), 0, None)
            numpy.testing.assert_allclose(binned[..., k], steps @ (shares / shares.sum()), atol=2e-6)
        self.assertGreater(numpy.ptp(steps[..., 19]), 0)

    def test_it_repeats_itself_in_any_order(self):
        words = ["--layer", "layer2", "--bins", "0:8"]
        once, again = self.record(*words)["responses"], self.record(*words)["responses"]
        numpy.testing.assert_array_equal(once, again)
        self.write_manifest(self.rows[::-1], "reversed.csv")
        numpy.testing.assert_allclose(self.record(*words, manifest="reversed.csv")["responses"][::-1], once, atol=1e-6)
        one_by_one = self.record(*words, "--test_batch_size", "1")["responses"]
        numpy.testing.assert_allclose(one_by_one, once, atol=1e-6)

    def test_units_are_drawn_by_seed_or_averaged(self):
        words = ["--layer", "layer1", "--bins", "0:8"]
        every, some = self.record(*words), self.record(*words, "--n-neuroids", "50", "--neuroid-seed", "4")
        at = [every["neuroid_id"].tolist().index(name) for name in some["neuroid_id"]]
        numpy.testing.assert_array_equal(every["responses"][:, at], some["responses"])
        self.assertEqual(at, sorted(set(at)))
        other = self.record(*words, "--n-neuroids", "50", "--neuroid-seed", "5")
        self.assertNotEqual(some["neuroid_id"].tolist(), other["neuroid_id"].tolist())
        channels = self.record(*words, "--over-space")
        self.assertEqual(channels["neuroid_id"][1], "layer1.c001")
        places = every["responses"].reshape(self.N, 36, 64, 1)
        numpy.testing.assert_allclose(channels["responses"], places.mean(2), atol=1e-5)

    def test_hdf5_holds_the_same(self):
        words = ["--layer", "layer2", "outputs", "--bins", "0:8", "2:4"]
        npz = self.record(*words)
        outcome = self.record(*words, output="out.h5", status=None)
        if "program.173" in outcome.err:
            self.skipTest("the program was built without HDF5")
        self.assertEqual(outcome.status, 0, outcome.err)
        try:
            import h5py
        except ImportError:
            self.skipTest("h5py is not installed")
        with h5py.File(self.folder / "out.h5") as file:
            for name in file:
                held = file[name].asstr()[:] if file[name].dtype.kind == "S" else file[name][:]
                numpy.testing.assert_array_equal(held, npz[name], name)
            for name, value in file.attrs.items():
                value = value.decode() if isinstance(value, bytes) else value
                self.assertEqual(str(value), str(npz[name]) if isinstance(value, str) else str(numpy.float64(npz[name])))
            self.assertEqual(set(file) | set(file.attrs), set(npz))

    def test_pictures_are_what_other_programs_read(self):
        # At the size of the model nothing is interpolated: a picture and its pixels as an array are the same image.
        draw = numpy.random.default_rng(3)
        pixels = draw.integers(0, 256, (8, 8)).astype("u1")
        Image.fromarray(pixels).save(self.folder / "grey.png")
        Image.fromarray(numpy.stack([pixels] * 3, -1)).save(self.folder / "colour.png")
        numpy.save(self.folder / "pixels.npy", pixels[None])
        seen = [json.loads(self.dynvision("predict", "run", name, "--json").out)[0]["guesses"][0]
                for name in ("grey.png", "colour.png", "pixels.npy")]
        self.assertEqual(seen[0], seen[2])
        self.assertEqual(seen[1]["class"], seen[2]["class"])
        self.assertAlmostEqual(seen[1]["confidence"], seen[2]["confidence"], 5)

    def test_refusals(self):
        layer = ["--layer", "layer1"]
        def refused(number, text, *words, manifest="stimuli.csv", output="out.npz"):
            before = self.names()
            outcome = self.record(*words, manifest=manifest, output=output, status=None)
            self.assertIn(f"dynvision.{number}]", outcome.err)
            self.assertIn(text, outcome.err)
            self.assertNotEqual(outcome.status, 0)
            self.assertEqual(self.names(), before)
        refused("analysis.119", "n_timesteps of at least 85", *layer, "--bins", "70:170")
        refused("program.171", "70:170", *layer)
        refused("program.171", "start and an end", *layer, "--bins", "70-170")
        refused("program.172", ".npz", *layer, "--bins", "0:8", output="out.csv")
        refused("program.175", "expected a number", *layer, "--bins", "0:x")
        refused("program.175", "whole number", *layer, "--bins", "0:8", "--n-neuroids", "-3")
        refused("experiments.160", "layer1 | layer2 | outputs", "--layer", "layer7", "--bins", "0:8")
        refused("experiments.161", "n_neuroids", *layer, "--bins", "0:8", "--n-neuroids", "1000000")
        refused("experiments.162", "expected 4 or 6 ms", *layer, "--bins", "0:8", "--presentation", "5")
        self.write_manifest([{"id": "a", "path": "pictures/1.png"}], "bad.csv")
        refused("program.170", '"stimulus_id" is not there', *layer, "--bins", "0:8", manifest="bad.csv")
        self.write_manifest([{"stimulus_id": "a", "path": ""}], "bad.csv")
        refused("program.170", "row 1", *layer, "--bins", "0:8", manifest="bad.csv")
        self.write_manifest([{"stimulus_id": "a", "path": "stimuli.csv"}], "bad.csv")
        refused("io.291", "another format", *layer, "--bins", "0:8", manifest="bad.csv")
        self.write_manifest([{"stimulus_id": "a", "path": "pictures/none.png"}], "bad.csv")
        refused("io.111", "none.png", *layer, "--bins", "0:8", manifest="bad.csv")
        (self.folder / "pictures/half.png").write_bytes((self.folder / "pictures/1.png").read_bytes()[:90])
        self.write_manifest([self.rows[0], {"stimulus_id": "a", "path": "pictures/half.png", "image_label": "a"}], "bad.csv")
        refused("io.292", "half.png", *layer, "--bins", "0:8", manifest="bad.csv")


if __name__ == "__main__":
    unittest.main()
