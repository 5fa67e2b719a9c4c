"""Files that are there when they are whole."""
import os
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path):
    """A name beside `path` to write to; what was written is renamed to `path` at the end, and stays beside it after an error."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    yield partial
    os.replace(partial, path)
