"""A person with a plain HTTP client: one request at a time, so that a journey sees every step of the way."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from urllib.parse import urljoin

import requests

SECONDS = 15
"""What a browser waits at most."""
STEPS = 20
RECOVERY_SECONDS = 30
"""How soon clicks succeed after TalentLMS is back."""

_REFERENCE = re.compile(r"<p>Reference <code>([0-9A-Z]{4}-[0-9A-Z]{4})</code></p>")
_TITLE = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)


class Visitor:
    """Somebody who visits a gateway.

    Args:
        gateway: its address.
        login: who they are at the identity provider.

    Attributes:
        trail: every answer so far, oldest first.
    """

    def __init__(self, gateway: str, login: str) -> None:
        self.gateway = gateway
        self.login = login
        self.trail: list[requests.Response] = []
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Accept"] = "text/html,application/xhtml+xml"

    @property
    def cookies(self) -> requests.cookies.RequestsCookieJar:
        """What this person's client has been given."""
        return self._session.cookies

    def ask(
        self, address: str, form: dict[str, str] | None = None, method: str = "", **headers: str
    ) -> requests.Response:
        """Send one request and follow nothing.

        Args:
            address: a path of the gateway, or a whole address.
            form: what to post, if anything.
            method: default GET, or POST where there is a form.
            headers: further headers, with ``_`` for ``-``.
        """
        answer = self._session.request(
            method or ("GET" if form is None else "POST"),
            urljoin(self.gateway, address),
            data=form,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
            allow_redirects=False,
            timeout=SECONDS,
        )
        self.trail.append(answer)
        return answer

    def go(self, address: str, until: str = "") -> requests.Response:
        """Go to an address and wherever it leads, signing in where the provider asks.

        Args:
            address: a path of the gateway, or a whole address.
            until: stop before a request to an address that begins so; its answer is the one that leads there.
        """
        return self.follow(self.ask(address), until)

    def follow(self, answer: requests.Response, until: str = "") -> requests.Response:
        """Go on from an answer; see ``go``."""
        for _ in range(STEPS):
            if answer.is_redirect:
                following = urljoin(answer.url, answer.headers["Location"])
                if until and following.startswith(until):
                    return answer
                answer = self.ask(following)
            elif leads_on := answer.headers.get("Refresh", "").partition("0; url=")[2]:
                answer = self.ask(urljoin(answer.url, leads_on))
            elif form := self._provider_form(answer):
                answer = self.ask(urljoin(answer.url, form.pop("action")), form)
            else:
                return answer
        raise AssertionError(f"a loop: {[step.url.partition('?')[0] for step in self.trail[-STEPS:]]}")

    def go_as_soon_as_possible(self, address: str) -> requests.Response:
        """Go to an address, again and again while it says 5xx, for as long as a recovery may take."""
        end = time.monotonic() + RECOVERY_SECONDS
        while (answer := self.go(address)).status_code >= requests.codes.server_error and time.monotonic() < end:
            time.sleep(0.5)
        return answer

    def sign_in(self, address: str = "/") -> requests.Response:
        """Sign in at the gateway and end at an address there."""
        return self.go(f"/login?next={address}")

    def sign_out(self) -> requests.Response:
        """Press *Sign out* and go wherever that leads."""
        return self.follow(self.ask("/logout", {"csrf_token": csrf_token(self.ask("/logout"))}))

    def close(self) -> None:
        """Let the connections go."""
        self._session.close()

    def _provider_form(self, answer: requests.Response) -> dict[str, str] | None:
        """Return what this person sends at the provider's pages, and where to."""
        if answer.url.startswith(self.gateway) or answer.status_code != requests.codes.ok:
            return None
        if 'name="login"' in answer.text:
            return {"action": answer.url, "login": self.login}
        if "/authorize/pick" in answer.text:
            [action] = re.findall(r'action="([^"]+/authorize/pick|/authorize/pick)"', answer.text)
            return {"action": action, "request": field(answer, "request"), "person": self.login}
        if 'id="op.logoutForm"' in answer.text:
            action = re.search(r'action="([^"]+)"', answer.text)
            assert action
            return {"action": unescape(action.group(1)), "xsrf": field(answer, "xsrf"), "logout": "yes"}
        return None


def field(answer: requests.Response, name: str) -> str:
    """Return the value of a form's hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found, f"no field {name} in {answer.url}"
    return unescape(found.group(1))


def csrf_token(answer: requests.Response) -> str:
    """Return the token of the form on a page."""
    return field(answer, "csrf_token")


def title(answer: requests.Response) -> str:
    """Return a page's heading."""
    found = _TITLE.search(answer.text)
    assert found, answer.text[:500]
    return unescape(found.group(1)).strip()


def reference(answer: requests.Response) -> str:
    """Return the reference code of an error page."""
    found = _REFERENCE.search(answer.text)
    assert found, f"no reference code on the page {title(answer)!r}"
    return found.group(1)


@contextmanager
def visiting(gateway: str, login: str) -> Iterator[Visitor]:
    """Visit a gateway for the length of a ``with`` block."""
    visitor = Visitor(gateway, login)
    try:
        yield visitor
    finally:
        visitor.close()
