"""A browser by hand: the gateway's test client, and real requests wherever the way leads elsewhere."""

import re
from html import escape
from urllib.parse import urlsplit

import requests

from tests.patience import PATIENT_SECONDS

HERE = "http://127.0.0.1:8000"
SECURE = "https://training.acme.example"
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
MACHINE = {"Accept": "application/json"}
LINK_HEADERS = {
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


def own_part(url):
    """Return path and query of an address, as the test client takes them."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def csrf_token(page):
    return re.search(r'name="csrf_token" value="([^"]*)"', page.text)[1]


def leads_to(answer):
    """Return where a page leads by itself; it has to offer the same address as a link."""
    seconds, _, url = answer.headers["Refresh"].partition("; url=")
    assert (answer.status_code, seconds) == (200, "0")
    assert f'<a class="button" href="{escape(url)}">Continue</a>' in answer.text
    return url


class Browser:
    def __init__(self, app, provider):
        self.app = app
        self.provider = provider
        self.client = app.test_client()

    def get(self, path, **headers):
        spelt = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.client.get(path, headers=PAGE | spelt, buffered=True)

    def head(self, path, **headers):
        return self.client.head(path, headers=PAGE | headers)

    def post(self, path, form, **headers):
        return self.client.post(path, data=form, headers=PAGE | {n.replace("_", "-"): t for n, t in headers.items()})

    def begun(self, path="/login"):
        """Begin a sign-in and return the callback's address with which the provider sends the browser back."""
        answer = self.get(path)
        assert answer.status_code == 302, answer.text
        back = requests.get(answer.headers["Location"], allow_redirects=False, timeout=PATIENT_SECONDS)
        assert back.status_code == 303, back.text
        return own_part(back.headers["Location"])

    def sign_in(self, person="kim.lee", path="/login"):
        """Go through a whole sign-in and return the callback's answer."""
        self.provider.control.settings(auto_pick=True, auto_person=person)
        answer = self.get(self.begun(path))
        assert answer.status_code == 302, answer.text
        return answer

    def cookies(self):
        return {cookie.key: cookie.value for cookie in self.client._cookies.values()}
