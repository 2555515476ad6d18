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
        return f"{parts.hostname or ''}{port}"

    @property
    def scheme(self) -> str:
        """The URL's scheme, lower-case; empty for nonsense."""
        return self.reveal().partition(":")[0].lower() if ":" in self.reveal() else ""


class LinkField(fields.String):
    """A non-empty string that becomes a ``Link``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if not text:
            raise ValidationError("the link is empty")
        return Link(text)
