#!/usr/bin/env python3
"""Small tables of experiments with known answers, as experiments would write them: fixture.py FOLDER

Two images, three seeds, three types of recurrence, four layers. Responses are made by the delayed normalisation
model of dn_fit.csv. Derived measures are planted:

    doubling ratio  2^(p - 1), summed response ~ D^p     p: full .8, self .9, none 1.05; .01 more in each layer
    recovery        1 - .4 exp(-I/4) (full), 1 - .2 exp(-I/4) (self), 1 (none)
    accuracy        rises with SSNR by a Weibull function of threshold .4 (full), .5 (self), .6 (none)
"""
import csv
import json
import sys
from pathlib import Path

import numpy as np

LAYERS = ["V1", "V2", "V4", "IT"]
TYPES = ["full", "self", "none"]
SEEDS = [7000, 7001, 7002]
IMAGES = 2
CLASSES = 4
DT = 2.0
EXPONENT = {"full": .8, "self": .9, "none": 1.05}
ADAPTATION = {"full": .4, "self": .2, "none": 0.0}
ALPHA = {"full": .4, "self": .5, "none": .6}
NAN = float("nan")
GAIN = {"full": 1.0, "self": .9, "none": .8}
KEYS = ["experiment", "model", "category", "category_value", "seed", "status", "epoch", "parameter", "parameter_value", "parameter_ms",
        "condition"]
WORDS = {"experiment", "model", "category", "category_value", "status", "parameter", "parameter_value", "condition", "layer",
         "layer_other", "category_value_other", "quantity", "measure", "unit", "flags", "shown", "connection", "a", "b", "units",
         "factor", "level", "type", "note", "machine", "date"}


def cell(value):
    if isinstance(value, (float, np.floating)):
        return "" if np.isnan(value) else f"{value:.9g}"
    return int(value) if isinstance(value, (bool, np.bool_)) else value


