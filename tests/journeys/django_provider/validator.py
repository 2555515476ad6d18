"""What the provider tells of a person."""

from collections.abc import Callable
from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator


class Validator(OAuth2Validator):
    """The library's own, with claims: in the ID token and from UserInfo alike."""

    def get_additional_claims(self) -> dict[str, Callable[[Any], Any]]:
        """Return how to answer each claim from a request.

        The subject is the login name, not the row's number, so that a journey can have the same one elsewhere.
        """
        return {
            "sub": lambda request: request.user.username,
            "name": lambda request: request.user.get_full_name(),
            "given_name": lambda request: request.user.first_name,
            "family_name": lambda request: request.user.last_name,
            "preferred_username": lambda request: request.user.username,
            "email": lambda request: request.user.email,
            "email_verified": lambda _request: True,
        }
