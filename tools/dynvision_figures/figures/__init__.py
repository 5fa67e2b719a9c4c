"""All figures, one file each: NAME, NUMBER (of the paper's caption, or None), TITLE, TABLES, HEIGHT [mm], draw(page, data)."""
import importlib

ORDER = ("energyloss", "energyloss_pattern", "rctypes", "unrolling", "triptych_time", "triptych_connections", "triptych_delays", "stability",
         "duration", "contrast", "interval", "noise", "responses", "performance", "training", "dynamics", "response_triptych",
         "weight_distributions", "confusion_matrix", "classifier_responses", "adaption", "experiment_outputs", "decoding",
         "generalization", "layer_step_cka", "rdm_rows", "plan_tree", "dn_parameters", "benchmark")
# Names of the Python toolbox's plots that are another figure here.
ALSO = {"response_tripytch": "response_triptych", "adaptation": "adaption", "plan": "plan_tree"}


def module(name):
    return importlib.import_module(f"{__name__}.{name}")


def find(wanted):
    """A figure's file by its name (`duration`, `plot_unrolling`) or its number in the paper (`15`)."""
    from ..refused import Refused, nearest

    stem = str(wanted).removeprefix("plot_").removeprefix("figure")
    stem = ALSO.get(stem, stem)
    if stem in ORDER:
        return module(stem)
    for each in ORDER:
        if stem.isdigit() and module(each).NUMBER == int(stem):
            return module(each)
    raise Refused(f"no figure '{wanted}': {nearest(stem, ORDER)}")
