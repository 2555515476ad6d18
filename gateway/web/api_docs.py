"""``/api/v1/openapi.json`` and ``/api/v1/docs``: the machine interface, described; the page is made of the document."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify

from gateway.web.languages import in_english
from gateway.web.openapi import PREFIX, document
from gateway.web.pages import page


@dataclass(frozen=True)
class Member:
    """A member of a message.

    Attributes:
        name: its name.
        types: its JSON types and the messages that it may be.
        is_needed: whether it has to be there.
        meaning: what it is.
        example: a value, as JSON; empty for none.
    """

    name: str
    types: str
    is_needed: bool
    meaning: str
    example: str


@dataclass(frozen=True)
class Message:
    """A message, or a part of one.

    Attributes:
        name: what the document calls it.
        members: what it consists of.
    """

    name: str
    members: Sequence[Member]


@dataclass(frozen=True)
class Operation:
    """What can be asked for.

    Attributes:
        id: the document's.
        method: as HTTP spells it.
        path: the address.
        summary: in a few words.
        description: in a sentence.
        parameters: headers that may be sent.
        body: the message to send; empty for none.
        answers: status, what it means, and the message that comes with it.
    """

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: Sequence[Member]
    body: str
    answers: Sequence[tuple[str, str, str]]


def blueprint(public_url: str) -> Blueprint:
    """Return the routes; they need no key, for they tell nothing of anybody.

    Args:
        public_url: our own origin.
    """
    routes = Blueprint("api_docs", __name__, url_prefix=PREFIX)
    described = document(public_url)
    key = described["components"]["securitySchemes"]["key"]["description"]
    operations, messages = list(_operations(described)), list(_messages(described))

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(described)

    @routes.get("/docs")
    def docs() -> Response:
        with in_english():  # as the document is
            return page(
                "api_docs.html",
                info=described["info"],
                key=key,
                operations=operations,
                messages=messages,
                document_href=f"{PREFIX}/openapi.json",
            )

    return routes


def _operations(described: Mapping[str, Any]) -> Iterator[Operation]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody")
            yield Operation(
                operation["operationId"],
                method.upper(),
                path,
                operation["summary"],
                operation["description"],
                [_parameter(one) for one in operation.get("parameters", [])],
                _message_of(body) if body else "",
                [
                    (status, answer["description"], _message_of(answer))
                    for status, answer in operation["responses"].items()
                ],
            )


def _messages(described: Mapping[str, Any]) -> Iterator[Message]:
    for name, schema in described["components"]["schemas"].items():
        needed = schema.get("required", [])
        members = schema["properties"].items()
        yield Message(name, [_member(one, content, is_needed=one in needed) for one, content in members])


def _parameter(parameter: Mapping[str, Any]) -> Member:
    content = {**parameter["schema"], **parameter}
    return _member(parameter["name"], content, is_needed=parameter.get("required", False))


def _member(name: str, content: Mapping[str, Any], *, is_needed: bool) -> Member:
    example = json.dumps(content["example"], ensure_ascii=False) if "example" in content else ""
    return Member(name, ", ".join(_types(content)), is_needed, content.get("description", ""), example)


def _types(content: Mapping[str, Any]) -> Iterator[str]:
    """Walk what a member may be: JSON's types, and messages by name."""
    if "$ref" in content:
        yield _name(content)
    for choice in (*content.get("oneOf", ()), *content.get("anyOf", ())):
        yield from _types(choice)
    kinds = content.get("type", [])
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        inner = "".join(_types(content["items"])) if kind == "array" else ""
        yield f"{kind} ({inner})" if inner else kind


def _message_of(content: Mapping[str, Any]) -> str:
    """Return the name of the message that a request or an answer is."""
    (media,) = content["content"].values()
    return _name(media["schema"])


def _name(reference: Mapping[str, Any]) -> str:
    return str(reference["$ref"]).rpartition("/")[2]
