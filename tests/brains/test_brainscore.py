"""The adapter for Brain-Score, with a stand-in for its assemblies, and with its own classes where they are installed."""
import types
import unittest

import numpy

import program
from recorded import Recorded

try:
    import xarray
except ImportError:
    xarray = None
try:
    from brainscore_core.supported_data_standards.brainio import assemblies as own_assemblies
except ImportError:
    own_assemblies = None


def stand_in():
    """As Brain-Score's: arrays whose coordinates of an axis become one index of several levels."""
    class Assembly(xarray.DataArray):
        __slots__ = ()

        def __init__(self, *args, **kwargs):
            if "coords" in kwargs and isinstance(kwargs["coords"], dict):
                plain = xarray.DataArray(*args, **kwargs)
                levels = {dim: [name for name, of in plain.coords.items() if of.dims == (dim,) and name != dim]
                          for dim in plain.dims}
                args, kwargs = [plain.set_index({dim: names for dim, names in levels.items() if names}, append=True)], {}
            super().__init__(*args, **kwargs)

    class NeuroidAssembly(Assembly):
        __slots__ = ()

    class BehavioralAssembly(Assembly):
        __slots__ = ()

    return types.SimpleNamespace(NeuroidAssembly=NeuroidAssembly, BehavioralAssembly=BehavioralAssembly)


class StimulusSet:
    """A table with columns, and the file of each stimulus, as Brain-Score's."""
    def __init__(self, rows, folder):
        self.rows, self.folder, self.columns = rows, folder, [name for name in rows[0] if name != "path"]

    def __getitem__(self, column):
        return [row[column] for row in self.rows]

    def get_stimulus(self, stimulus_id):
        return self.folder / next(row["path"] for row in self.rows if row["stimulus_id"] == stimulus_id)


@unittest.skipIf(xarray is None, "xarray is not installed")
class Adapter(Recorded):
    def setUp(self):
        super().setUp()
        from dynvision_brainscore import DynvisionModel
        self.assemblies = stand_in()
        self.make = lambda **how: DynvisionModel(self.folder / "run", program=program.PROGRAM, assemblies=self.assemblies, **how)
        self.stimuli = StimulusSet(self.rows, self.folder)

    def test_dims_and_coordinates(self):
        model = self.make(layers={"IT": "layer2", "V1": "layer1"}, visual_degrees=5, identifier="mine")
        self.assertEqual((model.identifier, model.visual_degrees()), ("mine", 5))
        model.start_recording("IT", time_bins=[(0, 10), (10, 30)])
        seen = model.look_at(self.stimuli, number_of_trials=3)
        self.assertIsInstance(seen, self.assemblies.NeuroidAssembly)
        self.assertEqual(seen.dims, ("presentation", "neuroid", "time_bin"))
        self.assertEqual(list(seen.indexes["time_bin"].names), ["time_bin_start", "time_bin_end"])
        self.assertEqual(seen["stimulus_id"].values.tolist(), [row["stimulus_id"] for row in self.rows])
        self.assertEqual(seen["image_label"].values.tolist(), [row["image_label"] for row in self.rows])
        for name in ("neuroid_id", "layer", "region", "channel", "y", "x"):
            self.assertEqual(seen[name].dims, ("neuroid",))
        self.assertEqual(set(seen["region"].values), {"IT"})
        numbers = self.record("--layer", "layer2", "--bins", "0:10", "10:30", "--n_timesteps", "15")
        numpy.testing.assert_allclose(seen.values, numbers["responses"], atol=1e-6)
        numpy.testing.assert_array_equal(model.look_at(self.stimuli).values, seen.values)

        model.start_recording("V1", time_bins=[(0, 8)])
        one = model.look_at(self.stimuli)
        self.assertEqual(one.dims, ("presentation", "neuroid"))
        self.assertEqual(set(one["layer"].values), {"layer1"})
        paths = [self.folder / row["path"] for row in self.rows]
        by_path = model.look_at(paths)
        self.assertEqual(by_path["stimulus_id"].values.tolist(), [str(path) for path in paths])
        numpy.testing.assert_array_equal(by_path.values, one.values)

    def test_tasks(self):
        model = self.make(task_bin=(6, 8))
        model.start_task("label", ["2", "0"])
        answers = model.look_at(self.stimuli)
        self.assertIsInstance(answers, self.assemblies.BehavioralAssembly)
        self.assertEqual(answers.dims, ("presentation", "choice"))
        logits = self.record("--layer", "outputs", "--bins", "6:8")["responses"][..., 0]
        wanted = ["2" if row[2] >= row[0] else "0" for row in logits]
        self.assertEqual(answers.values[:, 0].tolist(), wanted)
        for labels in (["2", "cat"], "imagenet"):
            with self.assertRaisesRegex(ValueError, "classes are 0, 1, 2, 3"):
                model.start_task("label", labels)
        with self.assertRaisesRegex(NotImplementedError, "odd_one_out"):
            model.start_task("odd_one_out")
        model.start_task("passive")

    def test_probabilities(self):
        try:
            import sklearn  # noqa: F401
        except ImportError:
            self.skipTest("scikit-learn is not installed")
        model = self.make(task_bin=(6, 8), readout="layer2")
        model.start_task("probabilities", self.stimuli)
        chances = model.look_at(self.stimuli)
        self.assertEqual(chances.dims, ("presentation", "choice"))
        self.assertEqual(chances["choice"].values.tolist(), ["a", "b"])
        numpy.testing.assert_allclose(chances.values.sum(1), 1)

    def test_what_the_program_says_is_said(self):
        model = self.make()
        model.start_recording("V4", time_bins=[(0, 8)])
        with self.assertRaisesRegex(RuntimeError, "experiments.160.*layer1"):
            model.look_at(self.stimuli)

    def test_it_is_short(self):
        text = (program.SOURCE / "tools/dynvision_brainscore.py").read_text()
        self.assertLessEqual(len(text.splitlines()), 60)

    @unittest.skipIf(own_assemblies is None, "Brain-Score (brainscore-core) is not installed")
    def test_brainscores_own_classes(self):
        self.assemblies = own_assemblies
        model = self.make(layers={"IT": "layer2"})
        model.start_recording("IT", time_bins=[(0, 10), (10, 30)])
        seen = model.look_at(self.stimuli)
        self.assertIsInstance(seen, own_assemblies.NeuroidAssembly)
        self.assertEqual(seen.sel(stimulus_id=self.rows[2]["stimulus_id"]).shape[-1], 2)
        model.start_recording("IT", time_bins=[(0, 8)])
        self.assertEqual(model.look_at(self.stimuli).dims, ("presentation", "neuroid"))


if __name__ == "__main__":
    unittest.main()
