"""Who may sign in: anybody with the one password. A login name is enough, and the person follows from it."""

import re
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.http import HttpRequest

from tests.journeys.django_provider.password import PASSWORD


class OnePasswordBackend(ModelBackend):
    """Lets people in, and makes the account of a person who comes for the first time."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_others: Any
    ) -> User | None:
        """Return the person of a login name; nobody without the password."""
        if request is None or not username or password != PASSWORD:
            return None
        person, _ = User.objects.get_or_create(username=username, defaults=_details(username))
        return person


def _details(login: str) -> dict[str, str]:
    """Return the rest of somebody: ``kim.lee`` is Kim Lee; a login name with an @ is its own address."""
    local, _, domain = login.partition("@")
    first, *others = [word.capitalize() for word in re.split(r"[._-]+", local) if word] or ["Sam"]
    return {
        "first_name": first,
        "last_name": " ".join(others) or "Example",
        "email": f"{local}@{domain or settings.EMAIL_DOMAIN}",
    }
