"""``/scim/v2``: identity providers push people and groups, each with tokens of its own (RFC 7644)."""

import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from gateway import log
from gateway.errors import ApiKeyRefused, GatewayError
from gateway.flows.directory import SCIM_PATH, Directory
from gateway.flows.directory_groups import GroupDirectory
from gateway.flows.whole_directory import search_all
from gateway.scim import answers, discovery
from gateway.scim.errors import ScimError, not_found
from gateway.web.api_keys import ApiKeys
from gateway.web.error_pages import page_for
from gateway.web.refusals import Refusals

BODY_BYTES = 1024 * 1024
"""The largest request that is read: a group with some 10,000 members."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

_PARAMETERS = ("filter", "sortBy", "sortOrder", "startIndex", "count", "cursor", "attributes", "excludedAttributes")
_CANONICAL = {name.lower(): name for name in _PARAMETERS}

Answer = tuple[HTTPStatus, dict[str, Any] | None]
Methods = Mapping[str, Callable[[], Answer]]


def blueprint(tokens: ApiKeys, users: Directory, groups: GroupDirectory) -> Blueprint:
    """Return the routes; paths count in any case, and with a slash at their end.

    Args:
        tokens: whose connection a request is of.
        users: what becomes of people.
        groups: what becomes of groups.
    """
    routes = Blueprint("scim", __name__, url_prefix=SCIM_PATH)
    places = _Places(users, groups)

    @routes.before_request
    def limit() -> None:
        request.max_content_length = BODY_BYTES

    @routes.route("/", defaults={"place": ""}, methods=METHODS, strict_slashes=False)
    @routes.route("/<path:place>", methods=METHODS)
    def answer(place: str) -> Response:
        provider = tokens.holder()
        steps = place.removesuffix("/").split("/")
        methods = places.methods(provider, steps[0].lower(), steps[1:])
        method = "GET" if request.method == "HEAD" else request.method
        if method not in methods:
            return _not_allowed(methods)
        status, content = methods[method]()
        return _response(status, content)

    _install_errors(routes)
    return routes


class _Places:
    """What each address does, by method."""

    def __init__(self, users: Directory, groups: GroupDirectory) -> None:
        self._users, self._groups = users, groups
        self._directories: Mapping[str, Directory | GroupDirectory] = {"users": users, "groups": groups}
        self._base = users.base

    def methods(self, provider: str, first: str, rest: list[str]) -> Methods:
        """Return what can be done at an address.

        Raises:
            ScimError: there is no such address.
        """
        directory = self._directories.get(first)
        if directory is not None and not rest:
            return _of_list(directory, provider)
        if directory is not None and rest == [".search"]:
            return {"POST": lambda: (HTTPStatus.OK, directory.search(provider, _search()))}
        if directory is not None and len(rest) == 1:
            return _of_one(directory, provider, rest[0])
        if first == ".search" and not rest:
            return {"POST": lambda: (HTTPStatus.OK, search_all(self._users, self._groups, provider, _search()))}
        if first == "serviceproviderconfig" and not rest:
            return {"GET": lambda: _discovered(discovery.config(self._base))}
        described = {"resourcetypes": discovery.resource_types, "schemas": discovery.schemas}.get(first)
        if described is None or len(rest) > 1:
            raise not_found("such address")
        return _of_description(described(self._base), rest)


def _of_list(directory: Directory | GroupDirectory, provider: str) -> Methods:
    return {
        "GET": lambda: (HTTPStatus.OK, directory.search(provider, _parameters(request.args))),
        "POST": lambda: (HTTPStatus.CREATED, directory.create(provider, _body())),
    }


def _of_one(directory: Directory | GroupDirectory, provider: str, own_id: str) -> Methods:
    def patch() -> Answer:
        content = directory.patch(provider, own_id, _body())
        return (HTTPStatus.NO_CONTENT, None) if content is None else (HTTPStatus.OK, content)

    def delete() -> Answer:
        directory.delete(provider, own_id)
        return HTTPStatus.NO_CONTENT, None

    return {
        "GET": lambda: (HTTPStatus.OK, directory.read(provider, own_id, _parameters(request.args))),
        "PUT": lambda: (HTTPStatus.OK, directory.replace(provider, own_id, _body())),
        "PATCH": patch,
        "DELETE": delete,
    }


def _of_description(every: Mapping[str, dict[str, Any]], rest: list[str]) -> Methods:
    if not rest:
        return {"GET": lambda: _discovered(answers.listed(list(every.values()), len(every), 1))}
    one = every.get(rest[0].lower())
    if one is None:
        raise not_found("such description")
    return {"GET": lambda: _discovered(one)}


def _discovered(content: dict[str, Any]) -> Answer:
    """Return a description; those are not filtered (RFC 7644, 4)."""
    if "filter" in _parameters(request.args):
        raise ScimError("Descriptions are not filtered; leave the filter out.", status=HTTPStatus.FORBIDDEN)
    return HTTPStatus.OK, content


def _parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a query's parameters by the names that the protocol has for them, however they are spelt."""
    return {_CANONICAL[name.lower()]: value for name, value in given.items() if name.lower() in _CANONICAL}


def _search() -> dict[str, Any]:
    body = _body()
    if not isinstance(body, dict):
        raise ScimError("The body is not a JSON object.", "invalidSyntax")
    return _parameters(body)


def _body() -> object:
    """Return the JSON document of the body.

    Raises:
        ScimError: it is none, or too long.
    """
    try:
        return json.loads(request.get_data(cache=False).decode(), parse_constant=_no_number)
    except RequestEntityTooLarge:
        detail = f"The body has more than {BODY_BYTES} bytes; send fewer members at once."
        raise ScimError(detail, "tooMany", HTTPStatus.REQUEST_ENTITY_TOO_LARGE) from None
    except (ValueError, RecursionError):
        raise ScimError("The body is not JSON in UTF-8.", "invalidSyntax") from None


def _no_number(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")


def _response(status: int, content: dict[str, Any] | None) -> Response:
    body = "" if content is None else json.dumps(content, ensure_ascii=False).encode(errors="backslashreplace")
    response = Response(body, status=status, content_type=answers.CONTENT_TYPE)
    location = (content or {}).get("meta", {}).get("location")
    if location and status == HTTPStatus.CREATED:
        response.headers["Location"] = location
    return response


def _refusal(status: int, detail: str, scim_type: str = "") -> Response:
    return _response(status, answers.error(status, detail, scim_type))


def _not_allowed(methods: Methods) -> Response:
    response = _refusal(HTTPStatus.METHOD_NOT_ALLOWED, f"Here only {', '.join(methods)} can be sent.")
    response.headers["Allow"] = ", ".join(methods)
    return response


def _install_errors(routes: Blueprint) -> None:
    refusals = Refusals(_tell)

    @routes.errorhandler(ScimError)
    def refused(error: ScimError) -> Response:
        level = logging.ERROR if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.WARNING
        if error.status != HTTPStatus.NOT_FOUND:
            log.event("scim.problem", level=level, status=int(error.status), scim_type=error.scim_type)
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
