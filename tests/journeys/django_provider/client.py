"""The one client that the provider knows."""

from collections.abc import Sequence

from django.apps import apps


def register(client_id: str, client_secret: str, redirect_uris: Sequence[str], signed_out_uris: Sequence[str]) -> None:
    """Register the client: confidential, authorization code only, and nobody is asked for consent."""
    application = apps.get_model("oauth2_provider", "Application")
    application.objects.create(
        client_id=client_id,
        client_secret=client_secret,
        name="The gateway",
        client_type=application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=application.GRANT_AUTHORIZATION_CODE,
        algorithm=application.RS256_ALGORITHM,
        redirect_uris=" ".join(redirect_uris),
        post_logout_redirect_uris=" ".join(signed_out_uris),
        skip_authorization=True,
    )
