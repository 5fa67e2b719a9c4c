"""A trained run of dynvision as a Brain-Score model, by `dynvision record` (docs/how-to/compare-with-recordings.md)."""
import csv, json, subprocess, tempfile
from pathlib import Path
import numpy as np
class DynvisionModel:
    def __init__(self, run, identifier=None, visual_degrees=8, layers=None, readout="outputs", task_bin=(90, 100),
                 assemblies=None, program="dynvision", options=()):
        if assemblies is None:
            from brainscore_core.supported_data_standards.brainio import assemblies
        self.run, self.readout, self.task_bin, self.assemblies = Path(run), readout, task_bin, assemblies
        self.identifier, self.visual_degrees = identifier or f"dynvision-{self.run.resolve().name}", lambda: visual_degrees
        self.layers, self.words, self.judge = layers or {}, [program, "record", self.run, *options], None

    def start_recording(self, recording_target, time_bins=((70, 170),)):
        self.judge, self.target, self.bins = None, str(getattr(recording_target, "value", recording_target)), time_bins

    def start_task(self, task, fitting_stimuli=None):
        task, self.judge = str(getattr(task, "value", task)), None
        if task == "label":
            classes = json.loads((self.run / "run.json").read_text())["classes"]
            labels = classes if isinstance(fitting_stimuli, str) else [str(label) for label in fitting_stimuli]
            if set(labels) - set(classes) or (isinstance(fitting_stimuli, str) and len(classes) != 1000):
                raise ValueError(f"label {fitting_stimuli!r}: the model's {len(classes)} classes are {', '.join(classes)}")
            at = [classes.index(label) for label in labels]
            self.judge = "outputs", ("choice", ["label"]), lambda seen: np.array(labels)[seen[:, at].argmax(1)][:, None]
        elif task == "probabilities":
            from sklearn import linear_model, pipeline, preprocessing
            regression = linear_model.LogisticRegression(C=1e-3, max_iter=10000)  # multinomial, with Brain-Score's own C
            seen = self._record(fitting_stimuli, self.readout, [self.task_bin])["responses"][:, :, 0]
            fit = pipeline.make_pipeline(preprocessing.StandardScaler(), regression).fit(seen, fitting_stimuli["image_label"])
            self.judge = self.readout, ("choice", fit.classes_), fit.predict_proba
        elif task != "passive":
            raise NotImplementedError(f"task {task!r}: expected passive, label or probabilities")

    def look_at(self, stimuli, number_of_trials=1):  # a recording repeats itself: one trial stands for all
        coords = {name: ("presentation", list(stimuli[name])) for name in getattr(stimuli, "columns", [])}
        coords = coords or {name: ("presentation", [str(path) for path in stimuli]) for name in ("stimulus_id", "stimulus_path")}
        if self.judge:
            layer, coords["choice"], judge = self.judge
            values = judge(self._record(stimuli, layer, [self.task_bin])["responses"][:, :, 0])
            return self.assemblies.BehavioralAssembly(values, coords=coords, dims=("presentation", "choice"))
        data = self._record(stimuli, self.layers.get(self.target, self.target), self.bins, "--region", self.target)
        coords |= {name: ("neuroid", data[name]) for name in ("neuroid_id", "layer", "region", "channel", "y", "x")}
        coords |= {name: ("time_bin", data[name]) for name in ("time_bin_start", "time_bin_end")}
        all = self.assemblies.NeuroidAssembly(data["responses"], coords=coords, dims=("presentation", "neuroid", "time_bin"))
        return all.squeeze("time_bin") if len(self.bins) == 1 else all

    def _record(self, stimuli, layer, bins, *words):
        names = stimuli["stimulus_id"] if hasattr(stimuli, "get_stimulus") else stimuli
        paths = [Path(getattr(stimuli, "get_stimulus", Path)(name)).resolve() for name in names]
        with tempfile.TemporaryDirectory() as folder:
            with open(f"{folder}/stimuli.csv", "w", newline="") as file:
                csv.writer(file).writerows([("stimulus_id", "path"), *zip(names, paths)])
            words = [*self.words, f"{folder}/stimuli.csv", "--output", f"{folder}/recording.npz", "--layer", layer, *words,
                     "--bins", *(f"{start}:{end}" for start, end in bins), "--long-enough",
                     "--identifier", self.identifier, "--visual-degrees", self.visual_degrees()]
            done = subprocess.run([str(word) for word in words], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
            if done.returncode:
                raise RuntimeError(done.stderr.strip())
            return dict(np.load(f"{folder}/recording.npz"))
