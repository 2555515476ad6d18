"""A one-time link: who holds it is signed in, once."""

import re
from typing import Any

from marshmallow import ValidationError, fields

from schemas.secret import Secret

# By ourselves, because ``urllib.parse.urlsplit`` keeps the URLs that it has seen in a cache.
_ORIGIN = re.compile(
    r"https?://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{0,5}))?(?=[/?#]|\Z)", re.IGNORECASE
)
_LAST_PORT = 65535


class Link(Secret):
    """A bearer secret in the form of a URL: ``login_key``, ``goto_url`` or a payment page's ``redirect_url``.

    It is fetched at the click, used once, and stored, logged and queued nowhere; so it does not print and cannot
    be pickled. ``reveal()`` gives the URL for the one ``Location`` header that it is meant for.
    """

    __slots__ = ()

    @property
    def host(self) -> str:
        """The host as it stands in the URL, lower-case, with the port if it names one.

        Empty for nonsense, for user information, and for what is neither http nor https.
        """
        origin = _ORIGIN.match(self.reveal())
        if origin is None or int(origin["port"] or 0) > _LAST_PORT:
            return ""
        host = origin["host"].lower()
        return f"{host}:{int(origin['port'])}" if origin["port"] else host

    @property
    def scheme(self) -> str:
        """The URL's scheme, lower-case; empty for nonsense."""
        return self.reveal().partition(":")[0].lower() if ":" in self.reveal() else ""


class LinkField(fields.String):
    """A string that becomes a ``Link``; it has to be of characters that a ``Location`` header can carry."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if not text or not text.isascii() or not text.isprintable():
            raise ValidationError("the link is empty, or holds characters that no link has")
        return Link(text)
