"""Workers of the storm, each forked from a process in which all is loaded already.

What is killed as often would load for most of its life otherwise.
"""

import importlib
import multiprocessing

WORKER = "tests.storm.worker"


def begun(environment, output):
    """Begin a worker with these variables, and return its process; what it says is added to a file."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([WORKER])
    process = context.Process(target=_run, args=(environment, output), daemon=True)
    process.start()
    return process


def _run(environment, output):
    importlib.import_module(WORKER).run(environment, output)
