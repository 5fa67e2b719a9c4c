"""`plot_dynamics` of the Python toolbox: figure 15, 16 or 17, by the experiment that the tables hold."""
from ..refused import Refused
from . import contrast, duration, interval

NAME, NUMBER = "dynamics", None
TITLE = "Figure 15, 16 or 17, by the experiment"
TABLES = ("traces", "summary", "curves", "dn_fit")
HEIGHT = contrast.HEIGHT


def draw(page, data):
    there = data.options.experiment or data.tables.table("traces").values("experiment")
    found = [module for module in (duration, contrast, interval) if set(module.EXPERIMENTS) & set(there)]
    if not found:
        raise Refused(f"traces of another experiment: {', '.join(there)}; this figure draws duration, contrast or interval")
    if len(found) > 1:
        raise Refused(f"traces of {', '.join(module.NAME for module in found)}: name one (--experiment)")
    found[0].draw(page, data)
