"""Deaths at every write: something is done again and again, and killed one write later each time.

A write that dies has done what lies in its first half, in whole sectors of 512 bytes, as a disk writes them.
The process is one of its own, so that its death takes nothing else along.
"""

import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from signal import SIGKILL
from typing import Final

ROOT: Final = Path(__file__).parents[1]

_DYING: Final = """
import os, signal, sys

left = int(sys.argv[1])

def dies(name, real):
    def call(*given, **named):
        global left
        left -= 1
        if left < 0:
            if name == "pwrite":
                number, text, at = given
                done = (at + (len(text) + 512) // 2) // 512 * 512 - at
                real(number, bytes(text)[: max(0, done)], at)
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **named)
    return call

for name in ("pwrite", "ftruncate", "fsync", "rename", "replace", "unlink", "rmdir"):
    setattr(os, name, dies(name, getattr(os, name)))
"""


def deaths(script: str, before: Callable[[int], list[str]]) -> int:
    """Run a script until it comes to its end, killed at its first write, at its second, and so on; how often
    it died. before: makes what it works on, and gives its arguments.
    """
    for number in count():
        command = [sys.executable, "-c", _DYING + script, str(number), *before(number)]
        ended = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
        if ended.returncode == 0:
            return number
        assert ended.returncode == -SIGKILL, ended.stderr.decode()
    raise AssertionError
