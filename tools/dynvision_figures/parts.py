"""What figures share: bands, ridges, the stimulus, curves against a parameter, colours of a category, legends."""
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.transforms import Affine2D, ScaledTranslation, blended_transform_factory

from . import style
from .data import category_values, only, parameter_values
from .refused import Refused
from .tables import number


class Hue:
    """Values that are told apart by colour and marker: of a category, of the parameter, or layers."""

    def __init__(self, kind, values):
        self.kind, self.values = kind, values
        self.colour, self.marker = style.colours(values), style.markers(values)
        self.line = {value: style.LINE["silenced"] if kind == "rctype" and value == "none" else "-" for value in values}

    @classmethod
    def category(cls, rows):
        return cls(only(rows, "category"), category_values(rows))

    @classmethod
    def parameter(cls, rows):
        return cls(only(rows, "parameter"), parameter_values(rows))

    @classmethod
    def layers(cls, values):
        return cls("layer", style.layers(values))

    def name(self, value):
        return style.value_name(self.kind, value) if value != "" else "all"

    def handles(self, line=None):
        return [Line2D([], [], color=self.colour[v], marker=self.marker[v], linestyle=line or self.line[v], label=self.name(v))
                for v in self.values if v != ""]


def layers_key(ax, hue):
    """The names of layers in a row above a panel, whose title ends with a line feed."""
    ax.legend(handles=hue.handles(), loc="lower center", bbox_to_anchor=(0.5, 0.98), ncols=len(hue.values), fontsize=6, columnspacing=0.8,
              handlelength=1.6)


def lines_key(lines):
    """Handles that say what a line style means: lines_key({"Training": "train"})."""
    return [Line2D([], [], color=style.GREY, linestyle=style.LINE[kind], label=label) for label, kind in lines.items()]


def legend(ax, handles, columns=None, title=None, **where):
    """A legend in a panel of its own, or inside one."""
    if not handles:
        return None
    return ax.legend(handles=handles, ncols=columns or 1, title=title, title_fontsize=7, **({"loc": "best"} | where))


def starred(page, handles):
    """The same handles; where one has a star, the figure says what it means."""
    if any(str(handle.get_label()).endswith("*") for handle in handles):
        page.note("* the published model's")
    return handles


def legend_above(page, handles, columns=None, where="outside upper center"):
    if starred(page, handles):
        page.figure.legend(handles=handles, loc=where, ncols=columns or min(len(handles), 7))


def note_units(page, estimate):
    """Which interval a band is."""
    page.note(f"95 % intervals: {estimate.units}")
    if np.isfinite(estimate.n):
        page.note_images(estimate.n)


def stimulus(ax, trace):
    """The grey step line above a panel, 2 to 6 points over it: what is shown."""
    if trace.onset is None:
        return
    time = np.append(trace.time, trace.time[-1] + trace.dt)
    level = np.append(trace.shown, 0) / max(trace.shown.max(), 1e-12)
    points = Affine2D().scale(1 / 72) + ax.figure.dpi_scale_trans + ScaledTranslation(0, 1, ax.transAxes)
    ax.step(time, 2 + 4 * level, where="post", transform=blended_transform_factory(ax.transData, points), color=style.STIMULUS,
            linewidth=0.8, clip_on=False, zorder=0)


