"""Learning: accuracy, losses, the accuracy of the test, and responses of the trained networks."""
from .. import learning, parts, style
from ..data import only
from ..refused import Refused

NAME, NUMBER = "training", None
TITLE = "Training and validation, losses, test, responses"
TABLES = ("metrics", "traces")
EXPERIMENTS = ["response"]
HEIGHT = 120


def draw(page, data):
    rows = data.rows("metrics")
    hue = parts.Hue(only(rows, "category"), parts.category_values(rows))
    grid = page.figure.add_gridspec(2, 3)
    accuracy = page.figure.add_subplot(grid[0, 0])
    both = grid[0, 1].subgridspec(2, 1)
    losses = [page.figure.add_subplot(both[0]), page.figure.add_subplot(both[1])]
    test = page.figure.add_subplot(grid[1, 0:2])
    parts.legend_above(page, hue.handles())
    page.panel(accuracy, "A", "Training", lambda: learning.accuracy(accuracy, page, rows, hue))
    page.panel(losses, "B", "Losses", lambda: learning.losses(page, rows, hue, *losses))

    def traces(quantity):
        found = data.traces(EXPERIMENTS, quantity=quantity, **({"category": hue.kind} if hue.kind else {}))
        return found.where(epoch=max(found.values("epoch"))) if len(found.values("epoch")) > 1 else found

    def tested():
        for i, value in enumerate(hue.values):
            for quantity, line in ((data.options.accuracy_measure, "-"), (data.options.confidence_measure, style.LINE["confidence"])):
                trace = data.trace(traces(quantity), layer="classifier", category_value=value)
                parts.band(test, page, trace, hue.colour[value], line, hue.marker[value] if line == "-" else None, offset=2 * i)
            if i == 0:
                parts.stimulus(test, trace)
        test.set_ylabel("Accuracy, confidence (dotted)")
        test.margins(x=0)
        parts.time_axis(test)

    page.panel(test, "C", "Test", tested)
    try:
        layers = parts.number_of_layers(traces("response_avg"))
    except Refused:
        layers = 1
    axes = parts.rows_of_axes(page.figure, grid[:, 2], layers)

    def responses():
        found = traces("response_avg")
        parts.ridges(axes, page, data, found, hue, lambda layer, value: data.trace(found, layer=layer, category_value=value))

    page.panel(axes, "D", "Responses", responses)
    for value in hue.values:
        for column in ("train_accuracy", "val_accuracy"):
            epochs, estimate = learning.by_epoch(rows.where(category_value=value), column)
            last = estimate.value[-1], estimate.low[-1], estimate.high[-1]
            page.number("A", f"{column}, epoch {epochs[-1]:g}", type(estimate)(*last, estimate.n, estimate.seeds), category_value=value)
