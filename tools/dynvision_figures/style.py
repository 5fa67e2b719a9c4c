"""How figures look: widths of a paper's columns, fonts, colours, names, orders. Nothing else in this package names a colour.

Colours are told apart in grey and by every kind of colour vision through what comes with them: values of a category have
markers of their own, measures have line styles, numbers go from dark to light (viridis).
"""
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402

from .refused import Refused  # noqa: E402
from .tables import number  # noqa: E402

MM = 1 / 25.4
WIDTHS = {"single": 85 * MM, "double": 180 * MM}
MOST_VALUES = 15  # of one dimension of a figure

RC = {
    "font.family": "sans-serif", "font.sans-serif": ["DejaVu Sans"], "mathtext.fontset": "dejavusans",
    "font.size": 7, "axes.titlesize": 7.5, "axes.labelsize": 7.5, "xtick.labelsize": 7, "ytick.labelsize": 7,
    "legend.fontsize": 7, "axes.titlelocation": "left", "axes.titlepad": 8, "axes.spines.top": False, "axes.spines.right": False,
    "axes.linewidth": 0.6, "xtick.major.width": 0.6, "ytick.major.width": 0.6, "xtick.major.size": 2.5, "ytick.major.size": 2.5,
    "lines.linewidth": 1.1, "lines.markersize": 3.3, "legend.frameon": True, "legend.facecolor": "white", "legend.edgecolor": "none", "legend.framealpha": 0.8,
    "legend.handlelength": 2.2,
    "legend.borderaxespad": 0.2, "legend.labelspacing": 0.3, "axes.labelpad": 2, "xtick.major.pad": 2, "ytick.major.pad": 2,
    "savefig.dpi": 300, "svg.fonttype": "none", "svg.hashsalt": "dynvision", "axes.unicode_minus": True,
    "axes.formatter.useoffset": False, "figure.constrained_layout.h_pad": 0.03, "figure.constrained_layout.w_pad": 0.03,
    "pdf.fonttype": 42,
}

INK, GREY, PALE, ACCENT = "#202020", "#808080", "#d9d9d9", "#EC4899"
STIMULUS = "#9a9a9a"

COLOURS = {
    "full": "#B8860B", "self": "#2E8B57", "depthpointwise": "#1E3A8A", "pointdepthwise": "#3B82F6", "local": "#E91E63",
    "localdepthwise": "#FF6347", "none": "#808080", "nan": "#808080", "": INK,
    "feedforward": "#D4A373", "recurrence": "#9B59B6", "skip": "#2E8B57", "feedback": "#1E3A8A",
    "V1": "#ff69b4", "V2": "#dda0dd", "V4": "#da70d6", "IT": "#ba55d3", "classifier": "#808080",
    "input": "#6BAA75", "middle": "#E9C46A", "output": "#C0533A",
    "DyRCNNx8": "#c0c0c0", "CordsNet": "#9B59B6", "CorNetRT": "#C88B4A",
    "biological": "#1b780e", "engineering": "#d3a60c", "shifted": "#b3860c",
    "false": "#808080", "true": "#B8860B", "add": "#1E3A8A", "mul": "#E91E63",
}
MARKERS = {"full": "o", "self": "s", "depthpointwise": "^", "pointdepthwise": "v", "local": "D", "localdepthwise": "P", "none": "X",
           "V1": "o", "V2": "s", "V4": "^", "IT": "D", "classifier": "X", "input": "o", "middle": "s", "output": "^",
           "false": "X", "true": "o", "add": "^", "mul": "v"}
OTHER_MARKERS = "os^DvP<>Xhdp*8H"

LINE = {"first": "-", "second": (0, (4, 1.6)), "confidence": (0, (1.2, 1.2)), "train": "-", "validation": (0, (1.2, 1.2)),
        "silenced": (0, (4, 1.6)), "reference": (0, (5, 2))}

