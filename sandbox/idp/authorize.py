"""The authorization endpoint: who is it, and may they come in (OpenID Connect Core, section 3.1.2)."""

import time
from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Request, Response, make_response, redirect, render_template

from sandbox.idp.authorization_request import (
    RefusedRequestError,
    UntrustedRequestError,
    check,
    parameters,
    trusted,
)
from sandbox.idp.misbehaviour import Parameters, changed
from sandbox.idp.person import Person
from sandbox.idp.provider import Provider
from sandbox.idp.sessions import Grant, Session


def authorize(provider: Provider, request: Request) -> Response:
    """Answer an authorization request: with a code, an error, the page to pick a person, or a page of refusal."""
    try:
        asked = trusted(provider, parameters(request))
    except UntrustedRequestError as error:
        return make_response(render_template("refused.html", reason=str(error)), 400)
    try:
        check(asked)
        session = _signed_in(provider, request, asked)
    except RefusedRequestError as error:
        return _refusal(provider, asked, error)
    if session is not None:
        return _admitted(provider, asked, session)
    return _picker(provider, request, asked)


def pick(provider: Provider, request: Request) -> Response:
    """Take what was chosen on the page: a person, or *Deny*."""
    asked = provider.pending.take(request.form.get("request", ""))
    if asked is None:
        return make_response(render_template("refused.html", reason="this page was used before"), 400)
    person = provider.people.get(request.form.get("person", ""))
    if person is None:
        return _refusal(provider, asked, RefusedRequestError("access_denied", "The person said no."))
    return _admitted(provider, asked, Session(person))


def _signed_in(provider: Provider, request: Request, asked: Mapping[str, str]) -> Session | None:
    session = _session(provider, request)
    if session and _good_enough(provider, session, asked):
        return session
    if "none" in asked.get("prompt", "").split():
        raise RefusedRequestError("login_required", "Nobody is signed in.")
    person = _picked_by_hint(provider, asked)
    return Session(person) if person else None


def _session(provider: Provider, request: Request) -> Session | None:
    return provider.sessions.get(request.cookies.get(provider.cookie, ""))


def _good_enough(provider: Provider, session: Session, asked: Mapping[str, str]) -> bool:
    """No new sign-in is asked for, the last one is young enough, and `login_hint` means nobody else."""
    if {"login", "select_account"} & set(asked.get("prompt", "").split()):
        return False
    if "max_age" in asked and time.time() - session.auth_time >= int(asked["max_age"]):
        return False
    return provider.person_for(asked.get("login_hint", "")) in (None, session.person)


def _picked_by_hint(provider: Provider, asked: Mapping[str, str]) -> Person | None:
    if not provider.settings.auto_pick:
        return None
    return provider.person_for(asked.get("login_hint") or provider.settings.auto_person or "")


def _picker(provider: Provider, request: Request, asked: Mapping[str, str]) -> Response:
    page = render_template(
        "pick.html",
        session=_session(provider, request),
        people=provider.people.values(),
        pending=provider.pending.put(asked),
        client_id=provider.client.client_id,
        hinted=provider.person_for(asked.get("login_hint", "")),
    )
    return make_response(page)


def _admitted(provider: Provider, asked: Mapping[str, str], session: Session) -> Response:
    misbehaviours = provider.active.for_sign_in()
    code = provider.codes.put(Grant(session, asked, misbehaviours))
    answer = _answer(provider, asked, [("code", code)])
    changes = [one.callback for one in misbehaviours]
    response = _back(asked, changed(changes, answer, provider.context(Grant(session, asked))))
    if session.sid not in {one.sid for one in provider.sessions.all()}:
        response.set_cookie(provider.cookie, provider.sessions.put(session), httponly=True, samesite="Lax")
    return response


def _refusal(provider: Provider, asked: Mapping[str, str], error: RefusedRequestError) -> Response:
    answer = _answer(provider, asked, [("error", error.code), ("error_description", str(error))])
    return _back(asked, answer)


def _answer(provider: Provider, asked: Mapping[str, str], result: Parameters) -> Parameters:
    answer = list(result)
    if "state" in asked:
        answer.append(("state", asked["state"]))
    if provider.settings.callback_iss:
        answer.append(("iss", provider.issuer))
    return answer


def _back(asked: Mapping[str, str], answer: Parameters) -> Response:
    separator = "&" if "?" in asked["redirect_uri"] else "?"
    response = make_response(redirect(f"{asked['redirect_uri']}{separator}{urlencode(answer)}", 303))
    response.headers["Cache-Control"] = "no-store"
    return response
