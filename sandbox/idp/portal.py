"""The provider's start page: who is signed in, and the way into the application from here (Core, section 4)."""

from flask import Request, Response, make_response, render_template

from sandbox.idp.provider import Provider


def portal(provider: Provider, request: Request) -> Response:
    """Show the signed-in person and, where the client has an address for it, buttons that start a sign-in there."""
    session = provider.sessions.get(request.cookies.get(provider.cookie, ""))
    page = render_template(
        "portal.html",
        session=session,
        issuer=provider.issuer,
        initiate_login_uri=provider.client.initiate_login_uri,
        client_id=provider.client.client_id,
    )
    return make_response(page)
