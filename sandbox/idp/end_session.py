"""The end-session endpoint (OpenID Connect RP-Initiated Logout 1.0) and the notices that follow from it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Request, Response, make_response, redirect, render_template

from sandbox.idp.jose import verified_claims
from sandbox.idp.logout_token import send
from sandbox.idp.misbehaviour import Misbehaviour, Parameters, changed
from sandbox.idp.provider import Provider
from sandbox.idp.registry import logout_variant
from sandbox.idp.sessions import Session


def end_session(provider: Provider, request: Request) -> Response:
    """End the browser's session, after asking where the request alone does not prove that the person wants it."""
    if elsewhere := _elsewhere(provider, request):
        return make_response(redirect(elsewhere, 303))
    asked = dict(request.values.items())
    try:
        hint = _hint(provider, asked)
        _check_return(provider, asked, hint)
    except ValueError as error:
        return make_response(render_template("refused.html", reason=str(error)), 400)
    session = _session(provider, request, hint)
    if _must_ask(provider, hint, session):
        pending = provider.pending.put(asked)
        return make_response(render_template("confirm_logout.html", pending=pending, session=session))
    return _ended(provider, asked, session)


def _elsewhere(provider: Provider, request: Request) -> str | None:
    """The same request at the other origin over which this provider's logout leads, unless it has arrived there."""
    origin = provider.settings.logout_origin
    return f"{origin}{request.full_path}" if origin and request.host_url.rstrip("/") != origin else None


def confirm(provider: Provider, request: Request) -> Response:
    """Take the button of the page that asks."""
    asked = provider.pending.take(request.form.get("request", ""))
    if asked is None:
        return make_response(render_template("refused.html", reason="this page was used before"), 400)
    return _ended(provider, asked, _session(provider, request, _hint(provider, asked)))


def _hint(provider: Provider, asked: Mapping[str, str]) -> dict[str, Any]:
    """The claims of `id_token_hint`; an expired one is as good as any (section 4), a foreign one is refused."""
    if "id_token_hint" not in asked:
        return {}
    claims = verified_claims(asked["id_token_hint"], provider.keys.known())
    if asked.get("client_id", provider.client.client_id) != provider.client.client_id:
        raise ValueError("client_id is another than in id_token_hint")
    return claims


def _check_return(provider: Provider, asked: Mapping[str, str], hint: Mapping[str, Any]) -> None:
    address = asked.get("post_logout_redirect_uri")
    if address is None:
        return
    if not hint and asked.get("client_id") != provider.client.client_id:
        raise ValueError("post_logout_redirect_uri needs id_token_hint or client_id")
    if address not in provider.client.post_logout_redirect_uris:
        raise ValueError("post_logout_redirect_uri is not registered")


def _session(provider: Provider, request: Request, hint: Mapping[str, Any]) -> Session | None:
    here = provider.sessions.get(request.cookies.get(provider.cookie, ""))
    hinted = (one for one in provider.sessions.all() if one.sid == hint.get("sid"))
    return here or next(hinted, None)


def _must_ask(provider: Provider, hint: Mapping[str, Any], session: Session | None) -> bool:
    if session is None:
        return False
    return provider.settings.ask_before_logout or hint.get("sid") != session.sid


def _ended(provider: Provider, asked: Mapping[str, str], session: Session | None) -> Response:
    misbehaviours = provider.active.for_logout()
    frames = _notify(provider, session, misbehaviours) if session else []
    target = _return_address(provider, asked, misbehaviours)
    response = _signed_out_page(frames, target)
    response.delete_cookie(provider.cookie)
    response.headers["Cache-Control"] = "no-store"
    return response


def _signed_out_page(frames: list[str], target: str | None) -> Response:
    if target and not frames:
        return make_response(redirect(target, 303))
    return make_response(render_template("signed_out.html", frames=frames, target=target))


def _notify(provider: Provider, session: Session, misbehaviours: tuple[Misbehaviour, ...]) -> list[str]:
    """End the session, tell the client by the back channel, and return what the front channel has to load."""
    provider.sessions.discard(lambda one: one.sid == session.sid)
    provider.ended.put(session)
    wanted = next((one.logout_variant for one in misbehaviours if one.logout_variant), "valid")
    subject = str(session.person.claims.get("sub", ""))
    if notice := send(logout_variant(wanted), provider.context(), subject, session.sid):
        provider.notices.put(notice)
    address = provider.client.frontchannel_logout_uri
    parameters = [("iss", provider.issuer), ("sid", session.sid)]
    return [_with_parameters(address, parameters)] if address else []


def _return_address(
    provider: Provider, asked: Mapping[str, str], misbehaviours: tuple[Misbehaviour, ...]
) -> str | None:
    address = asked.get("post_logout_redirect_uri")
    if address is None:
        return None
    state = [("state", asked["state"])] if "state" in asked else []
    return _with_parameters(address, changed([one.after_logout for one in misbehaviours], state, provider.context()))


def _with_parameters(address: str, parameters: Parameters) -> str:
    if not parameters:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}"
