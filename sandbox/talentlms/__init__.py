"""A stand-in for TalentLMS: its API, its one-time links and the pages behind them, with nothing to pay for.

It is written from the API document alone and knows nothing of the gateway. The ways in: ``running_sandbox`` for tests,
``create_app`` for another server, ``python -m sandbox.talentlms`` for everyone else.
"""

from sandbox.talentlms.application import create_app
from sandbox.talentlms.config import Config
from sandbox.talentlms.control_client import Control
from sandbox.talentlms.operations import OPERATIONS
from sandbox.talentlms.server import Server, running_sandbox

__all__ = ["OPERATIONS", "Config", "Control", "Server", "create_app", "running_sandbox"]