def write(folder, name, rows):
    """One table: NAME.csv and NAME.columns.json; a second call adds rows."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.csv"
    header = list(rows[0])
    assert all(list(row) == header for row in rows)
    there = path.exists()
    with open(path, "a" if there else "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        if not there:
            writer.writerow(header)
        writer.writerows([[cell(row[column]) for column in header] for row in rows])
    described = {column: {"dtype": "string" if column in WORDS else "float64", "unit": "ms" if column.endswith("_ms") else "",
                          "description": column.replace("_", " ")} for column in header}
    (folder / f"{name}.columns.json").write_text(json.dumps(described, indent=1))


def keys(experiment, seed, value, parameter="", parameter_value="", parameter_ms=np.nan, category="rctype", epoch=10, options="",
         status="trained-best"):
    model = f"DyRCNNx4:{category}={value}{options}_{seed}"
    condition = f"Loader:{parameter}={parameter_value}" if parameter else "Loader"
    return dict(zip(KEYS, [experiment, model, category, value, seed, status, epoch, parameter, parameter_value, parameter_ms, condition]))


FIT = {"tau1": .004, "w": .05, "tau2": .02, "n": 1.3, "sigma": .3, "shift": .002, "scale": .6}  # times in s


def fit_of(layer, value, seed):
    """Seven parameters of delayed normalisation, by which the traces below are made."""
    k = LAYERS.index(layer)
    return FIT | {"tau1": .004 * (1 + .3 * k), "shift": .002 * k, "tau2": {"full": .02, "self": .03}.get(value, .1),
                  "scale": .6 * GAIN.get(value, 1.0) * (1 - .1 * k) * (1 + .04 * (seed - SEEDS[0]))}


def response(shown, layer, seed, value, image, baseline=0.0):
    """The trace of a layer [T] for one image: delayed normalisation."""
    f, dt, steps = fit_of(layer, value, seed), DT / 1000, len(shown)
    t = dt * np.arange(1, steps + 1)

    def convolve(signal, kernel):
        return np.convolve(kernel, signal)[:steps]

    def gamma(tau):
        g = t / tau * np.exp(-t / tau)
        return g / g.sum()

    late = int(round(f["shift"] / dt))
    drive = np.concatenate([np.zeros(late), np.asarray(shown, float)])[:steps]
    pool_kernel = np.exp(-t / f["tau2"])
    linear = convolve(drive, gamma(f["tau1"]) - f["w"] * gamma(1.5 * f["tau1"]))
    pool = convolve(linear, pool_kernel / pool_kernel.sum())
    mean = f["scale"] * np.abs(linear) ** f["n"] / (f["sigma"] ** f["n"] + np.abs(pool) ** f["n"])
    return baseline + mean * (1 + .08 * (image - (IMAGES - 1) / 2))


def behaviour(shown, level):
    """Accuracy [T]: chance, and rising to `level` while something is shown."""
    rise, p = 0.0, []
    for u in shown:
        rise += .2 * ((u > 0) - rise)
        p.append(1 / CLASSES + (level - 1 / CLASSES) * rise)
    return np.array(p)


QUANTITIES = {"accuracy": 1.0, "guess_confidence": .9, "first_label_confidence": .85, "accuracy_top3": 1.1}  # relative to the accuracy


def trace_rows(key, shown, level, layers=LAYERS, images=IMAGES, of=response, seed=None, value=None):
    """Rows of traces.csv for one condition and seed."""
    shown = np.asarray(shown, float)
    onset = int(np.flatnonzero(shown)[0]) if shown.any() else 0
    rows = []

    def add(layer, quantity, values):
        mean, sd = values.mean(0), values.std(0, ddof=1)
        for t in range(len(shown)):
            half = 1.96 * sd[t] / np.sqrt(images)
            rows.append(key | {"layer": layer, "times_index": t, "time_ms": (t - onset) * DT, "shown": shown[t],
                               "label_valid": int(shown[t] > 0), "quantity": quantity, "n": images, "mean": mean[t], "sd": sd[t],
                               "ci_low": mean[t] - half, "ci_high": mean[t] + half})

    for layer in layers:
        add(layer, "response_avg", np.stack([of(shown, layer, seed, value, image) for image in range(images)]))
    p = behaviour(shown, level)
    for quantity, scale in list(QUANTITIES.items())[:4 if key["experiment"] == "contrast" else 2]:
        values = np.stack([np.clip(p * scale * (1 + .02 * image - .01), 0, 1) for image in range(images)])
        if quantity == "accuracy":
            values = np.where(shown > 0, values, np.nan)
        add("classifier", quantity, values)
    return rows


def summary_row(key, layer, measure, unit, mean, spread=.02):
    half = 1.96 * spread * abs(mean) / np.sqrt(IMAGES)
    return key | {"layer": layer, "measure": measure, "unit": unit, "mean": mean, "ci_low": mean - half, "ci_high": mean + half,
                  "sd_images": spread * abs(mean), "sd_seeds": np.nan, "n_images": IMAGES, "n_seeds": 1, "n_valid": IMAGES}


def curve_row(key, layer, measure, unit, value, half=.01):
    return key | {"layer": layer, "measure": measure, "unit": unit, "value": value, "ci_low": value - half, "ci_high": value + half,
                  "flags": ""}


def shown_of(steps, *segments):
    shown = []
    for level, length in segments:
        shown += [level] * length
    return np.array((shown + [0] * steps)[:steps], float)


def dynamics_of_responses(folder):
    """duration, contrast, interval with its single pulse."""
    durations, contrasts, intervals = [1, 2, 5, 10, 20], [.2, .4, .6, 1.0], [1, 2, 4, 8]
    for value in TYPES:
        for seed in SEEDS:
            shift = 1 + .01 * (seed - SEEDS[1])
            for d in durations:
                key = keys("duration", seed, value, "stim", d, d * DT)
                write(folder, "traces", trace_rows(key, shown_of(30, (0, 1), (1, d)), .8, seed=seed, value=value))
            for c in contrasts:
                key = keys("contrast", seed, value, "contrast", c)
                write(folder, "traces", trace_rows(key, shown_of(30, (0, 1), (c, 20)), .4 + .4 * c, seed=seed, value=value))
                write(folder, "summary", [summary_row(key, layer, measure, "ms", scale * (2 + k + 2 * (1 - c)) * shift / GAIN[value])
                                          for k, layer in enumerate(LAYERS) for measure, scale in
                                          (("peak_latency_ms", 5), ("latency_50_ms", 1), ("latency_10_ms", .4))])
            for i in intervals:
                key = keys("interval", seed, value, "interval", i, i * DT)
                write(folder, "traces", trace_rows(key, shown_of(40, (0, 1), (1, 5), (0, i), (1, 5)), .7, seed=seed, value=value))
            key = keys("intervalsingle", seed, value)
            write(folder, "traces", trace_rows(key, shown_of(40, (0, 1), (1, 5)), .7, seed=seed, value=value))
            rows = []
            for k, layer in enumerate(LAYERS):
                p = EXPONENT[value] * shift + .01 * k
                whole = keys("duration", seed, value, "stim")
                rows += [curve_row(whole, layer, "summation_exponent", "", p), curve_row(whole, layer, "truncated_fraction", "", .01),
                         curve_row(whole, layer, "integration_window_steps", "steps", 20 * (1 - np.exp(-1)) ** (1 / p))]
                for d in durations:
                    at = keys("duration", seed, value, "stim", d, d * DT)
                    rows += [curve_row(at, layer, "nts", "", (d / 20) ** p), curve_row(at, layer, "nts_original", "", (d / 20) ** p + .1)]
                    if 2 * d in durations:
                        rows.append(curve_row(at, layer, "doubling_ratio", "", 2 ** (p - 1)))
                whole = keys("contrast", seed, value, "contrast")
                rows += [curve_row(whole, layer, "latency_shift_ms", "ms", 1.6 * shift), curve_row(whole, layer, "c50", "", .3),
                         curve_row(whole, layer, "naka_rushton_n", "", 1.2), curve_row(whole, layer, "r_max", "", GAIN[value])]
                for i in intervals:
                    at = keys("interval", seed, value, "interval", i, i * DT)
                    recovery = 1 - ADAPTATION[value] * np.exp(-i / 4) * shift
                    rows += [curve_row(at, layer, "recovery_max", "", recovery), curve_row(at, layer, "peak_ratio", "", recovery + .05)]
                whole = keys("interval", seed, value, "interval")
                rows += [curve_row(whole, layer, "recovery_amplitude", "", ADAPTATION[value]), curve_row(whole, layer, "recovery_tau_steps", "steps", 4.0)]
                for experiment, parameter in (("duration", "stim"), ("contrast", "contrast"), ("interval", "interval")):
                    fit = fit_of(layer, value, seed)
                    derived = dict(time_to_peak_s=.02, asymptote_over_peak=.8, impulse_fwhm_s=.012, c50_percent=40.0)
                    write(folder / experiment, "dn_fit", [keys(experiment, seed, value, parameter) | {"layer": layer} | fit | derived |
                          dict(sse=.01, r2=.97, r2_loo=.95, r2_linear=.8, r2_undelayed=.9)])
            write(folder, "curves", rows)


def noises(folder):
    """Two noises, with the recurrence silenced as well."""
    for noise in ("gaussiannoise", "uniformnoise"):
        for value in TYPES:
            for seed in SEEDS:
                for silenced in ("", "ffonly"):
                    if silenced and value == "none":
                        continue
                    alpha = ALPHA[value] + (.08 if silenced else 0) + .01 * (seed - SEEDS[1])
                    rows = []
                    for s in (.2, .4, .6, .8, 1.0):
                        p = 1 / CLASSES + (.95 - 1 / CLASSES) * (1 - np.exp(-(s / alpha) ** 3))
                        key = keys(noise + silenced, seed, value, "ssnr", s)
                        write(folder, "traces", trace_rows(key, np.ones(20), p, layers=[], seed=seed, value=value))
                        rows += [summary_row(key, "classifier", "accuracy", "", p), summary_row(key, "classifier", "reaction_time_ms", "ms", (30 - 20 * s) / GAIN[value])]
                    write(folder, "summary", rows)
                    whole = keys(noise + silenced, seed, value, "ssnr")
                    write(folder, "curves", [curve_row(whole, "classifier", name, "", v) for name, v in
                                             (("alpha", alpha), ("beta", 3.0), ("lapse", .05),
                                              ("threshold", alpha * np.log(2) ** (1 / 3)), ("ssnr_half", alpha), ("area", .6))])
        write(folder, "statistics", [keys(noise, np.nan, value, "ssnr", s) | dict(
            a=noise, b=noise + "ffonly", layer="classifier", measure="accuracy", kind="cluster", t_start_ms=6.0, t_end_ms=38.0, statistic=25.0, p=.01,
            p_holm=.02, d=.8, ci_low=.02, ci_high=.2, n=6, units="images") for value in ("full", "self") for s in (.2, .4, .6, .8, 1.0)])


def trainings(folder):
    """Trainings and responses of models that differ in one thing each."""
    sweeps = {"rctype": TYPES, "activityloss": [0, .02, 1.0], "idle": [0, 10], "tsteps": [10, 20], "lossrt": [0, 8], "rctarget": ["input", "middle", "output"],
              "skip": ["true", "false"], "feedback": ["false", "add"], "tau": [3, 5, 9], "trc": [2, 6], "tsk": [0, 4]}
    for category, values in sweeps.items():
        for j, value in enumerate(values):
            for seed in SEEDS[:3 if category == "rctype" else 1]:
                for pattern in (("", "+pattern=1011") if category == "activityloss" else ("",)):
                    rows = []
                    for epoch in range(1, 11):
                        level = .8 - .02 * j - (.05 if pattern else 0)
                        accuracy = 1 / CLASSES + (level - 1 / CLASSES) * (1 - np.exp(-epoch / 3))
                        key = keys("training", seed, value, category=category, epoch=epoch, options=pattern)
                        rows.append(key | {"step": epoch * 100, "images": epoch * 3200, "seconds": epoch * 20.0 * (1 + .1 * j), "learning_rate": 1e-3,
                                           "train_loss": 2 / epoch, "train_accuracy": accuracy + .03, "gradient_norm": 1.0, "val_loss": 2.2 / epoch,
                                           "val_accuracy": accuracy, "loss/CrossEntropyLoss": 2 / epoch, "loss/ActivityLoss": .3 / (1 + j) + .02 * epoch})
                    write(folder / "training", "metrics", rows)
                    shown = shown_of(40, (0, 1), (1, 20))
                    for epoch in ((1, 5, 10) if category == "activityloss" else (10,)):
                        key = keys("response", seed, value, "stim", 30, 60.0, category=category, epoch=epoch, options=pattern,
                                   status=f"trained-epoch={epoch}" if epoch < 10 else "trained-best")
                        scale = (1 - .2 * j) * (1 + .05 * epoch)
                        write(folder, "traces", trace_rows(key, shown, level, seed=seed, value=value,
                                                           of=lambda *a, scale=scale: scale * response(*a)))
                        measures = [summary_row(key, layer, m, u, v) for k, layer in enumerate(LAYERS) for m, u, v in (
                            ("time_averaged_response", "", .4 * scale), ("sustained_index", "", .7 + .02 * epoch), ("transient_index", "", .3 - .02 * epoch),
                            ("peak_latency_ms", "ms", 10.0 + 2 * k + j), ("latency_50_ms", "ms", (3 + (float(value) if category == "tau" else 5) * (k + 1) * .7)),
                            ("return_to_baseline_ms", "ms", 20.0 + 2 * k))]
                        measures.append(summary_row(key, "classifier", "accuracy", "", level))
                        write(folder, "summary", measures)
                        for k, layer in enumerate(LAYERS):
                            write(folder, "curves", [curve_row(key | {"parameter_value": ""}, layer, "integration_window_steps", "steps", 8.0 + j)])
                    if not pattern:
                        write(folder, "dynamics", [keys("response", seed, value, category=category) | {
                            "layer": "network", "spectral_radius": .8 + .05 * j, "growth_rate_per_ms": np.log(.8 + .05 * j) / DT, "period_ms": 12.0 + 6 * j,
                            "lyapunov_1": -.05, "lyapunov_2": -.1, "residual": 1e-11, "converged": 1, "return_to_baseline_ms": 30.0}])


def final_accuracy(folder, images=20):
    """Of many images: of 20, full recognises 17, self 15, none 12, of every seed."""
    shown = shown_of(20, (0, 20))
    for value, right in zip(TYPES, (17, 15, 12)):
        for seed in SEEDS:
            key = keys("finalaccuracy", seed, value, "stim", 20, 40.0)
            write(folder, "traces", [key | {"layer": "classifier", "times_index": t, "time_ms": t * DT, "shown": shown[t], "label_valid": 1, "quantity": "accuracy",
                                            "n": images, "mean": right / images, "sd": .5, "ci_low": .1, "ci_high": .9} for t in range(len(shown))])
            write(folder, "measures", [key | {"layer": "classifier", "image_index": float(i), "accuracy": float(i < right)} for i in range(images)])


def stability(folder):
    for value in TYPES:
        for seed in SEEDS:
            for experiment, parameter_value, shown in (("null", "", np.zeros(60)), ("nullcondition", 10, shown_of(80, (0, 55), (1, 10))),
                                                       ("stability", 15, shown_of(75, (1, 15))), ("stability", 50, shown_of(75, (1, 50)))):
                key = keys(experiment, seed, value, "stim" if parameter_value else "", parameter_value, parameter_value * DT if parameter_value else np.nan)
                write(folder, "traces", trace_rows(key, shown, .8, seed=seed, value=value, of=lambda *a: response(*a, baseline=.02)))
                if shown.any():
                    write(folder, "summary", [summary_row(key, layer, "return_to_baseline_ms", "ms", 14.0 + 2 * k) for k, layer in enumerate(LAYERS)])
            write(folder, "dynamics", [keys("stability", seed, value) | {
                "layer": layer, "spectral_radius": GAIN[value] * (.7 + .03 * k), "growth_rate_per_ms": np.log(GAIN[value] * (.7 + .03 * k)) / DT, "period_ms": np.nan,
                "lyapunov_1": np.log(GAIN[value] * (.7 + .03 * k)) / DT, "lyapunov_2": -.3, "residual": 1e-11, "converged": 1, "return_to_baseline_ms": 20.0}
                for k, layer in enumerate([*LAYERS, "network"])])


def unrolling(folder):
    """Engineering time, and biological time with 10 ms between layers, which takes 20 steps more: the same responses, later."""
    n_ff = 5
    for value, delay in (("engineering", 0), ("biological", n_ff)):
        ms = delay * DT
        shown = shown_of(70 + 4 * delay, (0, 35))
        key = keys("unrolling", SEEDS[0], "add", "tff", f"{ms:g}", ms, category="feedback")
        key["condition"] = f"StimulusDuration:dsteps=70+stim=35+tff={ms:g}+tsk={2 * ms:g}+tfb={30 - 2 * ms:g}"

        def late(shown, layer, seed, kind, image, delay=delay):
            l = LAYERS.index(layer)
            return np.concatenate([np.zeros(l * delay), response(shown, layer, seed, "full", image)])[:len(shown)]

        rows = [row for row in trace_rows(key, shown, .8, seed=SEEDS[0], value=value, of=late) if row["quantity"] != "guess_confidence"]
        out = np.concatenate([np.full(4 * delay, 1 / CLASSES), behaviour(shown, .8)])[:len(shown)]
        for t in range(len(shown)):
            rows.append(key | {"layer": "classifier", "times_index": t, "time_ms": t * DT, "shown": shown[t], "label_valid": 1,
                               "quantity": "guess_confidence", "n": IMAGES, "mean": out[t], "sd": 0.0, "ci_low": out[t], "ci_high": out[t]})
        write(folder, "traces", rows)


def populations(folder):
    steps = 12
    for value in TYPES:
        for seed in SEEDS:
            key = keys("response", seed, value, "stim", 30, 60.0)
            for k, layer in enumerate(LAYERS):
                rows, similar, rdm = [], [], []
                for t in range(steps):
                    for u in range(steps):
                        accuracy = .25 + .5 * np.exp(-((t - u) / 4) ** 2) * (1 - np.exp(-max(t - k, 0) / 3))
                        rows.append(key | {"layer": layer, "times_index": t, "time_ms": (t - 1) * DT, "times_index_other": u, "time_ms_other": (u - 1) * DT,
                                           "accuracy": accuracy, "ci_low": accuracy - .05, "ci_high": accuracy + .05, "chance": .25})
                    for m, other in enumerate(LAYERS):
                        cka = np.exp(-abs(k - m) / 2) * (.5 + .5 * t / steps)
                        similar.append(key | {"layer": layer, "layer_other": other, "times_index": t, "times_index_other": t, "time_ms": (t - 1) * DT,
                                              "category_value_other": value, "rsa": cka - .1, "cka": cka, "debiased": cka - .05, "ceiling": .9})
                for a in range(CLASSES):
                    for b in range(CLASSES):
                        for t in (0, 4, 8):
                            rdm.append(key | {"layer": layer, "times_index": t, "time_ms": (t - 1) * DT, "label_a": a, "label_b": b,
                                              "dissimilarity": 0.0 if a == b else abs(a - b) / CLASSES * (1 + k) * t / 8})
                write(folder / "populations", "decoding", rows)
                write(folder / "populations", "similarity", similar)
                write(folder / "populations", "rdm", rdm)
    targets = ["input", "middle", "output"]
    for a in targets:
        for b in targets:
            key = keys("response", SEEDS[0], a, "stim", 30, 60.0, category="rctarget")
            write(folder / "populations", "similarity", [key | {
                "layer": layer, "layer_other": layer, "times_index": 11, "times_index_other": 11, "time_ms": 20.0, "category_value_other": b,
                "rsa": .5, "cka": v, "debiased": v - .02, "ceiling": .9}
                for k, layer in enumerate(LAYERS) for v in [1.0 if a == b else (.4 if "output" in (a, b) else .8) - .02 * k]])


def others(folder):
    bins = np.arange(100)
    rows, counts = [], []
    for value in TYPES:
        for seed in SEEDS:
            for layer in LAYERS:
                for connection, width in (("feedforward", .2), ("recurrence", .1), ("skip", .05)):
                    if connection == "recurrence" and value == "none":
                        continue
                    histogram = np.round(1000 * np.exp(-((bins - 50) / 15.) ** 2))
                    rows.append(keys("training", seed, value) | {"layer": layer, "connection": connection, "mean": 0.0, "sd": width, "min": -5 * width,
                                "median": 0.0, "max": 5 * width, "n": histogram.sum() * (2 if value == "full" else 1)} | {f"bin_{b}": histogram[b] for b in bins})
            for label in range(CLASSES):
                for guess in range(CLASSES):
                    counts.append(keys("response", seed, value) | {"label": label, "guess": guess, "count": 8 if label == guess else 1})
    write(folder / "training", "weights", rows)
    write(folder, "confusion", counts)
    rows, outputs = [], []
    for value in TYPES:
        for seed in SEEDS:
            for image in range(IMAGES):
                for t in range(20):
                    key = keys("response", seed, value, "stim", 30, 60.0)
                    right = t >= 3 and not (value == "none" and image == 1)
                    base = key | {"sample_index": image, "times_index": t, "label_index": image if t else -1, "guess_index": image if right else 3,
                                  "image_index": image, "first_label_index": image, "guess_confidence": .5, "first_label_confidence": .5}
                    outputs.append(base)
                    rows.append(base | {"accuracy": float(right)} | {f"classifier_top{n}": (4 - n) * (1 - np.exp(-t / 5)) * (1 + .2 * image) for n in (1, 2, 3)} |
                                {f"classifier_top{n}_id": n - 1 for n in (1, 2, 3)})
    write(folder / "wide", "test_data", rows)
    write(folder / "wide", "test_outputs", outputs)
    rows = []
    for value in TYPES:
        for g in (2, 5, 8):
            key = keys("adaptationtrain", SEEDS[0], value, "gap", g, g * DT)
            rows += [curve_row(key, layer, "train_index", "", 1 - ADAPTATION[value] / g) for layer in LAYERS]
    write(folder, "curves", rows)
    # Planted: T in proportion to its steps, "none" 0.3 of "full", one pattern a tenth slower than the others; bfloat16 not run.
    seconds = {"recurrence type": {"full": .5, "depthpointwise": .3, "self": .2, "none": .15}, "T": {"5": .125, "20": .5, "40": 1.0},
               "pattern": {"1": .5, "1011": .55}, "threads": {"1": .9, "2": .5}, "dtype": {"float32": .5, "bfloat16": NAN}}
    default = {"full", "20", "1", "2", "float32"}
    work = {"full": 63e6, "depthpointwise": 29e6, "self": 24e6}
    rows = []
    for factor, levels in seconds.items():
        for level, s in levels.items():
            is_default = level in default and (factor, level) != ("threads", "1")
            rows.append(dict(factor=factor, level=level, seconds_per_training_step=s, seconds_per_training_step_q1=.95 * s,
                             seconds_per_training_step_q3=1.1 * s, images_per_s=16 / s, inference_ms_per_image=20 * s, memory_mb=200 * s,
                             parameters=1e6, multiply_adds_per_step=work.get(level, 6e7), compile_s=NAN, ratio_to_default=s / .5,
                             ratio_to_default_q1=.95 * s / .5, ratio_to_default_q3=1.1 * s / .5, is_default=is_default, rounds=5, type="DyRCNNx4<>",
                             batch_size=16, steps=20, note="" if s == s else "not run: no instructions", machine="two cores", date="2026-01-01"))
    write(folder, "benchmark", rows)
    nodes = [dict(id=0, parent=-1, first_step=0, steps=21, show="void", conditions=3), dict(id=1, parent=0, first_step=21, steps=1, show="image", conditions=3),
             dict(id=2, parent=1, first_step=22, steps=28, show="void", conditions=1), dict(id=3, parent=1, first_step=22, steps=4, show="image", conditions=2),
             dict(id=4, parent=3, first_step=26, steps=24, show="void", conditions=1), dict(id=5, parent=3, first_step=26, steps=24, show="image", conditions=1)]
    (folder / "plan.json").write_text(json.dumps(dict(experiment="duration", steps=150, nodes=102, conditions=[
        dict(id="StimulusDuration:stim=1"), dict(id="StimulusDuration:stim=5"), dict(id="StimulusDuration:stim=20")], segments=nodes)))


def make(folder):
    folder = Path(folder)
    for part in (dynamics_of_responses, noises, trainings, stability, unrolling, populations, others):
        part(folder)
    return folder


if __name__ == "__main__":
    make(sys.argv[1])
