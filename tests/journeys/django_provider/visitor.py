"""A person with a plain HTTP client who can find their way through this provider's pages too."""

import re
from html import unescape

import requests

from tests.journeys.django_provider.password import PASSWORD
from tests.journeys.visitor import Visitor

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class Traveller(Visitor):
    """Somebody with an account at each provider, under the same login."""

    def _provider_form(self, answer: requests.Response) -> dict[str, str] | None:
        """Return what this person sends at the providers' pages, and where to."""
        if 'name="csrfmiddlewaretoken"' not in answer.text:
            return super()._provider_form(answer)
        hidden = {name: unescape(value) for name, value in _HIDDEN.findall(answer.text)}
        if 'name="password"' in answer.text:
            return {"action": answer.url, **hidden, "username": self.login, "password": PASSWORD}
        return {"action": answer.url, **hidden, "allow": "yes"}
