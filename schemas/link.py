"""A one-time link: whoever holds it is signed in, once."""

from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields

from schemas.secret import Secret


class Link(Secret):
    """A bearer secret in the form of a URL: ``login_key``, ``goto_url`` or a payment page's ``redirect_url``.

    It is fetched at the click, used once, and stored, logged and queued nowhere; so it does not print and cannot
    be pickled. ``reveal()`` gives the URL for the one ``Location`` header that it is meant for.
    """

    __slots__ = ()

    @property
    def host(self) -> str:
        """The host as it stands in the URL, lower-case, with the port if it names one; empty for nonsense."""
        try:
            parts = urlsplit(self.reveal())
            port = f":{parts.port}" if parts.port is not None else ""
        except ValueError:
            return ""
        host = parts.hostname or ""
        return f"[{host}]{port}" if ":" in host else f"{host}{port}"

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
