"""The body of a request, whole or not at all, also where it comes in chunks and announces no length."""

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from gateway.errors import TooLong


def whole_body(at_most: int) -> bytes:
    """Return the body of this request byte for byte.

    Flask cuts a body in chunks off at its limit and says nothing. So one byte more is read of such a one.

    Args:
        at_most: how many bytes it may have.

    Raises:
        TooLong: it has more; of those no more than one was read.
    """
    request.max_content_length = at_most + (request.content_length is None)  # of this request alone
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        body = None
    if body is None or len(body) > at_most:
        raise TooLong(f"a body of more than {at_most} bytes")
    return body
