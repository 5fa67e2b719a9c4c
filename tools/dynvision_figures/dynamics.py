"""The three panels that the figures of duration, contrast and interval share (A layers, B focus layer, C normalisation)."""
import numpy as np

from . import delayed_normalization, parts, style
from .tables import number
from .data import only
from .refused import Refused


class Dynamics:
    """A page with panels A, B, C drawn, and axes for the figure's own panels."""

    def __init__(self, page, data, experiments, own_panels, single=None):
        self.page, self.data = page, data
        self.rows = data.traces(experiments, quantity="response_avg")
        if single is not None:  # an experiment whose one condition is no value of the parameter
            self.rows = self.rows.where(experiment=[e for e in self.rows.values("experiment") if e not in single])
        self.hue = parts.Hue.category(self.rows)
        self.first = data.first_value(self.rows)
        self.swept = parts.Hue.parameter(self.rows)
        self.focus = data.focus(self.rows)
        self.reference = data.reference(self.swept.values)
        self.in_ms = data.in_ms(self.rows)
        self.parameter = only(self.rows, "parameter")
        self.layers = [layer for layer in style.layers(self.rows.values("layer")) if layer != "classifier"]
        figure = page.figure
        grid = figure.add_gridspec(1, 3, width_ratios=[1, 1, 1.15])
        self.ridges = parts.rows_of_axes(figure, grid[0], len(self.layers))
        self.over_values = parts.rows_of_axes(figure, grid[1], len(self.swept.values), 0.05)
        right = grid[2].subgridspec(1 + own_panels, 1, hspace=0.1)
        self.model = figure.add_subplot(right[0])
        self.own = [figure.add_subplot(right[1 + i]) for i in range(own_panels)]
        handles = self.hue.handles() if self.hue.values != [""] else []
        if handles:
            parts.legend_above(page, handles)
        page.panel(self.ridges, "A", f"{style.PARAMETERS.get(self.parameter, self.parameter)} = {self.value_text(self.reference)}", self.draw_layers)
        page.panel(self.over_values, "B", f"{style.name(self.focus)}", self.draw_values)
        page.panel(self.model, "C", f"Delayed normalisation, {style.name(self.focus)}\n", self.draw_model)

    def value_text(self, value):
        ms = self.rows.where(parameter_value=value)["parameter_ms"][0]
        return f"{ms:g} ms" if np.isfinite(ms) else style.plain(value)

    def trace(self, layer, parameter_value, category_value):
        return self.data.trace(self.rows, layer=layer, parameter_value=parameter_value, category_value=category_value)

    def draw_layers(self):
        parts.ridges(self.ridges, self.page, self.data, self.rows, self.hue, lambda layer, value: self.trace(layer, self.reference, value))

    def draw_values(self):
        for ax, value in zip(self.over_values, self.swept.values[::-1]):
            for i, category in enumerate(self.hue.values):
                trace = self.trace(self.focus, value, category)
                parts.band(ax, self.page, trace, self.hue.colour[category], self.hue.line[category], self.hue.marker[category], width=0.9,
                           offset=2 * i, clip_on=False)
            parts.stimulus(ax, trace)
            ax.set_yticks([])
            ax.spines["left"].set_visible(False)
            ax.text(1, 0.75, self.value_text(value), transform=ax.transAxes, ha="right", va="center", fontsize=6.5)
        parts.time_axis(self.over_values[-1])
        self.over_values[0].margins(x=0)

    def draw_model(self):
        """The focus layer of one model, and the fit of all its conditions together; a schematic of cortex, scaled to it."""
        fit = self.data.rows("dn_fit", None, category_value=self.first, layer=self.focus)
        seed = fit["seed"][0]
        parameters = delayed_normalization.parameters_of(fit.where(seed=seed) if np.isfinite(seed) else fit)
        largest = 0.0
        for value in self.swept.values:
            trace = self.trace(self.focus, value, self.first)
            contrast = 1.0 if self.parameter != "contrast" or trace.shown.max() < 1 else float(number(value))
            drive = trace.shown * contrast
            self.model.plot(trace.time, trace.evoked, color=self.swept.colour[value], linewidth=1.0)
            predicted = delayed_normalization.predict(drive, trace.dt / 1000, parameters)
            self.model.plot(trace.time, predicted, color=style.INK, linewidth=0.6, linestyle=style.LINE["second"])
            largest = max(largest, trace.evoked.max())
        cortex = delayed_normalization.predict(np.repeat(drive, 10), trace.dt / 1000, delayed_normalization.GROEN)[::10]
        if cortex.max() > 0:
            self.model.plot(trace.time, cortex * largest / cortex.max(), color=style.GREY, linewidth=0.8, linestyle=style.LINE["confidence"])
        self.model.legend(handles=parts.lines_key({"Network": "first", "Fit": "second", "Cortex, schematic": "confidence"}),
                          loc="lower center", bbox_to_anchor=(0.5, 0.98), ncols=3, fontsize=6, columnspacing=0.8, handlelength=1.8)
        self.model.set_ylabel("Response − baseline")
        parts.time_axis(self.model)
        self.model.margins(x=0)
        if "r2" in fit:
            self.page.number("C", "r2", fit["r2"][0], layer=self.focus, category_value=self.first)
        for name, value in parameters.items():
            self.page.number("C", name, value, layer=self.focus, category_value=self.first, unit="s" if name in ("tau1", "tau2", "shift") else "")

    def over_parameter(self, ax, measure, layer=None, experiments=None):
        """A measure against the parameter: of the focus layer, a line for each model."""
        for value in self.hue.values:
            _, x, estimates = self.data.curve(measure, experiments, layer=layer or self.focus, category_value=value)
            parts.against(ax, self.page, x, estimates, self.hue.colour[value], self.hue.marker[value], self.hue.line[value])
        ax.set_xlabel(style.parameter_label(self.parameter, self.in_ms))
        return x

    def layers_over_parameter(self, ax, measure, experiments=None):
        """The same of every layer, for one model."""
        layers = parts.Hue.layers(self.layers)
        for layer in self.layers:
            _, x, estimates = self.data.curve(measure, experiments, layer=layer, category_value=self.first)
            parts.against(ax, self.page, x, estimates, layers.colour[layer], layers.marker[layer])
        parts.layers_key(ax, layers)
        ax.set_xlabel(style.parameter_label(self.parameter, self.in_ms))
        return x

    def print_measures(self, panel, measures, experiments=None):
        """{measure: unit} of every layer and model, as far as the tables have them."""
        for measure, unit in measures.items():
            for value in self.hue.values:
                for layer in self.layers:
                    try:
                        rows = self.data.measure_rows(measure, experiments, layer=layer, category_value=value)
                    except Refused:
                        continue
                    for swept in (rows.values("parameter_value") or [None]):
                        try:
                            estimate = self.data.measure(measure, experiments, layer=layer, category_value=value, parameter_value=swept)
                        except Refused as refused:
                            self.page.note(str(refused))
                            continue
                        self.page.number(panel, measure + (f"({style.plain(swept)})" if swept is not None else ""), estimate, unit, value, layer)

    def each_model(self, kind, statement, test):
        """One statement for every value of the category."""
        for value in self.hue.values:
            of = f" [{style.name(self.hue.kind)}: {style.name(value)}]" if value != "" else ""
            self.page.state(kind, statement + of, lambda value=value: test(value))
