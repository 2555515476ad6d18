"""The answer to an API call before it becomes a response."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import Response

from sandbox.talentlms.errors import ApiError
from sandbox.talentlms.links import new_key

JSON_TYPE = "application/json; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"
SESSION_COOKIE = "PHPSESSID"
NO_CREDENTIALS = "<!DOCTYPE html><title>401</title><h1>Unauthorized</h1><p>Credentials are required.</p>"


@dataclass(frozen=True)
class Answer:
    """A status, a body (JSON data, or text that is sent as it is), and what the call cost."""

    status: int
    body: Any
    cost: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON_TYPE
    message: str = ""


def refusal(fault: ApiError, cost: int, status: int = 0) -> Answer:
    """Return an error in the API's form."""
    body = {"error": {"type": fault.kind, "message": str(fault)}}
    return Answer(status or fault.status, body, cost, message=str(fault))


def unauthorized_page() -> Answer:
    """Return what a call without credentials meets."""
    headers = {"WWW-Authenticate": 'Basic realm="TalentLMS API"'}
    return Answer(401, NO_CREDENTIALS, 0, headers, HTML_TYPE, "no credentials")


def pointing_elsewhere(body: Any, url: str, host: str) -> Any:
    """Return the body with every address that begins with ``url`` moved to another host."""
    if isinstance(body, dict):
        return {name: pointing_elsewhere(value, url, host) for name, value in body.items()}
    if isinstance(body, list):
        return [pointing_elsewhere(value, url, host) for value in body]
    if isinstance(body, str) and body.startswith(url):
        return urlunsplit(urlsplit(url)._replace(netloc=host)) + body[len(url) :]
    return body


def response(answer: Answer) -> Response:
    """Return the response, with the session cookie that TalentLMS sets on every API answer."""
    text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
    reply = Response(text, status=answer.status, content_type=answer.content_type)
    reply.headers.update(answer.headers)
    reply.set_cookie(SESSION_COOKIE, new_key(26), httponly=True)
    return reply
