"""Three columns for three categories: training, test, responses. Figures 11 to 13 and `response_triptych` are this page."""
from . import learning, parts, style
from .page import Finding
from .refused import Refused

EXPERIMENTS = ["response"]
EXPERIMENTS_OF = {"integration_window_steps": ["duration", "response"]}  # measures over the parameter of another experiment


class Column:
    """One category's rows of the tables, and the colours of its values."""

    def __init__(self, data, category):
        self.data, self.category = data, category
        self.traces = data.traces(EXPERIMENTS, category=category)
        if "epoch" in self.traces and len(self.traces.values("epoch")) > 1:
            self.traces = self.traces.where(epoch=max(self.traces.values("epoch")))
        self.hue = parts.Hue.category(self.traces)
        self.responses = self.traces.where(quantity="response_avg")
        self.layers = [layer for layer in style.layers(self.responses.values("layer")) if layer != "classifier"]

    def trace(self, layer, value, quantity="response_avg"):
        return self.data.trace(self.traces.where(quantity=quantity), layer=layer, category_value=value)

    def measure(self, measure, layer, value):
        return self.data.measure(measure, EXPERIMENTS_OF.get(measure, EXPERIMENTS), layer=layer, category_value=value, category=self.category)

    def ends(self):
        """The smallest and the largest value."""
        return self.hue.values[0], self.hue.values[-1]


class Triptych:
    def __init__(self, page, data, categories):
        self.page, self.data = page, data
        figure = page.figure
        grid = figure.add_gridspec(1, len(categories))
        self.columns = {}
        letters = iter("ABCDEFGHIJKL")
        for k, category in enumerate(categories):
            inner = grid[k].subgridspec(4, 1, height_ratios=[0.18, 1, 1, 2.6])
            key, training, test = (figure.add_subplot(inner[i]) for i in range(3))
            key.set_axis_off()
            layout = inner[3]
            try:
                column = self.columns[category] = Column(data, category)
            except Refused as refused:
                column, why = None, str(refused)
            title = style.name(category)
            if column is None:
                for ax, what in ((training, title), (test, "Test"), (figure.add_subplot(layout), "Responses")):
                    page.panel(ax, next(letters), what, lambda: _refuse(why))
                continue
            made = parts.legend(key, parts.starred(page, short(column.hue.handles(), title)), columns=2 if len(column.hue.values) > 3 else len(column.hue.values), loc="center",
                         columnspacing=0.6, handlelength=1.3, handletextpad=0.3, fontsize=6.5)
            made.set_in_layout(False)  # as wide as its column, whose panels keep their width
            axes = parts.rows_of_axes(figure, layout, len(column.layers))
            page.panel(training, next(letters), title, lambda: learning.accuracy(training, page, data.rows("metrics", None, category=category), column.hue))
            page.panel(test, next(letters), "Test", lambda: self.draw_test(test, column))
            page.panel(axes, next(letters), "Responses", lambda: parts.ridges(axes, page, data, column.responses, column.hue, column.trace))

    def draw_test(self, ax, column):
        options = self.data.options
        for i, value in enumerate(column.hue.values):
            accuracy = column.trace("classifier", value, options.accuracy_measure)
            confidence = column.trace("classifier", value, options.confidence_measure)
            parts.band(ax, self.page, accuracy, column.hue.colour[value], marker=column.hue.marker[value], offset=2 * i)
            parts.band(ax, self.page, confidence, column.hue.colour[value], style.LINE["confidence"])
            if i == 0:
                parts.stimulus(ax, accuracy)
        ax.set_ylabel("Accuracy,\nconfidence")
        parts.time_axis(ax)
        ax.margins(x=0)
        self.page.note(f"confidence: {style.quantity_name(options.confidence_measure).lower()}")
        parts.legend(ax, parts.lines_key({"Accuracy": "first", "Confidence": "confidence"}), fontsize=6, loc="lower left", bbox_to_anchor=(.16, 0), handlelength=1.6)

    def print_measures(self, measures, layers=None):
        """{measure: unit}, of every layer that has it."""
        for category, column in self.columns.items():
            for measure, unit in measures.items():
                for value in column.hue.values:
                    for layer in layers or [*column.layers, "classifier", "network"]:
                        try:
                            estimate = column.measure(measure, layer, value)
                        except Refused:
                            continue
                        self.page.number(style.name(category), measure, estimate, unit, f"{category}={style.plain(value)}", layer)

    def print_dynamics(self, quantities):
        """{column of dynamics.csv: unit}, of the whole network."""
        for category, column in self.columns.items():
            for quantity, unit in quantities.items():
                for value in column.hue.values:
                    try:
                        found = network(self.data, category, value)[quantity]
                    except Refused:
                        continue
                    self.page.number(style.name(category), quantity, found.mean(), unit, f"{category}={style.plain(value)}", "network")

    def column(self, category):
        if category not in self.columns:
            raise Refused(f"no traces of models that differ in {category}")
        return self.columns[category]


def network(data, category, value):
    """Rows of dynamics.csv of the whole network."""
    rows = data.rows("dynamics", None, category=category, category_value=value)
    return rows.where(layer="network") if "layer" in rows and "network" in rows.values("layer") else rows


def grows(estimates):
    """Does a measure rise from the first value to the last? The intervals of the two must not touch."""
    first, last = estimates[0], estimates[-1]
    rise = float(last.value - first.value)
    return Finding(bool(last.low > first.high), rise, float(last.low - first.high), float(last.high - first.low))


def short(handles, title):
    """Values alone where the category's name, which stands above them, is long."""
    for handle in handles:
        if len(title) > 6 and "$" not in title:
            handle.set_label(handle.get_label().removeprefix(f"{title} = "))
    return handles


def _refuse(why):
    raise Refused(why)
