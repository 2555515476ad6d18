"""``/backchannel-logout`` and ``/frontchannel-logout``: the provider says that somebody has left.

TalentLMS's own session is not ended by a notice, because nobody's browser is there to end it with; it lasts until its
time-out.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request

from gateway import log
from gateway.errors import BadRequest, PageNotFound, SignInError, SignInNotTrusted, StoreUnavailable
from gateway.oidc.logout import Logout, LogoutNotice
from gateway.store.sessions import Sessions
from gateway.store.used_tokens import UsedTokens


def blueprint(logouts: Mapping[str, Logout], sessions: Sessions, used_tokens: UsedTokens) -> Blueprint:
    """Return the routes.

    Args:
        logouts: the end with each provider, by its name.
        sessions: where sessions end.
        used_tokens: which notices were seen.
    """
    routes = Blueprint("provider_logout", __name__)

    @routes.post("/backchannel-logout/<provider>")
    def back_channel(provider: str) -> Response:
        try:
            with _audited(provider):
                ended = _carried_out(_named(logouts, provider), _one(request.form.getlist("logout_token")))
        except (SignInNotTrusted, BadRequest):
            answer = jsonify(error="invalid_request", error_description="the logout token was not accepted")
            answer.status_code = HTTPStatus.BAD_REQUEST
            return answer
        log.audit("provider_logout", outcome="success", provider=provider, sessions=ended)
        return Response(status=HTTPStatus.OK)

    def _carried_out(logout: Logout, token: str) -> int:
        notice = logout.notice(token)
        if not used_tokens.claim(logout.issuer, notice.jti):
            raise SignInNotTrusted("logout token: used before")
        try:
            ended = _ended(logout.issuer, notice)
            used_tokens.remember(logout.issuer, notice.jti, notice.replayable)
        except StoreUnavailable:
            used_tokens.release(logout.issuer, notice.jti)  # the provider's next try still has to be carried out
            raise
        return ended

    def _ended(issuer: str, notice: LogoutNotice) -> int:
        if notice.sid:
            return sessions.end_of_provider_session(issuer, notice.sid, notice.sub)
        return sessions.end_of_subject(issuer, notice.sub)

    @routes.get("/frontchannel-logout/<provider>")
    def front_channel(provider: str) -> Response:
        logout = _named(logouts, provider)
        with _audited(provider):
            issuer, sid = (_one(request.args.getlist(name)) for name in ("iss", "sid"))
            if issuer != logout.issuer:
                raise BadRequest("iss is not this provider's issuer")
            ended = sessions.end_of_provider_session(issuer, sid)
        # anybody can write such an address, so one that ends nothing is no success; nor is it answered differently
        log.audit("provider_logout", outcome="success" if ended else "nothing", provider=provider, sessions=ended)
        response = Response("Signed out.\n", content_type="text/plain")
        response.headers["Content-Security-Policy"] = f"default-src 'none'; frame-ancestors {logout.origin()}"
        return response

    return routes


@contextmanager
def _audited(provider: str) -> Iterator[None]:
    """Write down that a notice was not carried out, and why."""
    try:
        yield
    except (SignInError, BadRequest, StoreUnavailable) as error:
        log.audit("provider_logout", outcome="refused", reason=error.code, provider=provider, note=error.note)
        raise


def _named(logouts: Mapping[str, Logout], provider: str) -> Logout:
    if provider not in logouts:
        raise PageNotFound(f"no identity provider named {provider[:40]!r}")
    return logouts[provider]


def _one(values: list[str]) -> str:
    if len(values) != 1 or not values[0]:
        raise BadRequest("a parameter is missing, empty or there twice")
    return values[0]
