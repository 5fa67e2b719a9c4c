"""Figure 10: biological and engineering time: the same responses, later in each layer."""
import numpy as np

from .. import parts, style
from ..data import category_values
from ..page import Finding
from ..refused import Refused
from ..tables import number, option_of

NAME, NUMBER = "unrolling", 10
TITLE = "Biological and engineering time"
TABLES = ("traces",)
EXPERIMENTS = ["unrolling", "response"]
WIDTH, HEIGHT = "single", 130
TOLERANCE = 1e-5  # relative, float32; tables have nine digits
EVERY = 3         # a dot for every third step


def two_times(rows):
    """(value in engineering time, value in biological time) of the category: named so, or the two values of t_feedforward."""
    values = category_values(rows)
    if {"engineering", "biological"} <= set(values):
        return "engineering", "biological"
    numbers = {number(value): value for value in values}
    if 0.0 in numbers and len(numbers) == 2:
        return numbers[0.0], numbers[max(numbers)]
    raise Refused(f"a model in engineering and one in biological time are needed (category unrolling, or tff with 0 and a delay); there are: {', '.join(values)}")


def draw(page, data):
    rows = data.traces(EXPERIMENTS, quantity="response_avg")
    categories = [category for category in ("unrolling", "tff") if category in rows.values("category")]
    if not categories:
        raise Refused(f"traces.csv has no models that differ in unrolling or tff: {', '.join(rows.values('category'))}")
    rows = rows.where(category=categories[0])
    engineering, biological = two_times(rows)
    models = {value: rows.where(category_value=value)["model"][0] for value in (engineering, biological)}
    delay = number(option_of(models[biological], "tff") or (biological if categories[0] == "tff" else "nan"))
    if not np.isfinite(delay):
        raise Refused(f"the model's name does not say t_feedforward (tff=...): {models[biological]}")
    layers = style.layers(rows.values("layer"))
    axes = parts.rows_of_axes(page.figure, page.figure.add_gridspec(1, 1)[0], len(layers), 0.12)
    kinds = {"biological": (style.COLOURS["biological"], "-"), "engineering": (style.COLOURS["engineering"], style.LINE["second"]),
             "shifted": (style.COLOURS["shifted"], "none")}
    worst = {}

    def rows_of_layers():
        for k, layer in enumerate(layers):
            ax = axes[k]
            eng, bio = (data.trace(rows, layer=layer, category_value=value) for value in (engineering, biological))
            n = int(round(k * delay / eng.dt))
            for name, trace in (("biological", bio), ("engineering", eng)):
                ax.plot(trace.time, trace.mean, color=kinds[name][0], linestyle=kinds[name][1], label=style.name(name), linewidth=1)
            shifted = eng.time + n * eng.dt
            keep = shifted <= eng.time[-1]
            ax.plot(shifted[keep][::EVERY], eng.mean[keep][::EVERY], "o", color=kinds["shifted"][0], markersize=2.2, markeredgecolor="white",
                    markeredgewidth=0.3, label=style.name("shifted"))
            ax.text(.99, .85, style.name(layer), transform=ax.transAxes, ha="right", fontweight="bold")
            if k == 0:
                parts.stimulus(ax, eng)
            difference = np.abs(bio.mean[n:] - eng.mean[:len(eng.mean) - n]).max()
            relative = difference / max(np.abs(eng.mean).max(), 1e-12)
            worst[layer] = relative
            page.number(layer, "max_difference", difference, layer=layer)
            page.number(layer, "max_relative_difference", relative, layer=layer)
            page.number(layer, "shift", n, "steps", layer=layer)
        axes[0].margins(x=0)
        parts.time_axis(axes[-1])
        axes[len(layers) // 2].set_ylabel("Mean response")

    for ax in axes[1:]:
        ax.sharey(axes[0])
    page.panel(axes, "", "", rows_of_layers)
    handles, _ = axes[0].get_legend_handles_labels()
    parts.legend_above(page, handles, 1)
    page.number("", "residual_steps", len([layer for layer in layers if layer != "classifier"]) * delay / data.trace(
        rows, layer=layers[0], category_value=engineering).dt, "steps")
    for key, title in (("tsk", "t_skip"), ("tfb", "t_feedback")):
        for value, model in models.items():
            found = option_of(model, key)
            if found is not None:
                page.number("", title, number(found), "ms", value)

    def same():
        layer = max(worst, key=worst.get)
        return Finding(worst[layer] <= TOLERANCE, worst[layer], reason=f"largest in {layer}")

    page.law(f"biological time is engineering time l n_ff steps later: relative difference <= {TOLERANCE:g} in every layer", same)
