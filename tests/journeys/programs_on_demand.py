"""Begins the sandbox's servers and the gateway's command whenever it is told to; see ``prepared.py``."""

import gc
import runpy

import gateway.cli
import sandbox.idp.server
import sandbox.talentlms.server
from tests.journeys.on_demand import become, told

IMPORTED = (gateway.cli, sandbox.idp.server, sandbox.talentlms.server)
gc.freeze()  # it stays to the end; a process that ends would go through all of it several times


def run(program: str) -> None:
    """Run a module of this name, or the file at this path."""
    if "/" in program:
        runpy.run_path(program, run_name="__main__")
    else:
        runpy.run_module(program, run_name="__main__", alter_sys=True)


if __name__ == "__main__" and (request := told()):
    become(**request)
    run(request["command"][0])
