"""Every secret that occurs on a day with the gateway, and whether any of them stands where it should not."""

import base64
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, quote, urlsplit

from tests.journeys.backing_services import Portal
from tests.journeys.visitor import Visitor

SHORTEST = 8
"""Anything shorter would be found by chance."""

_IN_ADDRESSES = {
    "code": "codes",
    "state": "states",
    "nonce": "nonces",
    "id_token_hint": "ID tokens",
}
_COOKIE = re.compile(r"talentlms_gateway_(\w+?)(?:_\w+)?=([^;,\s]+)")
_SESSION = re.compile(r"PHPSESSID=([^;,\s]+)")
_FORM = re.compile(r'name="csrf_token" value="([^"]+)"')
_LINK_TABLES = (("links", "key"), ("users", "login_key"))


class Secrets:
    """Secrets by kind, as they are met."""

    def __init__(self) -> None:
        self.by_kind: dict[str, set[str]] = defaultdict(set)

    def add(self, kind: str, *values: str) -> None:
        """Note secrets of a kind."""
        self.by_kind[kind] |= {value for value in values if len(value) >= SHORTEST}

    def add_tokens(self, kind: str, *tokens: str) -> None:
        """Note JWTs: as a whole, and the parts that are theirs alone."""
        for token in tokens:
            self.add(kind, token, *token.split(".")[1:])

    def of_a_visit(self, visitor: Visitor) -> None:
        """Note what a person's client saw: in addresses, in cookies, in forms."""
        for answer in visitor.trail:
            for address in (answer.url, answer.headers.get("Location", "")):
                self._of_an_address(address)
            self.add("TalentLMS sessions", *_SESSION.findall(answer.headers.get("Set-Cookie", "")))
            for name, value in _COOKIE.findall(answer.headers.get("Set-Cookie", "")):
                self.add(f"{name} cookies", value.strip('"').rpartition(".")[2])
            self.add("form tokens", *_FORM.findall(answer.text))

    def of_a_portal(self, portal: Portal) -> None:
        """Note every password, link and session at TalentLMS."""
        tables = portal.control.snapshot()
        self.add("passwords", *(user["password"] for user in tables["users"]))
        self.add("links", *(row[name] for table, name in _LINK_TABLES for row in tables[table]))
        self.add("TalentLMS sessions", *(session["id"] for session in tables["sessions"]))

    def of_a_store(self, records: Iterable[bytes]) -> None:
        """Note what the gateway remembers: states of sign-outs, ID tokens."""
        for record in map(_parsed, records):
            self.add("states", record.get("state", ""))
            self.add_tokens("ID tokens", record.get("id_token", ""))

    def _of_an_address(self, address: str) -> None:
        for name, value in parse_qsl(urlsplit(address).query):
            if name == "id_token_hint":
                self.add_tokens("ID tokens", value)
            elif name in _IN_ADDRESSES:
                self.add(_IN_ADDRESSES[name], value)


def occurring(secrets: Iterable[str], outputs: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return which secrets occur in which outputs, as they are or in a disguise that anybody can undo."""
    return [
        (secret, name)
        for secret in sorted(secrets)
        for name, text in outputs.items()
        if any(disguise in text for disguise in _disguises(secret))
    ]


def basic(user: str, password: str = "") -> str:
    """Return credentials as HTTP Basic writes them."""
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def _disguises(secret: str) -> set[str]:
    return {secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1], basic(secret)}


def _parsed(record: bytes) -> dict:
    try:
        content = json.loads(record)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
