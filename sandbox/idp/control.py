"""The control plane: what tests and the demo switch while the provider runs. Loopback only, JSON only."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from flask import Request, Response, jsonify, make_response

from sandbox.idp.client import Client
from sandbox.idp.logout_token import send
from sandbox.idp.person import Person, default_sub
from sandbox.idp.provider import Provider
from sandbox.idp.registry import LOGOUT_VARIANTS, MISBEHAVIOURS, logout_variant, misbehaviour
from sandbox.idp.sessions import Session


class UnreadableBodyError(ValueError):
    """The request's body is not the JSON object that it has to be."""


def _body(request: Request) -> dict[str, Any]:
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise UnreadableBodyError("the body must be a JSON object")
    return given


def state(provider: Provider, _request: Request) -> Response:
    """Settings, what is switched on, who is known and who is signed in."""
    return jsonify(
        issuer=provider.issuer,
        client={**asdict(provider.client), "client_secret": "..."},
        settings=asdict(provider.settings),
        misbehaviours=provider.active.as_dict(),
        people=[{"id": one.id, "claims": one.claims} for one in provider.people.values()],
        sessions=[_session(one) for one in provider.sessions.all()],
        notices=[asdict(one) for one in provider.notices.all()],
    )


def _session(session: Session) -> dict[str, Any]:
    claims = session.person.claims
    return {
        "person": session.person.id,
        "sub": claims.get("sub"),
        "sid": session.sid,
        "auth_time": session.auth_time,
    }


def change_settings(provider: Provider, request: Request) -> Response:
    """Change some of the settings; the answer is all of them."""
    provider.settings = provider.settings.changed(_body(request))
    return jsonify(asdict(provider.settings))


def change_client(provider: Provider, request: Request) -> Response:
    """Change some of the client's registration, e.g. once its port is known."""
    changes = _body(request)
    for name in ("redirect_uris", "post_logout_redirect_uris"):
        if name in changes:
            changes[name] = tuple(changes[name])
    if unknown := set(changes) - set(asdict(provider.client)):
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    client: Client = replace(provider.client, **changes)
    provider.client = client
    return jsonify(client_id=client.client_id)


def misbehaviours(_provider: Provider, _request: Request) -> Response:
    """Every misbehaviour and every variant of the logout token, as the registry declares them."""
    return jsonify(
        misbehaviours=[
            {
                "name": one.name,
                "sources": one.sources,
                "meaning": one.meaning,
                "expected": one.expected,
                "counts": one.counts,
            }
            for one in MISBEHAVIOURS
        ],
        logout_variants=[
            {"name": one.name, "sources": one.sources, "meaning": one.meaning, "expected": one.expected}
            for one in LOGOUT_VARIANTS
        ],
    )


def misbehave(provider: Provider, request: Request) -> Response:
    """Switch one misbehaviour on: `name`, and `times` (null: until switched off)."""
    body = _body(request)
    times = body.get("times")
    if times is not None and (not isinstance(times, int) or times < 1):
        raise ValueError("times is a number from 1, or null")
    provider.active.switch_on(misbehaviour(str(body.get("name"))), times)
    return jsonify(provider.active.as_dict())


def behave(provider: Provider, _request: Request) -> Response:
    """Switch every misbehaviour off."""
    provider.active.switch_off()
    return jsonify([])


def add_person(provider: Provider, request: Request) -> Response:
    """Add or replace a person: `id` and `claims`; `sub` is derived from the id unless the claims hold it."""
    body = _body(request)
    identifier, claims = body.get("id"), body.get("claims")
    if not isinstance(identifier, str) or not identifier or not isinstance(claims, dict):
        raise ValueError("a person has an id (text) and claims (an object)")
    added = Person(identifier, {"sub": default_sub(identifier), **claims})
    provider.people = {**provider.people, added.id: added}
    return make_response(jsonify(id=identifier), 201)


def rotate_keys(provider: Provider, request: Request) -> Response:
    """Replace the signing key in use; the old one leaves the JWK Set at once. `kid`: `new`, `same` or `none`."""
    kid = (request.get_json(silent=True) or {}).get("kid", "new")
    return jsonify(kid=provider.keys.rotate(provider.settings.signing_alg, str(kid)))


def send_logout_token(provider: Provider, request: Request) -> Response:
    """Post a logout token: `variant`, and optionally `sub` and `sid` instead of the latest session's."""
    body = _body(request)
    variant = logout_variant(str(body.get("variant", "valid")))
    sub, sid = _whom(provider, body)
    notice = send(variant, provider.context(), sub, sid)
    if notice is None:
        raise ValueError("the client has no backchannel_logout_uri")
    return jsonify(asdict(notice))


def _whom(provider: Provider, body: Mapping[str, Any]) -> tuple[str, str]:
    latest = [*provider.ended.all(), *provider.sessions.all()][-1:]
    known = {"sub": latest[0].person.claims.get("sub"), "sid": latest[0].sid} if latest else {}
    chosen = {**known, **{name: body[name] for name in ("sub", "sid") if name in body}}
    if "sub" not in chosen or "sid" not in chosen:
        raise ValueError("nobody has signed in yet: name sub and sid")
    return str(chosen["sub"]), str(chosen["sid"])


def requests(provider: Provider, request: Request) -> Response:
    """The requests so far, `?endpoint=` for those to one endpoint."""
    return jsonify(provider.log.entries(request.args.get("endpoint")))


def forget_requests(provider: Provider, _request: Request) -> Response:
    """Empty the request log."""
    provider.log.clear()
    return jsonify([])


def reset(provider: Provider, _request: Request) -> Response:
    """Back to the state after start; the registered client and the keys stay."""
    provider.reset()
    return jsonify({})
