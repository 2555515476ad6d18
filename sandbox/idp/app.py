"""The provider as a Flask application: which address leads to which answer."""

import ipaddress
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from flask import Flask, Request, Response, jsonify, make_response, request

from sandbox.idp import control
from sandbox.idp.authorize import authorize, pick
from sandbox.idp.client import Client
from sandbox.idp.discovery import discovery, jwks
from sandbox.idp.end_session import confirm, end_session
from sandbox.idp.portal import portal
from sandbox.idp.provider import Provider
from sandbox.idp.pushed_requests import push
from sandbox.idp.token_endpoint import token
from sandbox.idp.userinfo import userinfo

Handler = Callable[[Provider, Request], Response]


class Door(NamedTuple):
    """An address and what answers there."""

    endpoint: str
    path: str
    handler: Handler
    methods: tuple[str, ...] = ("GET",)


PUBLIC = (
    Door("portal", "/", portal),
    Door("discovery", "/.well-known/openid-configuration", discovery),
    Door("authorize", "/authorize", authorize, ("GET", "POST")),
    Door("pick", "/authorize/pick", pick, ("POST",)),
    Door("par", "/par", push, ("POST",)),
    Door("token", "/token", token, ("POST",)),
    Door("userinfo", "/userinfo", userinfo, ("GET", "POST")),
    Door("end_session", "/end-session", end_session, ("GET", "POST")),
    Door("end_session_confirm", "/end-session/confirm", confirm, ("POST",)),
)

ELSEWHERE = (
    Door("elsewhere_discovery", "/elsewhere/discovery", discovery),
    Door("elsewhere_jwks", "/elsewhere/jwks", jwks),
    Door("elsewhere_par", "/elsewhere/par", push, ("POST",)),
    Door("elsewhere_token", "/elsewhere/token", token, ("POST",)),
    Door("elsewhere_userinfo", "/elsewhere/userinfo", userinfo),
    Door("attacker_jwks", "/attacker/jwks", jwks),
)
"""Where nobody careful ever goes: the targets of redirects and of `jku` headers."""

CONTROL = (
    Door("state", "/_control/state", control.state),
    Door("settings", "/_control/settings", control.change_settings, ("PATCH",)),
    Door("client", "/_control/client", control.change_client, ("PATCH",)),
    Door("misbehaviours", "/_control/misbehaviours", control.misbehaviours),
    Door("misbehave", "/_control/misbehaviours", control.misbehave, ("POST",)),
    Door("behave", "/_control/misbehaviours", control.behave, ("DELETE",)),
    Door("add_person", "/_control/people", control.add_person, ("POST",)),
    Door("rotate_keys", "/_control/keys/rotate", control.rotate_keys, ("POST",)),
    Door("send_logout_token", "/_control/logout-tokens", control.send_logout_token, ("POST",)),
    Door("requests", "/_control/requests", control.requests),
    Door("forget_requests", "/_control/requests", control.forget_requests, ("DELETE",)),
    Door("reset", "/_control/reset", control.reset, ("POST",)),
)


def create_app(issuer: str, client: Client) -> Flask:
    """Build one provider.

    Args:
        issuer: Its own address as others reach it, without a slash at the end, e.g. http://127.0.0.1:8002.
        client: The relying party that may use it.

    Returns:
        The application; its state is in `app.extensions["provider"]`.
    """
    app = Flask(__name__)
    provider = Provider(issuer, client)
    app.extensions["provider"] = provider
    for door in (*PUBLIC, *ELSEWHERE, Door("jwks", provider.jwks_path, jwks)):
        app.add_url_rule(door.path, door.endpoint, partial(_answer, provider, door), methods=door.methods)
    for door in CONTROL:
        app.add_url_rule(door.path, f"control_{door.endpoint}", partial(_obey, provider, door), methods=door.methods)
    return app


def _answer(provider: Provider, door: Door) -> Response:
    provider.log.record(door.endpoint, request)
    for one in provider.active.for_document(lambda each: door.endpoint in each.instead):
        answer = one.instead[door.endpoint](provider.occasion())
        if answer is not None:
            return answer
    return door.handler(provider, request)


def _obey(provider: Provider, door: Door) -> Response:
    if not (request.remote_addr and ipaddress.ip_address(request.remote_addr).is_loopback):
        return make_response(jsonify(error="the control plane answers on loopback only"), 403)
    try:
        return door.handler(provider, request)
    except (TypeError, ValueError) as error:
        return make_response(jsonify(error=str(error)), 400)
