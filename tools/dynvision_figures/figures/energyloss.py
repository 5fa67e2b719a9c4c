"""Figure 7: what a cost of activity does to learning, to responses, and to accuracy. Every image shown throughout."""
import numpy as np

from .. import learning, parts, style
from ..data import estimate_of, with_option
from ..page import Finding
from ..refused import Refused
from ..statistics import spearman
from ..tables import number

NAME, NUMBER = "energyloss", 7
TITLE = "Training with activity loss, shown throughout (pattern 1)"
TABLES = ("metrics", "traces", "summary")
EXPERIMENTS = ["response", "responseintermediate"]
HEIGHT = 165
PATTERN = "1"
WITHIN = 0.02        # of the accuracy without the loss, up to the chosen weight
CHOSEN_WITHIN = 0.01


def of_pattern(rows, pattern):
    return with_option(rows, "pattern", pattern)


def draw(page, data, pattern=PATTERN):
    figure = page.figure
    grid = figure.add_gridspec(2, 1, height_ratios=[1, 1.5])
    top = grid[0].subgridspec(1, 3)
    accuracy_ax, both = figure.add_subplot(top[0]), top[1].subgridspec(2, 1)
    loss_axes = [figure.add_subplot(both[0]), figure.add_subplot(both[1])]
    summary_ax = figure.add_subplot(top[2])
    traces = of_pattern(data.traces(EXPERIMENTS, category="activityloss"), pattern)
    hue = parts.Hue.category(traces)
    parts.legend_above(page, hue.handles(), len(hue.values) if len(hue.values) < 4 else 3)
    responses = traces.where(quantity="response_avg")
    epochs = shown_epochs(sorted(responses.values("epoch")))
    layers = [layer for layer in style.layers(responses.values("layer")) if layer != "classifier"]

    def metrics():
        return of_pattern(data.rows("metrics", None, category="activityloss"), pattern)

    page.panel(accuracy_ax, "A", "Training", lambda: learning.accuracy(accuracy_ax, page, metrics(), hue))
    page.panel(loss_axes, "B", "Losses", lambda: learning.losses(page, metrics(), hue, *loss_axes))
    bottom = grid[1].subgridspec(1, len(epochs))
    for k, epoch in enumerate(epochs):
        axes = parts.rows_of_axes(figure, bottom[k], len(layers))
        if k:
            axes[0].sharey(first_axes[0])
        else:
            first_axes = axes
        page.panel(axes, "C" if k == 0 else "", f"Epoch {epoch:g}", lambda: parts.ridges(
            axes, page, data, responses, hue, lambda layer, value: data.trace(responses, layer=layer, category_value=value, epoch=epoch), label_rows=k == 0))

    def of_model(measure, layer, value, epoch):
        rows = of_pattern(data.measure_rows(measure, EXPERIMENTS, layer=layer, category_value=value, category="activityloss", epoch=epoch), pattern)
        return estimate_of(rows, measure)

    def activity(value, epoch):
        """Mean over the layers of the mean response."""
        return float(np.mean([float(of_model("time_averaged_response", layer, value, epoch).value) for layer in layers]))

    def overshoot(value, epoch):
        return float(np.mean([1 / float(of_model("sustained_index", layer, value, epoch).value) - 1 for layer in layers]))

    last = epochs[-1]

    def summary():
        twin = summary_ax.twinx()
        parts.by_category(summary_ax, page, hue, {value: of_model("accuracy", "classifier", value, last) for value in hue.values})
        twin.plot(range(len(hue.values)), [activity(value, last) for value in hue.values], color=style.GREY, linestyle=style.LINE["second"], marker="D",
                  markerfacecolor="white")
        summary_ax.set_ylabel("Test accuracy")
        twin.set_ylabel("Mean activity (dashed)")
        twin.spines["right"].set_visible(True)
        twin.set_ylim(bottom=0)

    page.panel(summary_ax, "D", "Test", summary)
    for value in hue.values:
        for epoch in epochs:
            try:
                page.number("D", f"accuracy, epoch {epoch:g}", of_model("accuracy", "classifier", value, epoch), category_value=value, layer="classifier")
                page.number("C", f"mean_activity, epoch {epoch:g}", activity(value, epoch), category_value=value)
                page.number("C", f"overshoot, epoch {epoch:g}", overshoot(value, epoch), category_value=value)
            except Refused as refused:
                page.note(str(refused))
            for layer in layers:
                trace = data.trace(responses, layer=layer, category_value=value, epoch=epoch)
                page.number("C", f"settling_time, epoch {epoch:g}", settling_ms(trace), "ms", value, layer)

    def accuracies():
        return {value: of_model("accuracy", "classifier", value, last) for value in hue.values}

    def chosen():
        found = accuracies()
        base = float(found[hue.values[0]].value)
        return max((v for v in hue.values if abs(base - float(found[v].value)) <= CHOSEN_WITHIN or float(found[v].value) > base), key=number)

    def falls():
        rho = spearman([number(v) for v in hue.values], [activity(v, last) for v in hue.values])
        if rho != rho:
            raise Refused("fewer than two weights, or the activity of all is the same")
        return Finding(rho <= -1 + 1e-12, rho)

    def keeps():
        found, weight = accuracies(), chosen()
        drops = [float(found[hue.values[0]].value - found[v].value) for v in hue.values if number(v) <= number(weight)]
        return Finding(max(drops) <= WITHIN, max(drops), reason=f"chosen weight {style.plain(weight)}")

    def settles():
        early, late = (np.array([overshoot(v, epoch) for v in hue.values]) for epoch in (epochs[0], last))
        if len(epochs) < 2:
            raise Refused("responses of one epoch only")
        change = late - early
        return Finding(bool((change < 0).all()), float(change.max()), reason=f"epoch {last:g} minus epoch {epochs[0]:g}, largest of the weights")

    page.claim("Spearman(weight, mean activity) = -1", falls)
    page.claim("accuracy within 2 points of weight 0 up to the chosen weight (the largest within 1 point)", keeps)
    page.claim("overshoot late < overshoot early for every weight", settles)
    return of_model, hue, last


def shown_epochs(epochs):
    """Of those that were tested, the nearest to 10, 50 and 100 % of the training."""
    return list(dict.fromkeys(min(epochs, key=lambda e: abs(e - share * epochs[-1])) for share in (.1, .5, 1)))


def settling_ms(trace):
    """From onset until the response stays within 5 % (of its peak) of its last value with the stimulus."""
    if trace.onset is None:
        return float("nan")
    e = trace.evoked[trace.onset:trace.offset]
    outside = np.flatnonzero(np.abs(e - e[-1]) > 0.05 * np.abs(e).max())
    return float((outside[-1] + 2 if len(outside) else 1) * trace.dt)
