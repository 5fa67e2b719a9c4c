"""`plot_response_tripytch` of the Python toolbox: three columns for the first three categories that the tables hold."""
from ..refused import Refused
from ..triptych import EXPERIMENTS, Triptych

NAME, NUMBER = "response_triptych", None
TITLE = "Training, test, responses of up to three categories"
TABLES = ("metrics", "traces", "summary")
HEIGHT = 165


def draw(page, data):
    categories = data.traces(EXPERIMENTS).values("category")[:3]
    if not categories:
        raise Refused("traces.csv: no category, so there is nothing to compare")
    Triptych(page, data, categories).print_measures({"accuracy": "", "transient_index": "", "peak_latency_ms": "ms"})
