"""A busy neighbour: a process that keeps one CPU busy, of those that the process which starts it may use.

    with Neighbour() as neighbour: ...       ends with the block, whatever happens in it; and with the process, however that ends
    bench/neighbour.py [SECONDS]             one by itself
"""
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1


def ticks_of(pid):
    """Processor time of a process so far, in the kernel's ticks; None: it has ended."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])
    return None


class Neighbour:
    def __init__(self, cpus=None):
        self.cpus = cpus  # None: those of this process
        self.ticks = 0    # after its end

    def __enter__(self):
        on = (lambda: os.sched_setaffinity(0, self.cpus)) if self.cpus else None
        self.process = subprocess.Popen([sys.executable, "-S", __file__, "", str(os.getpid())], preexec_fn=on,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        if not self.process.stdout.readline():  # it says so when it has begun
            raise RuntimeError(f"the neighbour has ended ({self.process.wait()})")
        return self

    def __exit__(self, *_):
        self.ticks = ticks_of(self.process.pid) or 0
        self.process.kill()
        self.process.stdout.close()
        self.process.wait()


def end_with(parent):
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it has ended before
        sys.exit()


def main():
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C without a word
    if len(sys.argv) > 2:
        end_with(int(sys.argv[2]))
    end = time.monotonic() + float(sys.argv[1]) if sys.argv[1:] and sys.argv[1] else float("inf")
    print("busy", flush=True)
    while time.monotonic() < end:
        for _ in range(100_000):
            pass


if __name__ == "__main__":
    main()
