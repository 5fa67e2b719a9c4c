"""Figure 8: the same as figure 7 with interrupted presentation (pattern 1011), and the shift that this makes."""
from ..data import estimate_of
from ..refused import Refused
from . import energyloss

NAME, NUMBER = "energyloss_pattern", 8
TITLE = "Training with activity loss, interrupted presentation (pattern 1011)"
TABLES = energyloss.TABLES
HEIGHT = energyloss.HEIGHT
PATTERN = "1011"


def draw(page, data):
    of_model, hue, last = energyloss.draw(page, data, PATTERN)
    for value in hue.values:
        try:
            rows = energyloss.of_pattern(data.measure_rows("accuracy", energyloss.EXPERIMENTS, layer="classifier", category_value=value,
                                                           category="activityloss", epoch=last), energyloss.PATTERN)
            shift = float(of_model("accuracy", "classifier", value, last).value - estimate_of(rows, "accuracy").value)
            page.number("D", "pattern_shift_of_accuracy", shift, category_value=value, layer="classifier")
        except Refused as refused:
            page.note(str(refused))
