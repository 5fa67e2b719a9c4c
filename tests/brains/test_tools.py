"""Natural patches (tools/dynvision_patches.py) and NWB files (tools/dynvision_nwb.py)."""
import importlib.util
import json
import struct
import subprocess
import sys
import unittest

import numpy

import program
from recorded import Recorded


def has(package):
    return importlib.util.find_spec(package) is not None


def script(name, *words, cwd):
    command = [sys.executable, program.SOURCE / "tools" / name, *words]
    return subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True)


@unittest.skipIf(not has("skimage"), "scikit-image is not installed")
class Patches(program.Case):
    def cut(self, *words, folder="patches"):
        done = script("dynvision_patches.py", folder, "--train", "6", "--test", "4", *words, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {part: self.read(self.folder / folder / f"{part}.safetensors") for part in ("train", "test")}

    def read(self, path):
        data = path.read_bytes()
        n = struct.unpack("<Q", data[:8])[0]
        header = json.loads(data[8:8 + n])
        found = {"classes": header["__metadata__"]["classes"].split(",")}
        for name, dtype in (("images", "u1"), ("labels", "<i8")):
            begin, end = (8 + n + at for at in header[name]["data_offsets"])
            found[name] = numpy.frombuffer(data[begin:end], dtype).reshape(header[name]["shape"])
        return found

    def test_they_are_cut_from_halves_of_the_photographs(self):
        import dynvision_patches
        cut = self.cut()
        pictures = dynvision_patches.photographs()
        self.assertEqual(cut["train"]["classes"], list(pictures))
        for part, n in (("train", 6), ("test", 4)):
            images, labels = cut[part]["images"], cut[part]["labels"]
            self.assertEqual(images.shape, (12 * n, 3, 32, 32))
            self.assertEqual(labels.tolist(), list(range(12)) * n)
            for i in (1, 15):   # somewhere in the right half of the right photograph, at the right scale
                source = dynvision_patches.halves(list(pictures.values())[labels[i]])[part][i // 12 % 2]
                windows = numpy.lib.stride_tricks.sliding_window_view(source, (32, 32), (0, 1))
                self.assertTrue((windows == images[i]).all((2, 3, 4)).any(), (part, i))
        whole = pictures["coffee"]
        left, right = (dynvision_patches.halves(whole)[part][0] for part in ("train", "test"))
        numpy.testing.assert_array_equal(numpy.concatenate([left, right], 1), whole)
        # What photographs have: neighbours are alike, classes differ.
        pixels = cut["train"]["images"].astype("f8")
        self.assertGreater(numpy.corrcoef(pixels[..., :-1].ravel(), pixels[..., 1:].ravel())[0, 1], 0.9)
        means = [pixels[cut["train"]["labels"] == k].mean() for k in range(12)]
        self.assertGreater(numpy.std(means), 20)

    def test_the_same_seed_cuts_the_same(self):
        first, again, other = self.cut(), self.cut(folder="again"), self.cut("--seed", "1", folder="other")
        for part in first:
            numpy.testing.assert_array_equal(first[part]["images"], again[part]["images"])
            self.assertFalse((first[part]["images"] == other[part]["images"]).all())
        grey = self.cut("--grey", "--size", "16", folder="grey")
        self.assertEqual(grey["train"]["images"].shape, (72, 1, 16, 16))

    def test_the_program_trains_on_them(self):
        self.cut("--size", "16", "--grey")
        self.dynvision("train", "--config", "patches/study.json", "--model_name", "DyRCNNx2", "--epochs", 1, "--n_timesteps", 3,
                       "--train_ratio", 0.8, "--t_recurrence", 2, "--batch_size", 16, "--accumulate_grad_batches", 1)
        classes = json.loads((self.folder / "runs/latest/run.json").read_text())["classes"]
        self.assertEqual(len(classes), 12)
        self.assertEqual(json.loads((self.folder / "runs/latest/config.json").read_text())["model"]["input_dims"], [1, 16, 16])

    def test_refusals(self):
        for words, text in ((["x", "--size", "400"], "expected at most"), (["x", "--train", "0"], "positive numbers"),
                            (["x", "--from", "."], "astronaut.png")):
            done = script("dynvision_patches.py", *words, cwd=self.folder)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(text, done.stderr)


class Nwb(Recorded):
    def test_what_is_written_is_read_by_pynwb(self):
        if not has("pynwb"):
            self.skipTest("pynwb is not installed")
        from pynwb import NWBHDF5IO
        data = self.record("--layer", "layer2", "--bins", "10:20", "0:10", "--n_timesteps", "10", "--n-neuroids", "30", "--region", "V4")
        done = script("dynvision_nwb.py", "out.npz", "out.nwb", "--pause", "0.25", cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        with NWBHDF5IO(self.folder / "out.nwb", "r") as io:
            file = io.read()
            trials, model = file.trials.to_dataframe(), file.processing["model"]
            self.assertEqual(trials["stimulus_id"].tolist(), data["stimulus_id"].tolist())
            numpy.testing.assert_allclose(numpy.diff(trials["start_time"]), 0.1 + 0.25)   # shown for 100 ms
            series, neuroids = model["responses"], model["neuroids"].to_dataframe()
            rows = series.data[:].reshape(self.N, 2, 30)   # bins in the order of time
            numpy.testing.assert_array_equal(rows[:, 1], data["responses"][:, :, 0])
            numpy.testing.assert_array_equal(rows[:, 0], data["responses"][:, :, 1])
            times = series.timestamps[:]
            self.assertTrue((numpy.diff(times) > 0).all())
            numpy.testing.assert_allclose(times[1::2], trials["start_time"] + 0.01)
            self.assertEqual(neuroids["neuroid_id"].tolist(), data["neuroid_id"].tolist())
            self.assertEqual(set(neuroids["region"]), {"V4"})
        before = self.names()
        numpy.savez(self.folder / "bad.npz", **{name: value for name, value in data.items() if name != "layer"})
        data["responses"][3, 4, 0] = numpy.nan
        numpy.savez(self.folder / "nan.npz", **data)
        for name, text in (("bad.npz", "expected the arrays layer"), ("nan.npz", data["neuroid_id"][4]), ("stimuli.csv", "NPZ")):
            done = script("dynvision_nwb.py", name, "none.nwb", cwd=self.folder)
            self.assertEqual(done.returncode, 1)
            self.assertIn(text, done.stderr)
        self.assertEqual(sorted(set(self.names()) - set(before)), ["bad.npz", "nan.npz"])


if __name__ == "__main__":
    unittest.main()
