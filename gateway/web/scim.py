"""``/scim/v2``: identity providers push people and groups, each with tokens of its own (RFC 7644)."""

import json
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeAlias

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from gateway import context, log
from gateway.errors import ApiKeyRefused, GatewayError
from gateway.flows.directory import SCIM_PATH, Directory
from gateway.flows.directory_groups import GroupDirectory
from gateway.flows.whole_directory import search_all
from gateway.scim import answers, discovery, documents, parameters, unknown
from gateway.scim.answers import Selection
from gateway.scim.attributes import ResourceType
from gateway.scim.definitions import GROUP, USER
from gateway.scim.errors import ScimError, not_found
from gateway.scim.values import is_storable
from gateway.web.api_keys import ApiKeys
from gateway.web.error_pages import page_for
from gateway.web.refusals import Refusals
from gateway.web.scim_attributes import UnknownAttributes

BODY_BYTES = 1024 * 1024
"""The largest request that is read: a group with some 10,000 members."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True)
class Answer:
    """What a request is answered.

    Attributes:
        status: of the answer.
        content: its document; ``None`` for none.
        location: the address of what was created; empty for nothing.
    """

    status: HTTPStatus
    content: Mapping[str, Any] | None = None
    location: str = ""


AnyDirectory: TypeAlias = Directory | GroupDirectory
Methods: TypeAlias = Mapping[str, Callable[[], Answer]]


def blueprint(tokens: ApiKeys, users: Directory, groups: GroupDirectory) -> Blueprint:
    """Return the routes; paths count in any case, with a slash at their end, and with two behind the base.

    Args:
        tokens: whose connection a request is of.
        users: what becomes of people.
        groups: what becomes of groups.
    """
    routes = Blueprint("scim", __name__)  # with a prefix, Flask would make one slash of two
    endpoints = _Endpoints(users, groups)

    @routes.before_request
    def limit() -> None:
        request.max_content_length = BODY_BYTES

    @routes.before_app_request
    def unrouted() -> Response | None:
        """Answer what no route takes, such as methods that HTTP does not have, as every other error here."""
        error = request.routing_exception
        if not isinstance(error, MethodNotAllowed | NotFound) or not request.path.startswith(f"{SCIM_PATH}/"):
            return None
        if isinstance(error, MethodNotAllowed):
            return _not_allowed(METHODS)
        return _refusal(HTTPStatus.NOT_FOUND, not_found("such address").detail)

    @routes.route(f"{SCIM_PATH}/", defaults={"path": ""}, methods=METHODS, strict_slashes=False)
    @routes.route(f"{SCIM_PATH}/<path:path>", methods=METHODS)
    @routes.route(f"{SCIM_PATH}//<path:path>", methods=METHODS)
    def answer(path: str) -> Response:
        provider = g.scim_provider = tokens.holder()
        first, *rest = [step for step in path.split("/") if step] or [""]
        methods = endpoints.methods(provider, first.lower(), rest)
        if request.method == "OPTIONS":
            return _allowing(methods, _response(HTTPStatus.NO_CONTENT))
        method = "GET" if request.method == "HEAD" else request.method
        if method not in methods:
            return _not_allowed(methods)
        answered = methods[method]()
        response = _response(answered.status, answered.content)
        if answered.location:
            response.headers["Location"] = answered.location
        return response

    _install_errors(routes)
    return routes


class _Endpoints:
    """What each address does, by method."""

    def __init__(self, users: Directory, groups: GroupDirectory) -> None:
        self._users, self._groups = users, groups
        self._directories: Mapping[str, tuple[ResourceType, AnyDirectory]] = {
            "users": (USER, users),
            "groups": (GROUP, groups),
        }
        self._base = users.base
        self._unknown = UnknownAttributes()

    def methods(self, provider: str, first: str, rest: list[str]) -> Methods:
        """Return what can be done at an address.

        Raises:
            ScimError: there is no such address.
        """
        if first in self._directories:
            kind, directory = self._directories[first]
            if not rest:
                return self._of_list(kind, directory, provider)
            if rest == [".search"]:
                return {"POST": lambda: _ok(directory.search(provider, parameters.of_body(_body())))}
            if len(rest) == 1 and is_storable(rest[0]):
                return self._of_one(kind, directory, provider, rest[0])
        if first == ".search" and not rest:
            return {"POST": lambda: _ok(self._search_all(provider))}
        if first == "serviceproviderconfig" and not rest:
            return {"GET": lambda: _discovered(discovery.config(self._base))}
        described = {"resourcetypes": discovery.resource_types, "schemas": discovery.schemas}.get(first)
        if described is None or len(rest) > 1:
            raise not_found("such address")
        return _of_description(described(self._base), rest)

    def _search_all(self, provider: str) -> dict[str, Any]:
        return search_all(self._users, self._groups, provider, parameters.of_body(_body()))

    def _of_list(self, kind: ResourceType, directory: AnyDirectory, provider: str) -> Methods:
        def create() -> Answer:
            selection, body = Selection.of(kind, _parameters()), _body()
            created = directory.create(provider, body)
            self._unknown.tell(provider, unknown.in_resource(kind, body))
            return Answer(HTTPStatus.CREATED, selection.of_resource(created), created["meta"]["location"])

        return {"GET": lambda: _ok(directory.search(provider, _parameters())), "POST": create}

    def _of_one(self, kind: ResourceType, directory: AnyDirectory, provider: str, own_id: str) -> Methods:
        def replace() -> Answer:
            selection, body = Selection.of(kind, _parameters()), _body()
            replaced = directory.replace(provider, own_id, body)
            self._unknown.tell(provider, unknown.in_resource(kind, body))
            return _ok(selection.of_resource(replaced))

        def patch() -> Answer:
            given, body = _parameters(), _body()
            selection = Selection.of(kind, given)
            patched = directory.patch(provider, own_id, body)
            self._unknown.tell(provider, unknown.in_operations(kind, body))
            if patched is None and not selection.wanted:
                return Answer(HTTPStatus.NO_CONTENT)
            return _ok(directory.read(provider, own_id, given) if patched is None else selection.of_resource(patched))

        def delete() -> Answer:
            directory.delete(provider, own_id)
            return Answer(HTTPStatus.NO_CONTENT)

        return {
            "GET": lambda: _ok(directory.read(provider, own_id, _parameters())),
            "PUT": replace,
            "PATCH": patch,
            "DELETE": delete,
        }


def _ok(content: Mapping[str, Any]) -> Answer:
    return Answer(HTTPStatus.OK, content)


def _of_description(every: Mapping[str, dict[str, Any]], rest: list[str]) -> Methods:
    if not rest:
        return {"GET": lambda: _discovered(answers.listed(list(every.values()), len(every), 1))}
    one = every.get(rest[0].lower())
    if one is None:
        raise not_found("such description")
    return {"GET": lambda: _discovered(one)}


def _discovered(content: dict[str, Any]) -> Answer:
    """Return a description; those are not filtered (RFC 7644, 4)."""
    if "filter" in _parameters():
        raise ScimError("Descriptions are not filtered; leave the filter out.", status=HTTPStatus.FORBIDDEN)
    return _ok(content)


def _parameters() -> dict[str, Any]:
    return parameters.of_query(request.args.items(multi=True))


def _body() -> object:
    """Return the JSON document of the body; whatever its type is said to be, it is read as one.

    Raises:
        ScimError: it is none, or too long.
    """
    try:
        return documents.parsed(request.get_data(cache=False))
    except RequestEntityTooLarge:
        detail = f"The body has more than {BODY_BYTES} bytes; send fewer members at once."
        raise ScimError(detail, "tooMany", HTTPStatus.REQUEST_ENTITY_TOO_LARGE) from None


def _response(status: int, content: Mapping[str, Any] | None = None) -> Response:
    body = "" if content is None else json.dumps(content, ensure_ascii=False).encode(errors="backslashreplace")
    return Response(body, status=status, content_type=answers.CONTENT_TYPE)


def _refusal(status: int, detail: str, scim_type: str = "") -> Response:
    return _response(status, answers.error(status, detail, scim_type))


def _not_allowed(methods: Collection[str]) -> Response:
    detail = f"Here only {', '.join(methods)} can be sent."
    return _allowing(methods, _refusal(HTTPStatus.METHOD_NOT_ALLOWED, detail))


def _allowing(methods: Collection[str], response: Response) -> Response:
    response.headers["Allow"] = ", ".join(methods)
    return response


def _install_errors(routes: Blueprint) -> None:
    refusals = Refusals(_tell)

    @routes.errorhandler(ScimError)
    def refused(error: ScimError) -> Response:
        level = logging.ERROR if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.WARNING
        if error.status != HTTPStatus.NOT_FOUND:
            log.event(
                "scim.problem",
                level=level,
                provider=g.get("scim_provider", ""),
                method=request.method,
                status=int(error.status),
                scim_type=error.scim_type,
            )
        response = _refusal(error.status, error.detail, error.scim_type)
        if error.retry_after:
            response.headers["Retry-After"] = str(error.retry_after)
        return response

    @routes.errorhandler(ApiKeyRefused)
    def unknown(error: ApiKeyRefused) -> Response:
        refusals.count("", error)  # a wrong token is no connection's
        response = _refusal(HTTPStatus.UNAUTHORIZED, "The bearer token is missing, or none that is in force.")
        response.headers["WWW-Authenticate"] = "Bearer"
        return response

    @routes.errorhandler(GatewayError)
    def failed(error: GatewayError) -> Response:
        status = page_for(error).status
        context.note_problem(error.code)
        log.event("scim.failed", level=logging.ERROR, problem=error.code, status=status, note=error.note)
        response = _refusal(status, "The gateway cannot do this now; try again later.")
        if error.retry_after is not None:
            response.headers["Retry-After"] = str(error.retry_after)
        return response

    @routes.errorhandler(HTTPException)
    def flasks(error: HTTPException) -> Response:
        return _refusal(error.code or HTTPStatus.INTERNAL_SERVER_ERROR, error.name)

    @routes.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response:
        logging.getLogger("gateway").error("scim.unforeseen", exc_info=error, extra={"fields": {}})
        return _refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "The gateway met a fault of its own.")


def _tell(connection: str, error: GatewayError, count: int) -> None:
    log.event(
        "scim.refused",
        level=logging.WARNING,
        provider=connection,
        problem=error.code,
        count=count,
        note=error.note,
    )
