"""experiment run: tables beside those that all experiments have, computed once more from what is on disk; memory."""
import csv
import json
import math
import os
import struct
import subprocess

import program

RUN = ("experiment", "run", "--run", "runs/latest")


def table(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def number(cell):
    return float(cell) if cell else math.nan


def tensors(path):
    """{name: (shape, numbers)} of float32 tensors in a safetensors file."""
    data = path.read_bytes()
    length, = struct.unpack("<Q", data[:8])
    found = {}
    for name, about in json.loads(data[8:8 + length]).items():
        if name == "__metadata__":
            continue
        begin, end = about["data_offsets"]
        assert about["dtype"] == "F32"
        found[name] = (about["shape"], struct.unpack(f"<{(end - begin) // 4}f", data[8 + length + begin:8 + length + end]))
    return found


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def solved(matrix, right):
    """x with matrix x = right, by elimination with pivots; right and x are rows."""
    rows = [[*row, *more] for row, more in zip(matrix, right)]
    n = len(rows)
    for i in range(n):
        pivot = max(range(i, n), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for k in range(n):
            if k != i:
                f = rows[k][i] / rows[i][i]
                rows[k] = [a - f * b for a, b in zip(rows[k], rows[i])]
    return [[x / row[i] for x in row[n:]] for i, row in enumerate(rows)]


def ridge_accuracy(train, test, labels, classes, folds=5):
    """Of test patterns, each by the decoder of the training patterns of other folds."""
    seen, fold = {}, []
    for label in labels:
        fold.append(seen.get(label, 0) % folds)
        seen[label] = seen.get(label, 0) + 1
    right = 0
    for k in range(folds):
        inside, held = [i for i, f in enumerate(fold) if f != k], [i for i, f in enumerate(fold) if f == k]
        if not held:
            continue
        middle = [mean(train[i][p] for i in inside) for p in range(len(train[0]))]
        spread = [math.sqrt(mean((train[i][p] - m) ** 2 for i in inside)) or 1.0 for p, m in enumerate(middle)]
        scaled = {name: [[(x - m) / s for x, m, s in zip(source[i], middle, spread)] for i in who]
                  for name, source, who in (("train", train, inside), ("test", test, held))}
        targets = [[1.0 if labels[i] == c else -1.0 for c in range(classes)] for i in inside]
        offset = [mean(row[c] for row in targets) for c in range(classes)]
        gram = [[dot(a, b) + (i == j) for j, b in enumerate(scaled["train"])] for i, a in enumerate(scaled["train"])]
        dual = solved(gram, [[y - o for y, o in zip(row, offset)] for row in targets])
        for i, z in zip(held, scaled["test"]):
            weight = [dot(z, other) for other in scaled["train"]]
            scores = [offset[c] + sum(w * d[c] for w, d in zip(weight, dual)) for c in range(classes)]
            right += scores.index(max(scores)) == labels[i]
    return right / len(labels)


def centred(x):
    middle = [mean(row[p] for row in x) for p in range(len(x[0]))]
    return [[a - m for a, m in zip(row, middle)] for row in x]


def linear_cka(x, y):
    a, b = ([[dot(r, s) for s in z] for r in z] for z in (centred(x), centred(y)))
    product = lambda k, l: sum(dot(r, s) for r, s in zip(k, l))
    return product(a, b) / math.sqrt(product(a, a) * product(b, b))


def hsic1(k, l):
    n = len(k)
    sums_k, sums_l = [sum(row) for row in k], [sum(row) for row in l]
    trace = sum(dot(a, b) for a, b in zip(k, l))
    return (trace + sum(sums_k) * sum(sums_l) / ((n - 1) * (n - 2)) - 2 * dot(sums_k, sums_l) / (n - 2)) / (n * (n - 3))


def debiased_cka(x, y):
    k, l = ([[0.0 if i == j else dot(a, b) for j, b in enumerate(z)] for i, a in enumerate(z)] for z in (x, y))
    return hsic1(k, l) / math.sqrt(hsic1(k, k) * hsic1(l, l))


def pearson(x, y):
    mx, my = mean(x), mean(y)
    a, b = [v - mx for v in x], [v - my for v in y]
    return dot(a, b) / math.sqrt(dot(a, a) * dot(b, b))


def ranks(x):
    order = sorted(x)
    return [order.index(v) + (order.count(v) + 1) / 2 for v in x]


def class_rdm(x, labels, classes):
    means = [[mean(row[p] for row, label in zip(x, labels) if label == c) for p in range(len(x[0]))] for c in range(classes)]
    return [1 - pearson(means[a], means[b]) for a in range(classes) for b in range(a + 1, classes)]


def normalised(contrast, dt, row):
    """Delayed normalisation with the numbers of a row of dn_fit.csv; dt in s."""
    tau1, w, tau2, n, sigma, shift, scale = (float(row[name]) for name in ("tau1_s", "w", "tau2_s", "n", "sigma", "shift_s", "scale"))
    steps = len(contrast)
    t = [(i + 1) * dt for i in range(steps)]

    def unit(values):
        return [v / sum(values) for v in values]

    def causal(x, h):
        return [sum(h[j] * x[i - j] for j in range(i + 1)) for i in range(steps)]

    def late(i):
        place = i - shift / dt
        below = math.floor(place + 1e-9)
        share = max(place - below, 0.0)
        at = lambda k: contrast[k] if 0 <= k < steps else 0.0
        return 0.0 if place < -1e-9 else (1 - share) * at(below) + share * at(below + 1)

    fast, slow = (unit([v / tau * math.exp(-v / tau) for v in t]) for tau in (tau1, 1.5 * tau1))
    linear = causal([late(i) for i in range(steps)], [a - w * b for a, b in zip(fast, slow)])
    pool = causal(linear, unit([math.exp(-v / tau2) for v in t]))
    return [scale * abs(a) ** n / (sigma ** n + abs(b) ** n) for a, b in zip(linear, pool)]


class ExperimentTables(program.Studies):
    def setUp(self):
        super().setUp()
        self.train("--epochs", "1")

    def described(self, folder, *names):
        for name in names:
            about = json.loads((folder / f"{name}.columns.json").read_text())
            self.assertEqual(list(about), list(table(folder / f"{name}.csv")[0]))

    def test_populations_once_more(self):
        """decoding.csv, similarity.csv, rdm.csv and dimensionality.csv, from the features on disk; those from the units."""
        self.dynvision(*RUN, "response", "--images", "16", "--test_batch_size", "6", "--units", "layer1", "--out", "out")
        out, branches = self.folder / "out/response", self.folder / "out/branches/response/0"
        classes, labels = 4, [i % 4 for i in range(16)]
        features = {"layer1": [], "layer2": []}  # by image: (T,P)
        for batch in range(3):
            found = tensors(branches / f"0-{batch}-channels.safetensors")
            units, = tensors(branches / f"0-{batch}-units.safetensors").values()
            for layer, (shape, numbers) in found.items():
                self.assertEqual(shape[1], 60)
                for i in range(shape[0]):
                    features[layer].append([numbers[(i * 60 + t) * shape[2]:(i * 60 + t + 1) * shape[2]] for t in range(60)])
            (n, steps, channels, *places), numbers = units
            size = places[0] * places[1]
            for i, t, c in ((0, 3, 0), (n - 1, 20, 7), (1, 31, channels - 1)):
                first = ((i * steps + t) * channels + c) * size
                self.assertAlmostEqual(features["layer1"][6 * batch + i][t][c], mean(numbers[first:first + size]), places=6)
        at = {layer: {t: [image[t] for image in images] for t in range(60)} for layer, images in features.items()}
        self.assertEqual(len(features["layer1"]), 16)

        decoding = {(row["layer"], int(row["times_index"]), int(row["times_index_other"])): row for row in table(out / "decoding.csv")}
        steps = sorted({t for _, t, _ in decoding})
        self.assertEqual(steps, list(range(0, 60, 3)))
        self.assertEqual(len(decoding), 2 * 20 * 20)
        for layer, t, u in (("layer1", 6, 6), ("layer1", 21, 9), ("layer2", 30, 30), ("layer2", 12, 33)):
            row = decoding[layer, t, u]
            self.assertAlmostEqual(float(row["accuracy"]), ridge_accuracy(at[layer][t], at[layer][u], labels, classes), places=8)
            self.assertEqual((row["n"], row["time_ms"], row["time_ms_other"]), ("16", f"{2 * (t - 1)}", f"{2 * (u - 1)}"))
            self.assertLess(float(row["ci_low"]), float(row["accuracy"]) + 1e-9)
            self.assertGreater(float(row["ci_high"]), float(row["accuracy"]) - 1e-9)
            self.assertEqual(row["chance"] != "", t == u)
            if t == u:
                self.assertAlmostEqual(float(row["chance"]), 0.25, delta=0.06)
                self.assertGreaterEqual(float(row["chance_high"]), float(row["chance"]))
        self.assertGreater(float(decoding["layer1", 30, 30]["accuracy"]), float(decoding["layer1", 30, 30]["chance_high"]))

        similarity = {(row["layer"], row["layer_other"], int(row["times_index"]), int(row["times_index_other"])): row
                      for row in table(out / "similarity.csv")}
        self.assertEqual(len(similarity), 20 * 4 + 2 * 20 * 19)
        for a, b, t, u in (("layer1", "layer2", 30, 30), ("layer2", "layer1", 30, 30), ("layer2", "layer2", 6, 27), ("layer1", "layer1", 9, 9)):
            row, x, y = similarity[a, b, t, u], at[a][t], at[b][u]
            self.assertAlmostEqual(float(row["cka"]), linear_cka(x, y), places=6)
            self.assertAlmostEqual(float(row["debiased"]), debiased_cka(x, y), places=5)
            self.assertAlmostEqual(float(row["rsa"]), pearson(ranks(class_rdm(x, labels, classes)), ranks(class_rdm(y, labels, classes))), places=6)
            self.assertEqual((row["ceiling"], row["n"], row["batch"]), ("", "16", "16"))
        self.assertEqual(similarity["layer1", "layer2", 0, 0]["debiased"], "")  # before the image

        rdm = {(row["layer"], int(row["times_index"]), int(row["label_a"]), int(row["label_b"])): number(row["dissimilarity"])
               for row in table(out / "rdm.csv")}
        self.assertEqual(sorted({t for _, t, _, _ in rdm}), [3, 15, 27, 39, 51])
        for layer in at:
            pairs = [rdm[layer, 27, a, b] for a in range(4) for b in range(a + 1, 4)]
            for found, expected in zip(pairs, class_rdm(at[layer][27], labels, classes)):
                self.assertAlmostEqual(found, expected, places=7)
            self.assertEqual(rdm[layer, 27, 2, 2], 0)
        self.described(out, "decoding", "similarity", "rdm")

        # The same branches, other measures: what is there is not run again, nor is the table of the measures that are not asked for renewed.
        before = {path: path.stat().st_mtime_ns for path in branches.iterdir()}
        written = (out / "decoding.csv").stat().st_mtime_ns
        self.dynvision(*RUN, "response", "--images", "16", "--test_batch_size", "6", "--units", "layer1", "--out", "out", "--measures", "dimensionality")
        self.assertEqual({path: path.stat().st_mtime_ns for path in branches.iterdir()}, before)
        self.assertEqual((out / "decoding.csv").stat().st_mtime_ns, written)
        for row in table(out / "dimensionality.csv"):
            if row["layer"] == "layer1" and row["times_index"] == "24":
                x = centred(at["layer1"][24])
                gram = [[dot(a, b) for b in x] for a in x]
                ratio = sum(gram[i][i] for i in range(16)) ** 2 / sum(dot(a, a) for a in gram)
                self.assertAlmostEqual(float(row["participation_ratio"]), ratio, places=5)
                self.assertGreaterEqual(float(row["n_components_90"]), 1)
        self.described(out, "dimensionality")

        # Other features, other decoder; and none of it.
        self.dynvision(*RUN, "response", "--images", "8", "--out", "pool", "--measures", "decoding", "--features", "pool4", "--decoder", "lda")
        row = table(self.folder / "pool/response/decoding.csv")[0]
        self.assertEqual((row["features"], row["decoder"]), ("pool4", "lda"))
        self.assertFalse((self.folder / "pool/response/similarity.csv").exists())
        pooled = tensors(self.folder / "pool/branches/response/0/0-0-pool4.safetensors")["layer1"][0]
        self.assertEqual(pooled[2] % len(features["layer1"][0][0]), 0)
        self.dynvision(*RUN, "response", "--images", "8", "--out", "none", "--measures", "none")
        self.assertFalse((self.folder / "none/response/decoding.csv").exists())
        self.assertEqual(list((self.folder / "none/branches").rglob("*channels*")), [])

    def test_normalisation_once_more(self):
        """dn_fit.csv: the residuals of its numbers, from the traces of all three experiments."""
        self.dynvision(*RUN, "--experiment", "duration", "contrast", "interval", "--images", "4", "--out", "out")
        out = self.folder / "out"
        fits = {name: table(out / name / "dn_fit.csv") for name in ("duration", "contrast", "interval", "intervalsingle")}
        for name, rows in fits.items():
            self.assertEqual([{**row, "experiment": "", "parameter": ""} for row in rows],
                             [{**row, "experiment": "", "parameter": ""} for row in fits["duration"]])
            self.assertEqual({row["experiment"] for row in rows}, {name})
            self.described(out / name, "dn_fit")
        for row in fits["duration"]:
            courses = {}  # by what is shown: responses
            for name in fits:
                for trace in table(out / name / "traces.csv"):
                    if (trace["layer"], trace["quantity"]) == (row["layer"], "response_avg"):
                        value = (name, trace["condition"], float(trace["parameter_value"]) if name == "contrast" else 1.0)
                        courses.setdefault(value, []).append((trace["shown"] == "1", float(trace["mean"])))
            shown = {}
            for (_, _, contrast), steps in courses.items():
                stimulus = tuple(contrast if is_shown else 0.0 for is_shown, _ in steps)
                first = next(i for i, c in enumerate(stimulus) if c > 0)
                shown.setdefault(stimulus, [r - mean(b for _, b in steps[:first]) for _, r in steps])
            self.assertEqual(int(row["n_conditions"]), len(shown))
            residuals = sum(sum((a - b) ** 2 for a, b in zip(normalised(stimulus, 0.002, row), r)) for stimulus, r in shown.items())
            every = [x for r in shown.values() for x in r]
            total = sum((x - mean(every)) ** 2 for x in every)
            self.assertAlmostEqual(float(row["sse"]) / total, residuals / total, places=5)
            self.assertAlmostEqual(float(row["r2"]), 1 - residuals / total, places=5)
            self.assertLess(float(row["r2_loo"]), float(row["r2"]) + 1e-9)
            for name in ("r2_linear", "r2_undelayed"):  # their limits are not within the bounds: either may be the better one
                self.assertLessEqual(float(row[name]), 1)
            self.assertEqual(row["fitted_to"], "duration+contrast+interval+intervalsingle")

    def test_what_cannot_be_computed(self):
        """By default it is left out, and said; where it is asked for it is refused."""
        done = self.dynvision(*RUN, "duration", "--images", "4", "--out", "out")
        self.assertRegex(done.out, r"left out: normalisation: .*contrast")
        self.assertFalse((self.folder / "out/duration/dn_fit.csv").exists())
        done = self.dynvision(*RUN, "response", "--images", "5", "--out", "out")
        self.assertRegex(done.out, "left out: decoding: .*experiments.171")
        self.assertTrue((self.folder / "out/response/similarity.csv").exists())

        def refused(number, *words):
            done = self.dynvision(*RUN, *words, "--out", "refused", status=None)
            self.assertNotEqual(done.status, 0)
            self.assertIn(f"[dynvision.experiments.{number}]", done.err)
            self.assertFalse((self.folder / "refused").exists())
            return done.err
        self.assertIn("similarity", refused(169, "response", "--measures", "similarities"))
        self.assertIn("pool4", refused(170, "response", "--features", "pool"))
        refused(171, "response", "--measures", "decoding", "--images", "5")
        refused(172, "response", "--measures", "similarity", "--images", "3")
        self.assertIn("contrast", refused(173, "duration", "--measures", "normalisation"))
        self.assertIn("ridge", refused(174, "response", "--decoder", "svm"))
        mine = {"experiments": {"odd": {"measures": ["decodings"], "parameter": "stim", "data_loader": "StimulusDuration",
                                        "data_args": {"dsteps": 4, "intro": 1, "stim": 2, "idle": 0}}}}
        (self.folder / "mine.json").write_text(json.dumps(mine))
        done = self.dynvision(*RUN, "odd", "--config", "mine.json", status=2)
        self.assertIn("[dynvision.config.169]", done.err)
        self.assertIn("did you mean \"decoding\"?", done.err)

    def test_dynamics(self):
        """dynvision dynamics: of a blank and of images, by groups of layers; the network's numbers are those of the worst of them."""
        self.dynvision("dynamics", "runs/latest", "--images", "2", "--lyapunov-steps", "30", "--out", "out")
        rows = table(self.folder / "out/dynamics.csv")
        self.described(self.folder / "out", "dynamics")
        conditions = {}
        for row in rows:
            conditions.setdefault(row["condition"], []).append(row)
        self.assertEqual([name.split("=")[0] for name in conditions], ["blank", "image", "image"])
        for name, (*groups, network) in conditions.items():
            self.assertEqual(network["layer"], "network")
            self.assertEqual({row["converged"] for row in (*groups, network)}, {"1"})
            self.assertEqual(network["spectral_radius"], max((row["spectral_radius"] for row in groups), key=float))
            returns = [number(row["return_to_baseline_ms"]) for row in (*groups, network)]
            if name == "blank":
                self.assertTrue(all(map(math.isnan, returns)))
            else:
                self.assertEqual(returns[-1], max(returns[:-1]))
                for back in returns:  # whole steps of 2 ms, and more than one by a time constant of 5 ms
                    self.assertEqual(back % 2, 0)
                    self.assertTrue(2 < back <= 200)

    def peak(self, *words):
        """[kB] of resident memory at most."""
        with open(self.folder / "said.txt", "w") as said:
            process = subprocess.Popen([program.PROGRAM, *map(str, words)], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                       stdout=said, stderr=subprocess.STDOUT)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0, (self.folder / "said.txt").read_text()[-2000:])
        return usage.ru_maxrss

    def test_memory_does_not_grow_with_the_images(self):
        """All tables of an experiment with 40 and 400 images, in the same batches; the responses of every unit, too."""
        program.images(self.folder / "images", "test", 400, seed=1)
        words = (*RUN, "response", "--test_batch_size", "20")
        for kept in ((), ("--units", "layer1", "layer2")):
            few, many = (self.peak(*words, *kept, "--images", n, "--out", f"of-{n}-{len(kept)}") for n in (40, 400))
            self.assertLess(many, 1.05 * few, f"{few} kB with 40 images, {many} kB with 400, {kept}")
