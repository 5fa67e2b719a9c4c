"""Figure 9: types of recurrence compared: learning, response to an image, and what they cost.

Accuracies of the table are those of the experiment `finalaccuracy`, which shows many images, where it was run; else those of `response`.
"""
import numpy as np

from .. import learning, parts, statistics, style
from ..page import Finding
from ..refused import Refused

NAME, NUMBER = "rctypes", 9
TITLE = "Recurrence types: training, response, parameters and speed"
TABLES = ("metrics", "traces", "weights", "test_outputs")
EXPERIMENTS = ["response"]
FINAL = ["finalaccuracy"]  # many images
HEIGHT = 125
CATEGORY = "rctype"


def draw(page, data):
    figure = page.figure
    grid = figure.add_gridspec(2, 2, width_ratios=[1, 1.1])
    training = figure.add_subplot(grid[0, 0])
    both = grid[1, 0].subgridspec(2, 1)
    loss_axes = [figure.add_subplot(both[0]), figure.add_subplot(both[1])]
    response, table = figure.add_subplot(grid[0, 1]), figure.add_subplot(grid[1, 1])
    traces = data.traces(EXPERIMENTS, category=CATEGORY)
    hue = parts.Hue.category(traces)
    parts.legend_above(page, hue.handles(), 4)

    def metrics():
        return data.rows("metrics", None, category=CATEGORY)

    page.panel(training, "A", "Training", lambda: learning.accuracy(training, page, metrics(), hue))
    page.panel(loss_axes, "B", "Losses", lambda: learning.losses(page, metrics(), hue, *loss_axes))

    try:
        many = data.traces(FINAL, category=CATEGORY)
    except Refused:
        many = None

    def trace(value, quantity, traces=traces):
        return data.trace(traces.where(quantity=quantity), layer="classifier", category_value=value)

    def over_time():
        for i, value in enumerate(hue.values):
            accuracy = trace(value, data.options.accuracy_measure)
            parts.band(response, page, accuracy, hue.colour[value], marker=hue.marker[value], offset=2 * i)
            parts.band(response, page, trace(value, data.options.confidence_measure), hue.colour[value], style.LINE["second"])
            finite = accuracy.mean[np.isfinite(accuracy.mean)]
            last = accuracy.mean[accuracy.offset - 1]
            page.number("C", "max_minus_final_accuracy", finite.max() - last, category_value=value, layer="classifier")
        parts.stimulus(response, accuracy)
        response.set_ylabel("Accuracy, confidence")
        response.margins(x=0)
        parts.time_axis(response)
        parts.legend(response, parts.lines_key({"Accuracy": "first", style.quantity_name(data.options.confidence_measure): "second"}), fontsize=6)

    page.panel(response, "C", "Response to an image", over_time)

    def parameters(value):
        rows = data.rows("weights", None, category=CATEGORY, category_value=value)
        one = rows.where(seed=rows["seed"][0]) if np.isfinite(rows["seed"][0]) else rows
        return float(one["n"].sum())

    def speed(value):
        """Training images per s, of each seed."""
        rows = metrics().where(category_value=value)
        rates = []
        for seed in np.unique(np.nan_to_num(rows["seed"], nan=-1)):
            mine = np.nan_to_num(rows["seed"], nan=-1) == seed
            rates.append((rows["images"][mine] / rows["seconds"][mine])[-1])
        return float(np.mean(rates))

    def final(value):
        accuracy = trace(value, data.options.accuracy_measure, traces if many is None else many)
        row = accuracy.offset - 1 if data.options.row is None else data.options.row
        estimate = accuracy.estimate
        return statistics.Estimate(estimate.value[row], estimate.low[row], estimate.high[row], estimate.n, estimate.seeds)

    def costs():
        table.set_axis_off()
        header = ["Parameters", "Images/s", "Accuracy (95 %)"]
        cells = []
        for value in hue.values:
            accuracy = final(value)
            cells.append([f"{parameters(value):,.0f}", f"{speed(value):.0f}", f"{accuracy.value:.3f} ({accuracy.low:.3f}–{accuracy.high:.3f})"])
            page.number("D", "parameters", parameters(value), category_value=value)
            page.number("D", "training_images_per_s", speed(value), "images/s", value)
            page.number("D", "accuracy", accuracy, "", value, "classifier")
        page.note(f"table: {accuracy.n:g} images")
        drawn = table.table(cells, rowLabels=[style.name(value) for value in hue.values], colLabels=header, loc="center", cellLoc="right",
                            edges="horizontal", colWidths=[.25, .18, .48])
        drawn.auto_set_font_size(False)
        drawn.set_fontsize(7)
        drawn.scale(1, 1.25)
        for i, value in enumerate(hue.values):
            drawn[i + 1, -1].get_text().set_color(hue.colour[value])

    page.panel(table, "D", "Parameters, speed, accuracy", costs)

    def most_parameters():
        counts = {value: parameters(value) for value in hue.values}
        if "full" not in counts or len(counts) < 2:
            raise Refused(f"full and another type are needed; there are: {', '.join(counts)}")
        others = max(count for value, count in counts.items() if value != "full")
        return Finding(counts["full"] > others, counts["full"] / others, reason="ratio to the second")

    def best():
        ranked = sorted(hue.values, key=lambda value: -float(final(value).value))
        if "full" not in ranked or len(ranked) < 2:
            raise Refused(f"full and another type are needed; there are: {', '.join(ranked)}")
        second = next(value for value in ranked if value != "full")
        row = trace("full", "accuracy").offset - 1 if data.options.row is None else data.options.row
        difference = None if data.options.row is not None else measured(data, EXPERIMENTS if many is None else FINAL, "full", second)
        if difference is None:
            difference = paired(answers_at(data, row) if many is None else answers(data), "full", second)
        page.number("D", f"accuracy_full_minus_{second}", difference, statement="full has the highest accuracy")
        return Finding(ranked[0] == "full" and bool(difference.low > 0), float(difference.value), float(difference.low), float(difference.high),
                       f"paired difference to {second} on {difference.n:g} images of {difference.seeds} seed(s)")

    page.claim("full has the most parameters", most_parameters)
    page.claim("full has the highest accuracy, interval of the paired difference to the second above 0", best)