NAMES = {
    "duration": "D", "stim": "D", "contrast": "C", "interval": "I", "noise": "σ", "noiselevel": "σ", "ssnr": "SSNR", "tau": "τ",
    "trc": r"$\Delta_\mathrm{RC}$", "tsk": r"$\Delta_\mathrm{SK}$", "tff": r"$\Delta_\mathrm{FF}$", "tfb": r"$\Delta_\mathrm{FB}$",
    "lossrt": r"$t_\mathrm{loss}$", "idle": r"$t_\mathrm{idle}$", "tsteps": "T", "activityloss": "Activity Loss Weight",
    "rctype": "Recurrence Type", "rctarget": "Recurrence Target", "pattern": "Presentation Pattern", "feedback": "Feedback",
    "skip": "Skip", "ffonly": "Feedforward only", "soa": "SOA", "fraction": "Occluded fraction", "gap": "Gap",
    "supralinearity": "Exponent n", "input_adaption_weight": "Input adaption", "use_retina": "Retina",
    "add": "Additive", "mul": "Multiplicative", "true": "True", "false": "False",
    "layer1": "V1", "layer2": "V2", "layer3": "V4", "layer4": "IT", "classifier": "Classifier",
    "skip_V1_V4": "Skip V1→V4", "skip_V2_IT": "Skip V2→IT", "feedback_V4_V1": "V1←V4", "feedback_IT_V2": "V2←IT",
    "full": "Full", "self": "Self", "depthpointwise": "Depth-pointwise", "pointdepthwise": "Point-depthwise", "local": "Local",
    "localdepthwise": "Local depthwise", "none": "None", "input": "Input", "middle": "Middle", "output": "Output",
    "biological": "Biological time", "engineering": "Engineering time", "shifted": "Engineering time, shifted",
    "feedforward": "Feedforward", "recurrence": "Recurrence",
}
EXPERIMENTS = {
    "response": "Response", "duration": "Stimulus Duration", "contrast": "Stimulus Contrast", "interval": "Interstimulus Interval",
    "stability": "Stability", "nullcondition": "Null Condition", "null": "Blank", "idleresponse": "Idle Time",
    "uniformnoise": "Uniform Noise", "saltpeppernoise": "Salt-and-pepper Noise", "poissonnoise": "Poisson Noise",
    "gaussiannoise": "Gaussian Noise", "gaussiancorrnoise": "Correlated Gaussian Noise",
    "phasescramblednoise": "Phase-scrambled Noise", "noiseonset": "Noise Onset", "occlusion": "Occlusion", "masking": "Masking",
    "adaptationtrain": "Adaptation: Train", "adaptationrecovery": "Adaptation: Recovery", "contrastduration": "Contrast × Duration",
}
QUANTITIES = {
    "response_avg": "Response", "response_std": "Response s.d.", "accuracy": "Accuracy", "accuracy_top3": "Accuracy (top 3)",
    "accuracy_top5": "Accuracy (top 5)", "guess_confidence": "Confidence of the guess", "label_confidence": "Confidence of the label",
    "first_label_confidence": "Confidence of the first label", "train_accuracy": "Training accuracy", "val_accuracy": "Validation accuracy",
    "loss/CrossEntropyLoss": "Cross entropy", "loss/ActivityLoss": "Activity loss",
}
# Axes of a swept parameter: what it is, and its unit where the tables hold it in ms.
PARAMETERS = {"stim": "Stimulus duration D", "duration": "Stimulus duration D", "contrast": "Contrast C", "interval": "Interval I",
              "ssnr": "SSNR", "idle": "Idle steps", "soa": "SOA", "fraction": "Occluded fraction"}

ORDERS = {
    "rctype": ["full", "self", "depthpointwise", "pointdepthwise", "local", "localdepthwise", "none"],
    "rctarget": ["input", "middle", "output"], "feedback": ["false", "add", "mul"], "skip": ["true", "false"],
    "layer": ["V1", "V2", "V4", "IT", "classifier"],
}
DEFAULTS = {"rctype": "full", "rctarget": "output", "skip": "true", "feedback": "false", "tau": "5", "trc": "6", "tsk": "0",
            "tff": "0", "lossrt": "4", "tsteps": "20", "idle": "0", "pattern": "1", "activityloss": "0.0002"}


def begin():
    """Makes this style Matplotlib's."""
    plt.rcdefaults()
    plt.rcParams.update(RC)


def plain(value):
    """A value as people write it: 5.0 -> 5, True -> true."""
    text = str(value)
    if text.lower() in ("true", "false", "nan", "none"):
        return text.lower()
    try:
        return f"{float(text):g}"
    except ValueError:
        return text


def name(value):
    """What a category, a value or a layer is called in a figure."""
    return NAMES.get(str(value), NAMES.get(plain(value), plain(value)))


def value_name(category, value):
    """A value in a legend: its name, or `τ = 5`; the published model's is marked."""
    star = "*" if DEFAULTS.get(category) == plain(value) else ""
    return (f"{name(category)} = {plain(value)}" if is_numeric([value]) and category not in ("rctype",) else name(value)) + star


def quantity_name(quantity):
    return QUANTITIES.get(quantity, quantity.replace("_", " "))


def experiment_name(experiment):
    silenced = experiment.endswith("ffonly")
    stem = experiment.removesuffix("ffonly")
    return EXPERIMENTS.get(stem, stem) + (" (recurrence silenced)" if silenced else "")


def parameter_label(parameter, in_ms):
    return PARAMETERS.get(parameter, name(parameter)) + (" (ms)" if in_ms else "")


def is_numeric(values):
    return all(np.isfinite(number(value)) and str(value).lower() not in ("true", "false") for value in values)


def order(category, values):
    """Values in the order of the figures: the category's own, else numbers ascending, else as they come."""
    values = list(dict.fromkeys(values))
    if len(values) > MOST_VALUES:
        raise Refused(f"{len(values)} values of {category or 'a dimension'}: a figure shows at most {MOST_VALUES}")
    if is_numeric(values):
        return sorted(values, key=number)
    known = ORDERS.get(category, [])
    return sorted(values, key=lambda value: (known.index(plain(value)) if plain(value) in known else len(known)))


def layers(values):
    return order("layer", values)


def colours(values):
    """{value: colour}; numbers without a colour of their own are viridis, dark to light, in order."""
    missing = [value for value in values if plain(value) not in COLOURS]
    scale = plt.get_cmap("viridis")
    step = 0.85 / max(len(missing) - 1, 1)
    return {value: COLOURS[plain(value)] if value not in missing else matplotlib.colors.to_hex(scale(step * missing.index(value)))
            for value in values}


def markers(values):
    left = [m for m in OTHER_MARKERS if m not in {MARKERS.get(plain(v)) for v in values}]
    return {value: MARKERS.get(plain(value)) or left[i % len(left)] for i, value in enumerate(values)}
