"""measure: intervals over seeds, comparisons and fits, computed once more from the tables of images; what is refused."""
import csv
import json
import math
import random
import shutil
from itertools import product

import program

T_OF_11 = 2.200985160082949  # two-sided 5 % of Student's t with 11 degrees of freedom
EXPERIMENTS = ("uniformnoise", "uniformnoiseffonly", "duration")
IMAGES = 12
BLANK = {"experiments": {"blank": {"parameter": "n_timesteps", "idle": 0, "n_timesteps": 50, "segments": [{"show": "void", "steps": 50}]}}}


def table(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def number(cell):
    return float(cell) if cell else math.nan


def mean(values):
    values = [value for value in values if not math.isnan(value)]
    return sum(values) / len(values) if values else math.nan


def sd(values):
    values = [value for value in values if not math.isnan(value)]
    return math.sqrt(sum((value - mean(values)) ** 2 for value in values) / (len(values) - 1)) if len(values) > 1 else math.nan


def flips(n):
    """All flips of signs but those of the last unit, the identity first."""
    return [signs + (1,) for signs in product((1, -1), repeat=n - 1)]


def cluster_masses(columns, signs):
    """Sums of t of steps in a row that are beyond the threshold with one sign: (first step, last step, mass)."""
    found, before = [], 0
    for step, column in enumerate(columns):
        x = [sign * value for sign, value in zip(signs, column)]
        deviation = sd(x) / math.sqrt(len(x))
        t = mean(x) / deviation if deviation > 1e-12 else 0
        sign = (t > T_OF_11) - (t < -T_OF_11)
        if sign and sign == before:
            first, _, mass = found.pop()
            found.append((first, step, mass + t))
        elif sign:
            found.append((step, step, t))
        before = sign
    return found


class Measure(program.Studies):
    def setUp(self):
        super().setUp()
        (self.folder / "blank.json").write_text(json.dumps(BLANK))
        for rctype, seed in (("full", 3), ("full", 4), ("none", 3)):
            name = f"{rctype}{seed}"
            self.train("--rctype", rctype, "--seed", seed, "--epochs", 1, "--runs", f"runs/{name}")
            words = [word for experiment in EXPERIMENTS for word in ("--experiment", experiment)]
            self.dynvision("experiment", "run", "--run", f"runs/{name}/latest", *words, "--images", IMAGES, "--category", "rctype", "--out", f"shown/{name}")
        self.dynvision("experiment", "run", "blank", "--config", "blank.json", "--run", "runs/none3/latest", "--images", IMAGES, "--category", "rctype", "--out", "blank")

    def measure(self, out, *words, status=0):
        return self.dynvision("measure", "shown", "--out", out, *words, status=status, timeout=600)

    def images(self, name, experiment, layer, measure):
        """{parameter_value: [of each image]}"""
        found = {}
        for row in table(self.folder / f"shown/{name}/{experiment}/measures.csv"):
            if row["layer"] == layer:
                found.setdefault(row["parameter_value"], {})[int(row["image_index"])] = number(row[measure])
        return {value: [of[image] for image in sorted(of)] for value, of in found.items()}

    def one(self, name, experiment, **wanted):
        found = [row for row in table(self.folder / f"over/{experiment}/{name}.csv") if all(row[key] == str(value) for key, value in wanted.items())]
        self.assertEqual(len(found), 1, (name, experiment, wanted))
        return found[0]

    def near(self, cell, value, relative=1e-6):
        self.assertEqual(cell == "", math.isnan(value), (cell, value))
        if cell:
            self.assertAlmostEqual(float(cell), value, delta=relative * max(abs(value), 1e-3))

    def test_all(self):
        said = self.measure("over", "--reference", "full", "--json").json()
        self.assertEqual([one["name"] for one in said["experiments"]], ["duration", "uniformnoise", "uniformnoiseffonly"])
        self.assertEqual(said["notes"], [])
        self.assertEqual({row["n_classes"] for row in table(self.folder / "shown/full3/duration/measures.csv")}, {"10"})
        self.summary_over_seeds()
        self.courses_and_curves_over_seeds()
        self.comparison_of_measures()
        self.comparison_over_time()
        self.silenced()
        for path in sorted((self.folder / "over").rglob("*.csv")):
            self.assertEqual(list(json.loads(path.with_suffix(".columns.json").read_text())), list(table(path)[0]), path)
        whole = {path.relative_to(self.folder / "over"): path.read_bytes() for path in (self.folder / "over").rglob("*.csv")}
        self.measure("again", "--reference", "full", "--threads", "3")
        self.assertEqual({path.relative_to(self.folder / "again"): path.read_bytes() for path in (self.folder / "again").rglob("*.csv")}, whole)
        self.units_of_images()
        self.baseline_of_a_blank_run()
        self.refusals()

    def summary_over_seeds(self):
        for layer, measure in (("layer1", "latency_50_ms"), ("layer2", "summed_response"), ("classifier", "accuracy"), ("classifier", "reaction_time_ms")):
            seeds = [self.images(name, "duration", layer, measure)["5"] for name in ("full3", "full4")]
            row = self.one("summary", "duration", category_value="full", layer=layer, measure=measure, parameter_value="5")
            self.near(row["mean"], mean([mean(values) for values in seeds]))
            self.near(row["sd_images"], mean([sd(values) for values in seeds]))
            self.near(row["sd_seeds"], sd([mean(values) for values in seeds]))
            self.assertEqual((row["n_images"], row["n_seeds"], row["seed"], row["units"]), (str(IMAGES), "2", "", "seeds, then images"))
            self.assertEqual(int(row["n_valid"]), sum(not math.isnan(value) for values in seeds for value in values))
            self.assertNotIn("_3", row["model"][-2:])
            if not row["ci_low"]:  # some draws have no image with a number
                self.assertLess(int(row["n_valid"]), 2 * IMAGES)
                continue
            draw = random.Random(1)
            draws = sorted(mean([mean(draw.choices(draw.choice(seeds), k=IMAGES)) for _ in seeds]) for _ in range(2000))
            width = draws[1949] - draws[50]
            self.assertAlmostEqual(float(row["ci_low"]), draws[50], delta=.2 * width + 1e-9)
            self.assertAlmostEqual(float(row["ci_high"]), draws[1949], delta=.2 * width + 1e-9)
        alone = self.one("summary", "duration", category_value="none", layer="layer1", measure="peak_height", parameter_value="5")
        own, = [row for row in table(self.folder / "shown/none3/duration/summary.csv")
                if (row["layer"], row["measure"], row["parameter_value"]) == ("layer1", "peak_height", "5")]
        self.assertEqual((alone["n_seeds"], alone["sd_seeds"], alone["units"]), ("1", "", "images of one network"))
        for column in ("mean", "ci_low", "ci_high", "sd_images"):
            self.near(alone[column], number(own[column]), 1e-7)

    def courses_and_curves_over_seeds(self):
        def course(name):
            return [row for row in table(self.folder / f"shown/{name}/duration/traces.csv")
                    if (row["layer"], row["quantity"], row["parameter_value"]) == ("layer1", "response_avg", "5")]
        for three, four in zip(course("full3"), course("full4"), strict=True):
            row = self.one("traces", "duration", category_value="full", layer="layer1", quantity="response_avg", parameter_value="5",
                           times_index=three["times_index"])
            self.near(row["mean"], (number(three["mean"]) + number(four["mean"])) / 2)
            self.assertEqual((row["time_ms"], row["shown"], row["n"], row["n_seeds"]), (three["time_ms"], three["shown"], str(IMAGES), "2"))
            self.assertLessEqual(float(row["ci_low"]), float(row["mean"]) + 1e-9)
        for experiment, measures in (("duration", ("doubling_ratio", "summation_exponent", "nts")), ("uniformnoise", ("alpha", "threshold", "area"))):
            of = [table(self.folder / f"shown/{name}/{experiment}/curves.csv") for name in ("full3", "full4")]
            for first, second in zip(*of, strict=True):
                if first["measure"] not in measures or not (first["value"] and second["value"]):
                    continue
                row = self.one("curves", experiment, category_value="full", layer=first["layer"], measure=first["measure"], parameter_value=first["parameter_value"])
                self.near(row["value"], (number(first["value"]) + number(second["value"])) / 2, 1e-5)
                self.assertEqual(row["n_seeds"], "2")
        self.one("curves", "uniformnoise", category_value="none", measure="logistic_threshold")

    def comparison_of_measures(self):
        """full against none, both of seed 3: images are the units, and all flips are taken."""
        family = []
        for value in ("1", "5", "20"):
            a, b = (self.images(name, "duration", "layer2", "summed_response")[value] for name in ("full3", "none3"))
            row = self.one("statistics", "duration", a="full", b="none", layer="layer2", measure="summed_response", parameter_value=value)
            x = [one - other for one, other in zip(a, b)]
            self.near(row["difference"], mean(x))
            self.near(row["statistic"], mean(x) / (sd(x) / math.sqrt(IMAGES)))
            sums = [abs(sum(sign * value for sign, value in zip(signs, x))) for signs in flips(IMAGES)]
            self.near(row["p"], sum(one >= sums[0] * (1 - 1e-9) for one in sums) / len(sums))
            self.near(row["d"], mean(x) / sd(x))
            self.near(row["cliff_delta"], sum((one > other) - (one < other) for one in a for other in b) / IMAGES**2)
            df = 2 * IMAGES - 2
            pooled = math.sqrt((sd(a) ** 2 + sd(b) ** 2) / 2)
            self.near(row["hedges_g"], math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2) * mean(x) / pooled)
            self.assertEqual((row["n"], row["units"], row["n_seeds"]), (str(IMAGES), "images of one network", "1"))
        family = [row for row in table(self.folder / "over/duration/statistics.csv")
                  if (row["layer"], row["measure"], row["kind"]) == ("layer2", "summed_response", "measure")]
        adjusted = 0
        for k, row in enumerate(sorted(family, key=lambda row: float(row["p"]))):
            adjusted = max(adjusted, min(1, (len(family) - k) * float(row["p"])))
            self.near(row["p_holm"], adjusted)

    def comparison_over_time(self):
        def courses(name):
            rows = [row for row in table(self.folder / f"shown/{name}/duration/test_data.csv") if row["stim"] == "5"]
            return [[float(row["layer1_response_avg"]) for row in rows if int(row["times_index"]) == t] for t in range(30)]
        columns = [[one - other for one, other in zip(*both)] for both in zip(courses("full3"), courses("none3"))]
        all_flips = flips(IMAGES)
        largest = [max([abs(mass) for *_, mass in cluster_masses(columns, signs)], default=0) for signs in all_flips]
        rows = [row for row in table(self.folder / "over/duration/statistics.csv")
                if (row["kind"], row["layer"], row["measure"], row["parameter_value"]) == ("cluster", "layer1", "response_avg", "5")]
        found = cluster_masses(columns, all_flips[0])
        if not found:
            self.assertEqual([row["flags"] for row in rows], ["no cluster"])
        for row, (first, last, mass) in zip(rows, found, strict=bool(found)):
            self.assertEqual((number(row["t_start_ms"]), number(row["t_end_ms"])), ((first - 1) * 2, (last - 1) * 2))
            self.near(row["statistic"], mass, 1e-4)
            self.near(row["p"], sum(one >= abs(mass) * (1 - 1e-6) for one in largest) / len(largest))
            self.near(row["difference"], mean([mean(column) for column in columns[first:last + 1]]), 1e-5)

    def silenced(self):
        """Two networks are two units: no test, and an interval all the same."""
        of = [[self.images(name, experiment, "classifier", "accuracy") for experiment in ("uniformnoise", "uniformnoiseffonly")] for name in ("full3", "full4")]
        for value in of[0][0]:
            row = self.one("statistics", "uniformnoise", a="uniformnoise", b="uniformnoiseffonly", category_value="full", layer="classifier", measure="accuracy",
                           kind="measure", parameter_value=value)
            gains = [[a - b for a, b in zip(on[value], off[value])] for on, off in of]
            self.near(row["difference"], mean([mean(gain) for gain in gains]))
            self.assertEqual((row["p"], row["n"], row["units"]), ("", "2", "seeds"))
            self.assertEqual(row["flags"], "no test: 2 units, at least 5 are needed")
            gain = self.one("curves", "uniformnoise", category_value="full", measure="recurrence_gain", parameter_value=value)
            self.assertEqual((gain["value"], gain["ci_low"], gain["ci_high"]), (row["difference"], row["ci_low"], row["ci_high"]))

    def units_of_images(self):
        self.measure("images", "--units", "images", "--permutations", "500", "--draws", "200")
        rows = [row for row in table(self.folder / "images/uniformnoise/statistics.csv") if row["b"] == "uniformnoiseffonly" and row["category_value"] == "full"]
        self.assertEqual({row["units"] for row in rows}, {"images, means of 2 networks"})
        self.assertTrue(any(row["p"] for row in rows))

    def baseline_of_a_blank_run(self):
        """Step t of an experiment after 20 idle ones is step t + 20 of the blank run."""
        self.dynvision("measure", "shown/none3", "blank", "--out", "blanked", "--baseline", "blank", timeout=600)
        def courses(path, where=lambda row: True):
            found = {}
            for row in table(self.folder / path):
                if where(row):
                    found.setdefault(row["image_index"], []).append(float(row["layer2_response_avg"]))
            return found
        blank = courses("blank/blank/test_data.csv")
        shown = courses("shown/none3/duration/test_data.csv", lambda row: row["stim"] == "5")
        peaks = [max(r - b for r, b in zip(shown[image][1:], blank[image][21:])) for image in shown]
        row, = [row for row in table(self.folder / "blanked/duration/summary.csv")
                if (row["layer"], row["measure"], row["parameter_value"]) == ("layer2", "peak_response", "5")]
        self.near(row["mean"], mean(peaks))
        done = self.dynvision("measure", "shown/none3", "--out", "refused", "--baseline", "blanc", status=1)
        self.assertIn("[dynvision.program.178]", done.err)
        done = self.dynvision("measure", "shown/full3", "blank", "--out", "refused", "--baseline", "blank", status=1)
        self.assertIn("was not shown it", done.err)

    def refusals(self):
        def refused(number, *words, status=1):
            done = self.dynvision("measure", *words, "--out", "refused", status=status)
            self.assertIn(f"[dynvision.{number}]", done.err)
            self.assertEqual(list((self.folder / "refused").rglob("*.csv")), [])
            return done.err
        mine = self.folder / "mine/duration"
        path = mine / "measures.csv"
        refused("program.189", "nowhere")
        mine.mkdir(parents=True)
        refused("program.189", "mine")
        whole = table(self.folder / "shown/full3/duration/measures.csv")
        write(mine / "measure.csv", whole)
        self.assertIn('did you mean "measure.csv"?', refused("program.189", "mine"))
        (mine / "measure.csv").unlink()
        write(path, [{key: value for key, value in row.items() if key not in ("category_value", "layer")} for row in whole])
        self.assertIn("category_value", refused("experiments.180", "mine"))
        path.write_text("")
        refused("experiments.181", "mine")
        path.write_text(",".join(whole[0]) + "\n")
        refused("experiments.181", "mine")
        write(path, [whole[0] | {"peak_height": "high"}])
        self.assertIn("peak_height", refused("experiments.184", "mine"))
        write(path, [whole[0], whole[0]])
        refused("experiments.184", "mine")
        write(path, [row | {"experiment": "../duration"} for row in whole])
        refused("experiments.187", "mine")
        write(path, whole)
        self.assertIn("shown/full3", refused("experiments.186", "shown/full3", "mine"))
        write(path, [row | {"seed": "9", "model": row["model"].rsplit("_", 1)[0] + "_9"} for row in whole if row["parameter_value"] != "10"])
        self.assertIn("stim=10", refused("experiments.182", "shown/full3", "mine"))
        write(path, [row | {"seed": "9", "model": row["model"].rsplit("_", 1)[0] + "_9", "image_index": int(row["image_index"]) + 1000} for row in whole])
        refused("experiments.183", "shown/full3", "mine")
        write(path, whole)
        for name in ("traces.csv", "test_data.csv"):
            shutil.copy(self.folder / "shown/full3/duration" / name, mine)
        rows = table(mine / "test_data.csv")
        write(mine / "test_data.csv", rows[:-1])
        self.assertIn("the table ends here", refused("experiments.185", "mine"))
        write(mine / "test_data.csv", rows[:40] + rows[41:])
        refused("experiments.185", "mine")
        (mine / "test_data.csv").unlink()
        for words in (("--units", "image"), ("--draws", "5"), ("--classes", "one"), ("--reference", "ful")):
            refused("program.178", "shown", *words)
        done = self.dynvision("measure", "mine", "--out", "without")
        self.assertIn("no test_data.csv", done.out)
        self.assertTrue((self.folder / "without/duration/summary.csv").exists())
        self.assertFalse((self.folder / "without/duration/traces.csv").exists())
