"""The provider as a Flask application: which address leads to which answer."""

import ipaddress
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import Flask, Request, Response, jsonify, make_response, request

from sandbox.idp import control
from sandbox.idp.authorize import authorize, pick
from sandbox.idp.client import Client
from sandbox.idp.discovery import discovery, jwks
from sandbox.idp.end_session import confirm, end_session
from sandbox.idp.graph import PATH, member_groups
from sandbox.idp.portal import portal
from sandbox.idp.provider import Provider
from sandbox.idp.pushed_requests import push
from sandbox.idp.token_endpoint import token
from sandbox.idp.userinfo import userinfo

Handler = Callable[[Provider, Request], Response]


class Route(NamedTuple):
    """An address and what answers there."""

    endpoint: str
    path: str
    handler: Handler
    methods: tuple[str, ...] = ("GET",)


PUBLIC = (
    Route("portal", "/", portal),
    Route("discovery", "/.well-known/openid-configuration", discovery),
    Route("authorize", "/authorize", authorize, ("GET", "POST")),
    Route("pick", "/authorize/pick", pick, ("POST",)),
    Route("par", "/par", push, ("POST",)),
    Route("token", "/token", token, ("POST",)),
    Route("userinfo", "/userinfo", userinfo, ("GET", "POST")),
    Route("end_session", "/end-session", end_session, ("GET", "POST")),
    Route("end_session_confirm", "/end-session/confirm", confirm, ("POST",)),
)

GRAPH = Route("graph", PATH, member_groups, ("POST",))
"""At the root, wherever the issuer is."""

ELSEWHERE = (
    Route("elsewhere_discovery", "/elsewhere/discovery", discovery),
    Route("elsewhere_jwks", "/elsewhere/jwks", jwks),
    Route("elsewhere_par", "/elsewhere/par", push, ("POST",)),
    Route("elsewhere_token", "/elsewhere/token", token, ("POST",)),
    Route("elsewhere_userinfo", "/elsewhere/userinfo", userinfo),
    Route("attacker_jwks", "/attacker/jwks", jwks),
)
"""Where nobody careful ever goes: the targets of redirects and of `jku` headers."""

CONTROL = (
    Route("state", "/_control/state", control.state),
    Route("settings", "/_control/settings", control.change_settings, ("PATCH",)),
    Route("client", "/_control/client", control.change_client, ("PATCH",)),
    Route("misbehaviours", "/_control/misbehaviours", control.misbehaviours),
    Route("misbehave", "/_control/misbehaviours", control.misbehave, ("POST",)),
    Route("behave", "/_control/misbehaviours", control.behave, ("DELETE",)),
    Route("add_person", "/_control/people", control.add_person, ("POST",)),
    Route("rotate_keys", "/_control/keys/rotate", control.rotate_keys, ("POST",)),
    Route("send_logout_token", "/_control/logout-tokens", control.send_logout_token, ("POST",)),
    Route("requests", "/_control/requests", control.requests),
    Route("forget_requests", "/_control/requests", control.forget_requests, ("DELETE",)),
    Route("reset", "/_control/reset", control.reset, ("POST",)),
)


def create_app(issuer: str, client: Client) -> Flask:
    """Build one provider.

    Args:
        issuer: Its own address as others reach it, without a slash at the end, e.g. http://127.0.0.1:8002; with a path,
            such as a tenant's, everything but Microsoft Graph is below it.
        client: The relying party that may use it.

    Returns:
        The application; its state is in `app.extensions["provider"]`.
    """
    app = Flask(__name__)
    provider = Provider(issuer, client)
    app.extensions["provider"] = provider
    below = urlsplit(issuer).path
    app.add_url_rule(GRAPH.path, GRAPH.endpoint, partial(_answer, provider, GRAPH), methods=GRAPH.methods)
    for route in (*PUBLIC, *ELSEWHERE, Route("jwks", provider.jwks_path, jwks)):
        app.add_url_rule(below + route.path, route.endpoint, partial(_answer, provider, route), methods=route.methods)
    for route in CONTROL:
        app.add_url_rule(
            below + route.path, f"control_{route.endpoint}", partial(_control, provider, route), methods=route.methods
        )
    return app


def _answer(provider: Provider, route: Route, **_: Any) -> Response:
    provider.log.record(route.endpoint, request)
    for one in provider.active.for_document(lambda each: route.endpoint in each.instead):
        answer = one.instead[route.endpoint](provider.context())
        if answer is not None:
            return answer
    return route.handler(provider, request)


def _control(provider: Provider, route: Route) -> Response:
    if not (request.remote_addr and ipaddress.ip_address(request.remote_addr).is_loopback):
        return make_response(jsonify(error="the control plane answers on loopback only"), 403)
    try:
        return route.handler(provider, request)
    except (TypeError, ValueError) as error:
        return make_response(jsonify(error=str(error)), 400)