def measured(data, experiments, a, b):
    """Accuracy of a minus that of b, at the last step with the stimulus: the row of statistics.csv, None where there is none."""
    for first, second in ((a, b), (b, a)):
        try:
            rows = data.rows("statistics", experiments, category=CATEGORY, a=first, b=second, layer="classifier", measure="accuracy", kind="measure")
        except Refused:
            continue
        if len(rows) != 1:
            return None
        value, low, high = (float(rows[column][0]) for column in ("difference", "ci_low", "ci_high"))
        if first == b:
            value, low, high = -value, -high, -low
        return statistics.Estimate(value, low, high, rows["n_images"][0], int(rows["n_seeds"][0]))
    return None


def answers_at(data, row):
    """[(value, seed, image, whether it was recognised)] of `response` at one step."""
    rows = data.rows("test_outputs", EXPERIMENTS, category=CATEGORY)
    steps = rows.values("times_index")
    at = rows.where(times_index=float(min(steps, key=lambda step: abs(step - row))))
    return at["category_value"], at["seed"], at["image_index"], (at["guess_index"] == at["first_label_index"]).astype(float)


def answers(data):
    """The same of the last step that shows the image, of many images."""
    rows = data.rows("measures", FINAL, category=CATEGORY, layer="classifier")
    return rows["category_value"], rows["seed"], rows["image_index"], rows["accuracy"]


def paired(said, a, b):
    """Accuracy of a minus that of b, image by image of the seeds that both have."""
    value, seed, image, right = said
    differences = []
    for each in np.unique(np.nan_to_num(seed, nan=-1)):
        of = [(value == name) & (np.nan_to_num(seed, nan=-1) == each) for name in (a, b)]
        first, second = (dict(zip(image[mine], right[mine])) for mine in of)
        common = sorted(set(first) & set(second))
        if common:
            differences.append([first[number] - second[number] for number in common])
    if not differences:
        raise Refused(f"{a} and {b} have no image of the same seed in common")
    return statistics.of_pairs(differences)
