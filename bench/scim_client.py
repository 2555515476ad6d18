"""An identity provider's provisioner: its connection in the gateway's settings, what it pushes, and its requests."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.http_client import Answer
from bench.load import Check
from bench.ports import HOST
from bench.stage import Stage
from gateway.flows.directory import SCIM_PATH
from gateway.scim.answers import CONTENT_TYPE
from gateway.scim.definitions import ENTERPRISE_URN, GROUP_URN, USER_URN

PROVIDER = "default"
"""What the gateway calls the identity provider that its variables name."""
PATCH_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_CONFIG = """
[scim]
tokens = [{{ provider = "{provider}", token = "{token}" }}]
"""


def config(stage: Stage) -> Path:
    """Write the gateway's file with the connection, and return where it is."""
    path = stage.directory / "scim.toml"
    path.write_text(_CONFIG.format(provider=PROVIDER, token=_token(stage)))
    return path


def user_resource(number: int) -> dict[str, Any]:
    """Return a person as the directory stores them, with what Entra maps by default."""
    address = f"person.{number}@example.com"
    return {
        "userName": address,
        "externalId": external_id(number),
        "displayName": f"Kim Lee {number}",
        "name": {"givenName": "Kim", "familyName": f"Lee {number}", "formatted": f"Kim Lee {number}"},
        "emails": [{"value": address, "type": "work", "primary": True}],
        "title": "Engineer",
        "preferredLanguage": "en-US",
        "active": True,
        ENTERPRISE_URN: {"department": f"Department {number % 50}", "employeeNumber": str(number)},
    }


def external_id(number: int) -> str:
    """Return what the provider calls a person, which is their ``sub``."""
    return f"00u{number:017d}"


def group_resource() -> dict[str, Any]:
    """Return the group as the directory stores it."""
    return {"displayName": "Everybody"}


def ask(stage: Stage, port: int, method: str, path: str, body: Mapping[str, Any] | None = None) -> bytes:
    """Return a request.

    Args:
        stage: what is running.
        port: the gateway's.
        method: HTTP's.
        path: behind ``/scim/v2``.
        body: becomes JSON; ``None`` for none.
    """
    content = b"" if body is None else json.dumps(body).encode()
    lines = (
        f"{method} {SCIM_PATH}{path} HTTP/1.1",
        f"Host: {HOST}:{port}",
        f"Authorization: Bearer {_token(stage)}",
        f"Accept: {CONTENT_TYPE}",
        *((f"Content-Type: {CONTENT_TYPE}", f"Content-Length: {len(content)}") if content else ()),
    )
    return "\r\n".join((*lines, "", "")).encode() + content


def users(**parameters: str | int) -> str:
    """Return the path of a list of people."""
    return f"/Users?{urlencode(parameters)}"


def user(number: int) -> dict[str, Any]:
    """Return a person as they are sent."""
    return {"schemas": [USER_URN, ENTERPRISE_URN], **user_resource(number)}


def patch(word: str, path: str, value: object) -> dict[str, Any]:
    """Return a PATCH of one operation."""
    return {"schemas": [PATCH_URN], "Operations": [{"op": word, "path": path, "value": value}]}


def group(*members: str) -> dict[str, Any]:
    """Return another group as it is sent, with members by their ids."""
    return {"schemas": [GROUP_URN], "displayName": "Some", "members": [{"value": one} for one in members]}


def answers(status: int, **members: object) -> Check:
    """Return a check of answers that have a status, and members with certain values; ``None`` for any value."""

    def check(answer: Answer) -> str:
        if answer.status != status:
            return f"{answer.status} instead of {status}"
        content = json.loads(answer.body) if members else {}
        wrong = [name for name, value in members.items() if name not in content or value not in (None, content[name])]
        return f"another {', '.join(wrong)}" if wrong else ""

    return check


def _token(stage: Stage) -> str:
    return f"of-the-provisioner-{stage.api_key}"
