"""What a process does that begins others whenever it is told to, with a line of JSON; see ``prepared.py``."""

import json
import os
import sys
from collections.abc import Callable
from typing import Any


def told(fork: Callable[[], int] = os.fork, waitpid: Callable[[int, int], Any] = os.waitpid) -> dict[str, Any] | None:
    """Carry out what is asked for; returns in each process that begins, with how it is to be, and ``None`` at the end.

    Args:
        fork: how a process is made of this one.
        waitpid: how it is looked whether one has ended.
    """
    for line in sys.stdin.buffer:
        request: dict[str, Any] = json.loads(line)
        if "poll" in request:
            found, status = waitpid(request["poll"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if found else None
        else:
            answer = fork()
            if not answer:
                return request
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()
    return None


def become(output: str, errors: str, environment: dict[str, str], command: list[str], folder: str) -> None:
    """Be as if begun from nothing.

    Args:
        output: the file that the output is added to.
        errors: the same file, or another one, for what goes to standard error.
        environment: all of the variables.
        command: the program and its arguments.
        folder: where it begins.
    """
    os.chdir(folder)
    opened = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    for path, how, target in ((os.devnull, os.O_RDONLY, 0), (output, opened, 1), (errors, opened, 2)):
        source = os.open(path, how)
        os.dup2(source, target)
        os.close(source)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = command
