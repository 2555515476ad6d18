"""``/backchannel-logout`` and ``/frontchannel-logout``: the provider says that somebody has left.

TalentLMS's own session is not ended by a notice, because nobody's browser is there to end it with; it lasts until its
time-out.
"""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request

from gateway import log
from gateway.errors import BadRequest, PageNotFound, SignInNotTrusted
from gateway.oidc.logout import TOKEN_SECONDS, Logout
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
            ended = _carried_out(_named(logouts, provider), _one(request.form.getlist("logout_token")))
        except (SignInNotTrusted, BadRequest) as error:
            log.audit("provider_logout", outcome="refused", reason=error.code, provider=provider, note=error.note)
            answer = jsonify(error="invalid_request", error_description="the logout token was not accepted")
            answer.status_code = HTTPStatus.BAD_REQUEST
            return answer
        log.audit("provider_logout", outcome="success", provider=provider, sessions=ended)
        return Response(status=HTTPStatus.OK)

    def _carried_out(logout: Logout, token: str) -> int:
        notice = logout.notice(token)
        if used_tokens.was_used(logout.issuer, notice.jti):
            raise SignInNotTrusted("logout token: used before")
        if notice.sid:
            ended = sessions.end_of_provider_session(logout.issuer, notice.sid, notice.sub)
        else:
            ended = sessions.end_of_subject(logout.issuer, notice.sub)
        # only now: were the store to fail before, the provider's next try still has to be carried out
        used_tokens.remember(logout.issuer, notice.jti, TOKEN_SECONDS)
        return ended

    @routes.get("/frontchannel-logout/<provider>")
    def front_channel(provider: str) -> Response:
        logout = _named(logouts, provider)
        issuer, sid = (_one(request.args.getlist(name)) for name in ("iss", "sid"))
        if issuer != logout.issuer:
            raise BadRequest("iss is not this provider's issuer")
        ended = sessions.end_of_provider_session(issuer, sid)
        log.audit("provider_logout", outcome="success", provider=provider, sessions=ended)
        response = Response("Signed out.\n", content_type="text/plain")
        response.headers["Content-Security-Policy"] = f"default-src 'none'; frame-ancestors {logout.origin()}"
        return response

    return routes


def _named(logouts: Mapping[str, Logout], provider: str) -> Logout:
    if provider not in logouts:
        raise PageNotFound(f"no identity provider named {provider[:40]!r}")
    return logouts[provider]


def _one(values: list[str]) -> str:
    if len(values) != 1 or not values[0]:
        raise BadRequest("a parameter is missing, empty or there twice")
    return values[0]
