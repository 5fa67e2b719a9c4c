"""The plan of an experiment: which steps of its conditions are the same, and are computed once.

Reads plan.json: `segments`, each with id, parent (-1: the root), first_step, steps, show; a branch is a row of the figure.
"""
from .. import style
from ..refused import Refused, nearest

NAME, NUMBER = "plan_tree", None
TITLE = "What of an experiment's conditions is computed once"
TABLES = ("plan",)
HEIGHT = 70
FIELDS = ("id", "parent", "first_step", "steps", "show")
SHADES = {"void": style.PALE, "image": style.COLOURS["full"], "noise": style.COLOURS["pointdepthwise"], "mask": style.COLOURS["local"]}
HATCHES = {"void": None, "image": None, "noise": "////", "mask": "xxxx"}


def draw(page, data):
    plan = data.tables.json("plan")
    if not isinstance(plan, dict) or not isinstance(plan.get("segments"), list) or not plan["segments"]:
        raise Refused(f"plan.json has no list 'segments': {nearest('segments', plan if isinstance(plan, dict) else [])}")
    segments = plan["segments"]
    for k, segment in enumerate(segments):
        for name in FIELDS:
            if name not in segment:
                raise Refused(f"plan.json: segment {k} has no '{name}'")
    children = {}
    for segment in segments:
        children.setdefault(segment["parent"], []).append(segment)
    known = {segment["id"] for segment in segments}
    lost = [segment["parent"] for segment in segments if segment["parent"] not in known and segment["parent"] != -1]
    if lost:
        raise Refused(f"plan.json: no segment {lost[0]}, which others follow")
    row, leaves = {}, []

    def place(segment, above):
        """Rows of leaves from top to bottom; a branch stands at the mean of its leaves."""
        if segment["id"] in above:
            raise Refused(f"plan.json: segment {segment['id']} follows itself")
        below = children.get(segment["id"], [])
        if not below:
            row[segment["id"]] = len(leaves)
            leaves.append(segment)
        else:
            row[segment["id"]] = sum(place(each, above | {segment["id"]}) for each in below) / len(below)
        return row[segment["id"]]

    for root in children.get(-1, []):
        place(root, set())
    if not leaves:
        raise Refused("plan.json: no segment has the parent -1")
    page.figure.set_size_inches(page.figure.get_size_inches()[0], style.MM * max(40, 25 + 5 * len(leaves)))
    ax = page.figure.add_subplot()

    def tree():
        used = []
        for segment in segments:
            at, show = row[segment["id"]], segment["show"]
            if show not in used:
                used.append(show)
            ax.barh(at, segment["steps"], left=segment["first_step"], height=0.6, color=SHADES.get(show, style.GREY), hatch=HATCHES.get(show), edgecolor="white",
                    linewidth=0.4, label=show if show not in used[:-1] else None)
            if segment["parent"] != -1:
                ax.plot([segment["first_step"]] * 2, [row[segment["parent"]], at], color=style.INK, linewidth=0.6)
        handles, labels = ax.get_legend_handles_labels()
        first = {label: handle for handle, label in reversed(list(zip(handles, labels)))}
        page.figure.legend(first.values(), first.keys(), loc="outside upper right", ncols=4)
        ax.invert_yaxis()
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        ax.set_xlabel("Step (idle included)")
        ax.margins(x=0.01)

    nodes = sum(segment["steps"] for segment in segments)
    conditions = plan.get("conditions")
    page.panel(ax, "", f"{style.experiment_name(str(plan.get('experiment', '')))}: {nodes} steps are computed" + (
        f" of {plan['steps']}" if isinstance(plan.get("steps"), (int, float)) else ""), tree)
    page.number("", "nodes", float(nodes))
    page.number("", "branches", float(len(leaves)))
    if isinstance(conditions, list):
        page.number("", "conditions", float(len(conditions)))
    if isinstance(plan.get("steps"), (int, float)):
        page.number("", "steps", float(plan["steps"]))
        page.number("", "ratio", plan["steps"] / nodes)