def band(ax, page, trace, colour, line="-", marker=None, label=None, width=1.1, offset=0, **more):
    """A time course with its interval."""
    estimate = trace.estimate
    every = max(len(trace.time) // 6, 1)
    drawn, = ax.plot(trace.time, estimate.value, color=colour, linestyle=line, linewidth=width, marker=marker,
                     markevery=(offset % every, every), markeredgecolor="white", markeredgewidth=0.3, label=label, **more)
    if np.isfinite(estimate.low).any():
        ax.fill_between(trace.time, estimate.low, estimate.high, color=colour, alpha=0.22, linewidth=0)
        note_units(page, estimate)
    return drawn


def time_axis(ax):
    ax.set_xlabel("Time (ms)")


def rows_of_axes(figure, spec, count, spacing=0.08, own_scale=()):
    """Axes below each other that share both axes, for ridges; those of `own_scale` share time alone."""
    inner = spec.subgridspec(count, 1, hspace=spacing)
    axes = []
    for i in range(count):
        axes.append(figure.add_subplot(inner[i], sharex=axes[0] if axes else None, sharey=axes[0] if axes and i not in own_scale else None))
        if i < count - 1:
            axes[i].tick_params(labelbottom=False)
    return axes


def ridges(axes, page, data, rows, hue, of, label_rows=True):
    """Layers from the top, IT V4 V2 V1, on one scale and without clipping; `of(layer, value)` gives a trace or None."""
    layers = [layer for layer in style.layers(rows.values("layer")) if layer != "classifier"][::-1]
    if len(layers) != len(axes):
        raise Refused(f"{len(layers)} layers for {len(axes)} rows")
    lowest = 0.0
    for ax, layer in zip(axes, layers):
        for i, value in enumerate(hue.values):
            trace = of(layer, value)
            if trace is None:
                continue
            colour = hue.colour[value] if hue.kind != "layer" else style.colours([layer])[layer]
            band(ax, page, trace, colour, hue.line[value], hue.marker[value] if hue.kind != "layer" else None, offset=2 * i, clip_on=False)
            lowest = min(lowest, np.nanmin(trace.mean))
            if i == 0 and layer == layers[0]:
                stimulus(ax, trace)
        ax.axhline(0, color=style.PALE, linewidth=0.5, zorder=0)
        if label_rows:
            ax.text(0.99, 0.82, style.name(layer), transform=ax.transAxes, ha="right", va="center", fontweight="bold", fontsize=7,
                    color=style.INK, bbox={"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 0.6})
    axes[0].margins(x=0, y=0.12)
    time_axis(axes[-1])
    if label_rows:
        axes[len(axes) // 2].set_ylabel("Mean response", y=1.0 if len(axes) % 2 == 0 else 0.5)


def number_of_layers(rows):
    return len([layer for layer in style.layers(rows.values("layer")) if layer != "classifier"]) or 1


def against(ax, page, x, estimates, colour, marker="o", line="-", label=None, shift=0.0):
    """A measure over a parameter, with error bars."""
    value, low, high = (np.array([float(getattr(e, part)) for e in estimates]) for part in ("value", "low", "high"))
    error = np.abs(np.vstack([value - low, high - value]))
    error[~np.isfinite(error)] = 0
    ax.errorbar(np.asarray(x, float) + shift, value, yerr=error, color=colour, marker=marker, linestyle=line, elinewidth=0.8,
                markeredgecolor="white", markeredgewidth=0.3, label=label)
    if np.isfinite(low).any():
        note_units(page, estimates[0])
    return value


def require_some(curves, what):
    """Of all lines of a panel: an error where there is not one number."""
    if not any(np.isfinite(float(estimate.value)) for estimates in curves for estimate in estimates):
        raise Refused(f"{what}: not a number in any condition")


def by_category(ax, page, hue, estimates, marker=None, shift=0.0, filled=True):
    """A value for each value of a category, with its interval; x has the names."""
    for i, value in enumerate(hue.values):
        estimate = estimates.get(value)
        if estimate is None or not np.isfinite(estimate.value):
            continue
        error = [[max(float(estimate.value - estimate.low), 0)], [max(float(estimate.high - estimate.value), 0)]] \
            if np.isfinite(estimate.low) else None
        ax.errorbar([i + shift], [float(estimate.value)], yerr=error, color=hue.colour[value], marker=marker or hue.marker[value],
                    markerfacecolor=hue.colour[value] if filled else "white", linestyle="none", elinewidth=0.8, markersize=4)
        if error:
            note_units(page, estimate)
    names(ax, hue)


def names(ax, hue):
    """The values of a category below an axis; numbers alone where the axis has the category's name."""
    labels = [style.plain(v) if style.is_numeric([v]) else style.name(v) for v in hue.values]
    long = any(len(label) > 5 for label in labels) and len(labels) > 3
    ax.set_xticks(range(len(labels)), labels, rotation=35 if long else 0, ha="right" if long else "center",
                  rotation_mode="anchor" if long else "default")
    ax.set_xlim(-0.6, len(labels) - 0.4)
    ax.set_xlabel(style.name(hue.kind) if hue.kind else "")


def picture(ax, page, values, extent, label, low=None, high=None):
    """A matrix in viridis, dark to light, with its colour bar."""
    image = ax.imshow(values, origin="lower", aspect="auto", cmap="viridis", extent=extent, vmin=low, vmax=high, interpolation="nearest")
    bar = page.figure.colorbar(image, ax=ax, shrink=0.85, pad=0.02)
    bar.set_label(label)
    bar.outline.set_linewidth(0.5)
    return image


def numeric(values):
    return np.array([number(value) for value in values])
