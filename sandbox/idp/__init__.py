"""A small OpenID provider for the demo and the tests, with a misbehaviour for every wrong token.

It signs in made-up people with one click, speaks the authorization code flow as OpenID Connect Core describes it,
and misbehaves on request: `sandbox.idp.registry` names every way, `sandbox.idp.control` switches them.
It imports nothing of the gateway and must only ever listen on loopback.
"""

from sandbox.idp.app import create_app
from sandbox.idp.client import Client
from sandbox.idp.server import RunningProvider, running_idp

__all__ = ["Client", "RunningProvider", "create_app", "running_idp"]
