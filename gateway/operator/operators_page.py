"""The requests of the operator's page: it is shown, and its buttons have something tried again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs
from wsgiref.types import WSGIEnvironment

from gateway import context
from gateway.context import Trail
from gateway.errors import DatabaseUnavailable
from gateway.flows.retries import By, Retries
from gateway.operator.access import Forms
from gateway.operator.overview import Sources, overview
from gateway.operator.page import POLICY, REFRESH_SECONDS, About, page

SECONDS = 15.0
"""How long an answer may take."""
FORM_BYTES = 2048
RETRIED = "retried"
_MOST_DIGITS = 6
_BY: By = "operator-page"


@dataclass(frozen=True)
class Answer:
    """What is answered.

    Attributes:
        status: with its phrase.
        headers: besides those that every answer has.
        body: in UTF-8.
    """

    status: str
    headers: Sequence[tuple[str, str]]
    body: bytes = b""


class OperatorsPage:
    """The page.

    Args:
        about: what does not change.
        sources: where its figures come from.
        forms: whether a POST comes from it.
        retries: what its buttons do.
        trail: where what is done is written down.
    """

    def __init__(
        self,
        about: About,
        sources: Sources,
        forms: Forms,
        retries: Retries,
        trail: Trail,
    ) -> None:
        self._about = about
        self._sources = sources
        self._forms = forms
        self._retries = retries
        self._trail = trail

    def shown(self, query: Mapping[str, Sequence[str]]) -> Answer:
        """Return the page.

        Args:
            query: ``refresh``: it is loaded again by itself; ``retried``: so many are tried again.
        """
        context.begin(seconds=SECONDS)
        try:
            found = overview(self._sources)
        finally:
            context.end()
        refreshes = "refresh" in query
        told = query.get(RETRIED, [""])[0]
        retried = int(told) if told.isascii() and told.isdecimal() and len(told) <= _MOST_DIGITS else None
        body = page(self._about, found, self._forms.token(), retried=retried, refreshes=refreshes)
        headers = [("Refresh", f"{REFRESH_SECONDS}; url=/?refresh")] if refreshes else []
        return Answer("200 OK", [*_OF_PAGES, *headers], body)

    def retry(self, environ: WSGIEnvironment) -> Answer:
        """Have tried again what a form names, and lead back to the page.

        Args:
            environ: the request: a form with ``csrf_token`` and one of ``order``, ``orders`` and ``people``.
        """
        form = _form(environ)
        if form is None:
            return _refused("400 Bad Request", "The form could not be read.")
        if not self._forms.are_ours(form.get("csrf_token", ""), environ):
            return _refused("403 Forbidden", "The form is too old, or was sent from elsewhere. Load the page again.")
        context.begin(str(environ.get("REMOTE_ADDR", "")), seconds=SECONDS, trail=self._trail)
        try:
            number = self._retried(form)
        except DatabaseUnavailable as error:
            return _refused("503 Service Unavailable", f"The database does not answer: {error.note}. Try it later.")
        finally:
            context.end()
        return Answer("303 See Other", [("Location", f"/?{RETRIED}={number}"), *_OF_PAGES])

    def _retried(self, form: Mapping[str, str]) -> int:
        if "order" in form:
            storefront, _, order_id = form["order"].partition(" ")
            return self._retries.order(storefront, order_id, _BY)
        if "orders" in form:
            return self._retries.dead_orders(form["orders"], _BY)
        provider = form.get("people", "")
        return self._retries.people(provider, _BY) if provider in self._about.providers else 0


_OF_PAGES = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", POLICY),
    ("Referrer-Policy", "same-origin"),  # with no-referrer a form would say that it comes from nowhere
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Robots-Tag", "noindex"),
)


def _form(environ: WSGIEnvironment) -> Mapping[str, str] | None:
    """Return the fields of a form, each of which there is once; ``None`` for what is none of ours."""
    kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    length = environ.get("CONTENT_LENGTH", "")
    if kind != "application/x-www-form-urlencoded" or not (length.isascii() and length.isdecimal()):
        return None
    if len(length) > len(str(FORM_BYTES)) or int(length) > FORM_BYTES:
        return None
    try:
        text = environ["wsgi.input"].read(int(length)).decode("ascii")
        fields = parse_qs(text, keep_blank_values=True, strict_parsing=True, max_num_fields=4, errors="strict")
    except (ValueError, OSError):  # the second where a client is gone before it has sent all of it
        return None
    if any(len(values) != 1 for values in fields.values()):
        return None
    return {name: values[0] for name, values in fields.items()}


def _refused(status: str, says: str) -> Answer:
    title = status.partition(" ")[2]
    body = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f'<main><h1>{title}</h1><p>{says}</p><p><a href="/">Back to the page</a></p></main></html>'
    )
    return Answer(status, _OF_PAGES, body.encode())
