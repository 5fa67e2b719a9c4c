"""What a compiler has made already is not made again."""
import os
import subprocess
import time
from pathlib import Path


def up_to_date(product, dependencies):
    """Whether it is younger than every file that it was made of, as make understands it."""
    try:
        made = product.stat().st_mtime_ns
        return all(Path(file).stat().st_mtime_ns <= made for file in dependencies.read_text().replace("\\\n", " ").split()[1:])
    except FileNotFoundError:
        return False


def compile_once(source, text, product, command, means):
    """The compiler's outcome for a source of this text, or None where it was content before and nothing is different since then.

    `command` makes `product`, or no file, and gets the source and what it depends on; `means`: what else the outcome depends on, such as the
    compiler's version.
    """
    dependencies, key = Path(f"{product}.d"), Path(f"{product}.key")
    wanted = "\n".join([means, *command, text])
    if key.exists() and key.read_text() == wanted and up_to_date(product, dependencies):
        return None
    key.unlink(missing_ok=True)
    source.write_text(text)
    started = time.time_ns()
    done = subprocess.run([*command, str(source), "-MD", "-MF", str(dependencies)], capture_output=True, text=True)
    if done.returncode == 0:
        product.touch()
        os.utime(product, ns=(started, started))  # what has changed meanwhile is younger
        key.write_text(wanted)
    return done
