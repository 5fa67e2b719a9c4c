"""Figure 16: contrast. How height and latency of responses depend on the contrast of the stimulus."""
import numpy as np

from .. import parts, style
from ..dynamics import Dynamics
from ..page import CLAIM, LAW, Finding
from ..refused import Refused
from ..statistics import spearman
from ..tables import number, option_of

NAME, NUMBER = "contrast", 16
TITLE = "Contrast: traces, delayed normalisation, latencies, Naka-Rushton"
TABLES = ("traces", "summary", "curves", "dn_fit")
EXPERIMENTS = ["contrast", "contrast_paper"]
HEIGHT = 165
PRINTED = {"latency_shift_ms": "ms", "c50": "", "naka_rushton_n": "", "r_max": "", "peak_latency_ms": "ms", "latency_50_ms": "ms"}
LINEAR = 1e-5  # float32


def draw(page, data):
    panels = Dynamics(page, data, EXPERIMENTS, 3)
    peak_ax, latency_ax, height_ax = panels.own

    def peak_latency():
        panels.over_parameter(peak_ax, "peak_latency_ms", experiments=EXPERIMENTS)
        peak_ax.set_ylabel("Peak latency (ms)")

    def latencies():
        panels.layers_over_parameter(latency_ax, "latency_50_ms", EXPERIMENTS)
        latency_ax.set_ylabel("Latency to half\nmaximum (ms)")

    def heights():
        for value in panels.hue.values:
            c = parts.numeric(panels.swept.values)
            peak = np.array([panels.trace(panels.focus, swept, value).evoked.max() for swept in panels.swept.values])
            colour = panels.hue.colour[value]
            height_ax.plot(c, peak / peak[-1] / c, color=colour, marker=panels.hue.marker[value], linestyle="none", markersize=3)
            fit = {name: float(data.measure(name, EXPERIMENTS, layer=panels.focus, category_value=value).value) for name in ("r_max", "c50", "naka_rushton_n")}
            fine, n = np.linspace(c.min(), c.max(), 100), fit["naka_rushton_n"]
            curve = fit["r_max"] * fine ** n / (fine ** n + fit["c50"] ** n)
            height_ax.plot(fine, curve / peak[-1] / fine, color=colour, linewidth=0.8)
        height_ax.axhline(1, color=style.GREY, linestyle=style.LINE["reference"], linewidth=0.8)
        height_ax.set_ylabel("Peak / C, relative\nto the highest C")
        height_ax.set_xlabel(style.parameter_label(panels.parameter, panels.in_ms))

    page.panel(peak_ax, "D", f"Latency of the peak, {style.name(panels.focus)}", peak_latency)
    page.panel(latency_ax, "E", "Latency by layer\n", latencies)
    page.panel(height_ax, "F", f"Naka–Rushton (lines), {style.name(panels.focus)}", heights)
    panels.print_measures("D", PRINTED, EXPERIMENTS)
    for value in panels.hue.values:
        for layer in panels.layers:
            page.number("D", "rho_peak_latency", latency_rho(data, layer, value), category_value=value, layer=layer)
            page.number("F", "homogeneity_defect", defect(panels, layer, value), category_value=value, layer=layer)

    def falls(value):
        """The layer with the smallest shift decides."""
        shifts = [data.measure("latency_shift_ms", EXPERIMENTS, layer=layer, category_value=value) for layer in panels.layers]
        least = min(shifts, key=lambda shift: shift.value)
        return Finding(all(shift.low > 0 for shift in shifts), float(least.value), float(least.low), float(least.high),
                       f"smallest of {len(shifts)} layers")

    def homogeneous(value):
        models = panels.rows.where(category_value=value).values("model")
        bias = {option_of(model, "bias") for model in models}
        if bias != {"false"}:
            raise Refused("the law is of networks without biases (bias=false in the model's name)")
        largest = max(defect(panels, layer, value) for layer in panels.layers)
        return Finding(largest <= LINEAR, largest)

    panels.each_model(CLAIM, "latency_50 falls with contrast: latency_shift_ms > 0 in every layer, interval above 0", falls)
    panels.each_model(LAW, f"without biases r(c x) = c r(x): homogeneity defect <= {LINEAR:g} in every layer", homogeneous)


def latency_rho(data, layer, value):
    """Spearman correlation of peak latency with contrast."""
    try:
        values, _, estimates = data.curve("peak_latency_ms", EXPERIMENTS, layer=layer, category_value=value)
    except Refused:
        return float("nan")
    return spearman([number(each) for each in values], [float(e.value) for e in estimates])


def defect(panels, layer, value):
    """max |r(c)/c - r(c_max)/c_max| over the steps and contrasts, relative to the maximum at the highest contrast."""
    traces = {number(swept): panels.trace(layer, swept, value).mean for swept in panels.swept.values}
    top = max(traces)
    full = traces[top] / top
    return float(max(np.abs(mean / c - full).max() for c, mean in traces.items()) / full.max())
