"""Figure 10: biological and engineering time: the same responses, later in each layer (experiment `unrolling`)."""
import re

import numpy as np

from .. import parts, style
from ..page import Finding
from ..refused import Refused
from ..tables import number

NAME, NUMBER = "unrolling", 10
TITLE = "Biological and engineering time"
TABLES = ("traces",)
EXPERIMENTS = ["unrolling"]
WIDTH, HEIGHT = "single", 130
CLASSIFIER = "guess_confidence"
TOLERANCE = 1e-5  # relative, float32; tables have nine digits
EVERY = 3         # a dot for every third step
DELAYS = {"tsk": "t_skip", "tfb": "t_feedback"}


def two_times(rows):
    """The values of t_feedforward of one network: (engineering time, biological time, [ms] from layer to layer)."""
    numbers = {number(value): value for value in rows.values("parameter_value")}
    delays = [each for each in numbers if each > 0]
    if 0.0 not in numbers or len(delays) != 1:
        raise Refused("a network in engineering and in biological time is needed (tff 0 and a delay); there are tff = " + ", ".join(map(str, numbers.values())))
    return numbers[0.0], numbers[delays[0]], float(rows.where(parameter_value=numbers[delays[0]])["parameter_ms"][0])


def configured(condition, key):
    """A delay [ms] in a condition's id, `...+tff=10+tsk=20`; None where it does not say it."""
    found = re.search(rf"[:+]{key}=([\d.]+)", str(condition))
    return float(found[1]) if found else None


def draw(page, data):
    rows = data.traces(EXPERIMENTS)
    if rows.values("parameter") != ["tff"]:
        raise Refused(f"traces.csv of {', '.join(rows.values('experiment'))} varies {', '.join(rows.values('parameter')) or 'nothing'}, not tff")
    values = rows.values("category_value")
    if len(values) > 1:
        rows = rows.where(category_value=data.first_value(rows))
    engineering, biological, delay = two_times(rows)
    layers = style.layers(rows.where(quantity="response_avg").values("layer"))
    axes = parts.rows_of_axes(page.figure, page.figure.add_gridspec(1, 1)[0], len(layers) + 1, 0.12, own_scale=[len(layers)])
    kinds = {"biological": (style.COLOURS["biological"], "-"), "engineering": (style.COLOURS["engineering"], style.LINE["second"]),
             "shifted": (style.COLOURS["shifted"], "none")}
    worst = {}

    def rows_of_layers():
        for k, layer in enumerate([*layers, "classifier"]):
            ax, quantity = axes[k], CLASSIFIER if layer == "classifier" else "response_avg"
            eng, bio = (data.trace(rows, layer=layer, quantity=quantity, parameter_value=value) for value in (engineering, biological))
            n = int(round(k * delay / eng.dt))
            for name, trace in (("biological", bio), ("engineering", eng)):
                ax.plot(trace.time, trace.mean, color=kinds[name][0], linestyle=kinds[name][1], label=style.name(name), linewidth=1)
            common = min(len(eng.mean), len(bio.mean) - n)
            shifted = eng.time[:common] + n * eng.dt
            ax.plot(shifted[::EVERY], eng.mean[:common:EVERY], "o", color=kinds["shifted"][0], markersize=2.2, markeredgecolor="white",
                    markeredgewidth=0.3, label=style.name("shifted"))
            ax.text(.99, .85, style.name(layer), transform=ax.transAxes, ha="right", fontweight="bold")
            if k == 0:
                parts.stimulus(ax, eng)
            difference = np.abs(bio.mean[n:n + common] - eng.mean[:common]).max()
            relative = difference / max(np.abs(eng.mean).max(), 1e-12)
            worst[layer] = relative
            page.number(layer, "max_difference", difference, layer=layer)
            page.number(layer, "max_relative_difference", relative, layer=layer)
            page.number(layer, "shift", n, "steps", layer=layer)
        axes[0].margins(x=0)
        parts.time_axis(axes[-1])
        axes[len(layers) // 2].set_ylabel("Mean response", y=1.0 if len(layers) % 2 == 0 else 0.5)
        axes[-1].set_ylabel("Confidence")

    page.panel(axes, "", "", rows_of_layers)
    handles, _ = axes[0].get_legend_handles_labels()
    parts.legend_above(page, handles, 1)
    dt = data.trace(rows, layer=layers[0], quantity="response_avg", parameter_value=engineering).dt
    page.number("", "residual_steps", len(layers) * delay / dt, "steps")
    for name, value in (("engineering", engineering), ("biological", biological)):
        for key, title in DELAYS.items():
            page.number("", title, configured(rows.where(parameter_value=value)["condition"][0], key), "ms", name)

    def same():
        layer = max(worst, key=worst.get)
        return Finding(worst[layer] <= TOLERANCE, worst[layer], reason=f"largest in {layer}")

    page.law(f"biological time is engineering time l n_ff steps later: relative difference <= {TOLERANCE:g} in every layer", same)
