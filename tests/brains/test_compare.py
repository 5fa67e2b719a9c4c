"""dynvision compare: a recording of the program beside data of neurons, and answers beside those of observers."""
import csv
import json
import unittest

import numpy

from recorded import Recorded


def ranks(x):
    return numpy.argsort(numpy.argsort(x))


class Compare(Recorded):
    def test_recordings(self):
        data = self.record("--layer", "layer1", "layer2", "--bins", "0:8", "2:4", "--n-neuroids", "40", output="model.npz")
        draw = numpy.random.default_rng(2)
        neurons = draw.normal(size=(self.N, 12)) + data["responses"][:, 40:52, 0]
        order = draw.permutation(self.N)
        numpy.savez(self.folder / "neurons.npz", responses=neurons[order], stimulus_id=data["stimulus_id"][order])
        with open(self.folder / "neurons.csv", "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["stimulus_id", *(f"n{u}" for u in range(12))])
            writer.writerows([name, *map(repr, map(float, row))] for name, row in zip(data["stimulus_id"], neurons))
        outcome = self.dynvision("compare", "model.npz", "neurons.npz", "--output", "table.csv")
        by_table = self.dynvision("compare", "model.npz", "neurons.csv", "--json").json()["rows"]
        with open(self.folder / "table.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertIn(rows[0]["rsa"], outcome.out)
        self.assertEqual([(row["layer"], row["model_bin_start"], row["n_stimuli"]) for row in rows],
                         [(layer, start, str(self.N)) for layer in ("layer1", "layer2") for start in ("0", "2")])
        upper = numpy.triu_indices(self.N, 1)
        for k, row in enumerate(rows):
            x, y = data["responses"][:, 40 * (k // 2):40 * (k // 2) + 40, k % 2].astype("f8"), neurons
            rsa = numpy.corrcoef(ranks((1 - numpy.corrcoef(x))[upper]), ranks((1 - numpy.corrcoef(y))[upper]))[0, 1]
            self.assertAlmostEqual(float(row["rsa"]), rsa, 6)
            x, y = x - x.mean(0), y - y.mean(0)
            norm = numpy.linalg.norm
            self.assertAlmostEqual(float(row["cka"]), norm(y.T @ x) ** 2 / norm(x.T @ x) / norm(y.T @ y), 6)
            self.assertAlmostEqual(float(by_table[k]["rsa"]), rsa, 6)

    def test_several_recordings_have_a_ceiling(self):
        data = self.record("--layer", "layer1", "--bins", "0:8", "--n-neuroids", "20", output="model.npz")
        draw, upper = numpy.random.default_rng(4), numpy.triu_indices(self.N, 1)
        files, distances = [], []
        for animal in range(3):
            neurons = draw.normal(size=(self.N, 9 + animal)) + data["responses"][:, :9 + animal, 0]
            files.append(f"animal{animal}.npz")
            numpy.savez(self.folder / files[-1], responses=neurons, stimulus_id=data["stimulus_id"])
            distances.append(ranks((1 - numpy.corrcoef(neurons))[upper]))
        rows = self.dynvision("compare", "model.npz", *files, "--json").json()["rows"]
        self.assertEqual([row["observed"] for row in rows], files)
        agreement = lambda x, y: numpy.corrcoef(ranks(x), ranks(y))[0, 1]
        with_all = numpy.mean([agreement(sum(distances), one) for one in distances])
        with_others = numpy.mean([agreement(sum(distances) - one, one) for one in distances])
        for row in rows:
            self.assertAlmostEqual(float(row["ceiling_upper"]), with_all, 2)  # ranks of sums that are equal
            self.assertAlmostEqual(float(row["ceiling_lower"]), with_others, 2)
        alone = self.dynvision("compare", "model.npz", files[0], "--json").json()["rows"][0]
        self.assertEqual((alone["rsa"], alone["ceiling_upper"]), (rows[0]["rsa"], "nan"))

    def test_answers(self):
        def table(name, shifts):
            with open(self.folder / name, "w", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(["x", "k", "n", "condition"])
                for condition, alpha in shifts.items():
                    for x in (.1, .2, .3, .4, .5, .6, .8, 1.):
                        p = .1 + .88 * (1 - numpy.exp(-(x / alpha) ** 3))
                        writer.writerow([x, round(1000 * p), 1000, condition])
        table("people.csv", {"gaussian": .3, "uniform": .4, "poisson": .6})
        table("model.csv", {"gaussian": .5, "uniform": .7, "poisson": .6, "other": .5})
        found = self.dynvision("compare", "model.csv", "people.csv", "--chance", "0.1", "--json").json()
        self.assertEqual([row["condition"] for row in found["rows"]], ["gaussian", "uniform", "poisson"])
        for row, alpha in zip(found["rows"], (.3, .4, .6)):
            self.assertAlmostEqual(float(row["threshold_observed"]), alpha * numpy.log(2) ** (1 / 3), 2)
        self.assertAlmostEqual(found["spearman"], .5)
        self.assertAlmostEqual(found["mean_difference"], (.2 + .3 + 0) / 3 * numpy.log(2) ** (1 / 3), 2)

    def test_refusals(self):
        self.record("--layer", "layer1", "--bins", "0:8", "--over-space", output="model.npz")
        (self.folder / "answers.csv").write_text("x,k,n,condition\n.1,3,4,a\n")
        (self.folder / "few.csv").write_text("x,k,n\n.1,3,4\n")
        (self.folder / "nan.csv").write_text("stimulus_id,n1\nid 1,2\nid 2,nan\n")
        (self.folder / "strange.csv").write_text("stimulus_id,n1\nid 1,2\nx,3\n")
        for number, text, *words in (("program.177", "or recordings", "model.npz", "answers.csv"),
                                     ("program.177", "several tables", "answers.csv", "answers.csv", "answers.csv"),
                                     ("experiments.166", "columns condition", "answers.csv", "few.csv"),
                                     ("experiments.167", 'column "n1", row 2', "model.npz", "nan.csv"),
                                     ("experiments.168", "at least 4 stimuli", "model.npz", "strange.csv"),
                                     ("program.176", "weibull | logistic", "answers.csv", "answers.csv", "--sigmoid", "probit"),
                                     ("program.176", "below 1", "answers.csv", "answers.csv", "--chance", "2")):
            outcome = self.dynvision("compare", *words, status=None)
            self.assertIn(f"dynvision.{number}]", outcome.err)
            self.assertIn(text, outcome.err)


if __name__ == "__main__":
    unittest.main()
