"""Deaths at every write: something is done again and again, and killed one write later each time.

A write that dies has done what lies in its first half, in whole sectors of 512 bytes, as a disk writes them.
The process is one of its own, so that its death takes nothing else along.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from signal import SIGKILL
from typing import Final

ROOT: Final = Path(__file__).parents[1]

_DYING: Final = """
import json, os, signal, sys

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

script = compile(sys.argv[1], "dying", "exec")
exec(compile("\\n".join(line for line in sys.argv[1].splitlines() if "import " in line), "imports", "exec"))
for line in sys.stdin:
    left, *sys.argv[1:] = json.loads(line)
    child = os.fork()
    if not child:
        for name in ("pwrite", "ftruncate", "fsync", "rename", "replace", "unlink", "rmdir"):
            setattr(os, name, dies(name, getattr(os, name)))
        exec(script)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def deaths(script: str, before: Callable[[int], list[str]]) -> int:
    """Run a script until it comes to its end, killed at its first write, at its second, and so on; how often
    it died. before: makes what it works on, and gives its arguments (`sys.argv[1:]`).
    """
    command = [sys.executable, "-c", _DYING, script]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as at:
        assert at.stdin is not None
        assert at.stdout is not None
        for number in count():
            at.stdin.write(json.dumps([number, *before(number)]) + "\n")
            at.stdin.flush()
            ended = int(at.stdout.readline())
            if ended == 0:
                at.stdin.close()
                return number
            assert ended == -SIGKILL
    raise AssertionError
