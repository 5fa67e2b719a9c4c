"""What cannot be drawn, said in words."""


class Refused(Exception):
    """The tables do not hold what a figure needs; the message says what, where, and what there is instead."""


def nearest(name, names):
    """The valid choice that is closest to a wrong one, as the end of a message."""
    import difflib

    names = [str(each) for each in names]
    close = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    return f"did you mean {close[0]}? (there are: {', '.join(names)})" if close else f"there are: {', '.join(names)}"
