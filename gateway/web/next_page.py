"""May we send the browser there afterwards? The one place that decides it.

Only a path of our own: one leading slash, only characters that RFC 3986 allows in a path or a query, no backslash,
no second slash, no ``.`` or ``..`` segment, no ``@``; and for the path the same again after up to three decodings,
because something on the way may decode once more. The path says where to go, the query only says more of it: where
nothing but the query is refused, or makes the address too long, the path is kept without it.
"""

import re
from urllib.parse import quote, unquote

from flask import request

FALLBACK = "/"
LENGTH = 1024

_DECODINGS = 3
_IN_A_QUERY = "%!$&'()*+,;=:/?~"
_OWN_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:%/-]*")
_OWN_ADDRESS = re.compile(_OWN_PATH.pattern + r"(?:\?[A-Za-z0-9._~!$&'()*+,;=:%/?-]*)?")
_DOT_SEGMENT = re.compile(r"/\.{1,2}(?:/|$)")


def here() -> str:
    """Return the address of this request, as a page may offer it again."""
    query = quote(request.query_string, safe=_IN_A_QUERY)  # browsers leave ``@``, ``|`` and the like raw in it
    return own_path(f"{request.path}?{query}" if query else request.path)


def own_path(candidate: str | None) -> str:
    """Return the candidate if it is an address of our own; its path if only its query is not; and ``/`` otherwise.

    Args:
        candidate: what came with the request, already decoded once by the framework.
    """
    if candidate is None:
        return FALLBACK
    path = candidate.partition("?")[0]
    return next(filter(is_own_path, (candidate, path)), FALLBACK)


def own_target(candidate: str | None, public_url: str) -> str:
    """Return the own path that a full address of ours, or a path, means; ``/`` for anything else.

    Args:
        candidate: such as a ``target_link_uri`` (Core 4).
        public_url: our own origin.
    """
    return own_path(candidate.removeprefix(public_url) if candidate else candidate)


def is_own_path(candidate: str) -> bool:
    """Return whether the candidate, and whatever decoding makes of its path, stays on our own origin."""
    if len(candidate) > LENGTH or not _OWN_ADDRESS.fullmatch(candidate):
        return False
    paths = [candidate.partition("?")[0]]
    for _ in range(_DECODINGS):
        paths.append(unquote(paths[-1]))
    return all(map(_is_strictly_own, paths))


def _is_strictly_own(path: str) -> bool:
    return bool(_OWN_PATH.fullmatch(path)) and "//" not in path and not _DOT_SEGMENT.search(path)
