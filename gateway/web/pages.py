"""Pages for people: templates, and the headers that a page needs."""

import hashlib
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, Response, make_response, render_template, request
from jinja2 import StrictUndefined

from gateway.config import HelpContact
from gateway.web import languages, message_catalog
from gateway.web.brand import Brand
from gateway.web.headers import allow_forms
from gateway.web.languages import Languages
from gateway.web.message_catalog import text

_KEPT = (200, 304)


def install(app: Flask, help_contact: HelpContact | None, offered: Languages, brand: Brand) -> None:
    """Prepare the templates.

    Args:
        app: the application.
        help_contact: whom a page names for help, or ``None``.
        offered: the languages.
        brand: what pages look like.
    """
    languages.install(app, offered)
    version = _fingerprint(Path(app.static_folder or ""))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals |= {
        "asset_version": version,
        "brand": brand,
        "direction": languages.direction,
        "help_contact": help_contact,
        "help_href": partial(_help_href, help_contact, brand),
        "language": languages.language,
        "text": message_catalog.html,
    }

    @app.after_request
    def keep_assets(response: Response) -> Response:
        """Let browsers keep what has its version in its address."""
        if request.endpoint == "static" and response.status_code in _KEPT and request.args.get("v") == version:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def page(template: str, *, status: int = 200, form_origins: Iterable[str] | None = None, **context: Any) -> Response:
    """Return a page, in the language of the request.

    Args:
        template: its file's name.
        status: of the answer.
        form_origins: where the page's forms may lead besides ourselves; ``None`` for a page without forms.
        context: what the template shows.
    """
    response = make_response(render_template(template, status=status, **context), status)
    response.content_language.add(languages.language())
    response.vary.add("Accept-Language")
    return response if form_origins is None else allow_forms(response, form_origins)


def _help_href(contact: HelpContact | None, brand: Brand, reference: str) -> str:
    """Return where a page's help link leads; on a page with a reference code to a mail that names it."""
    if contact is None:
        return ""
    return contact.about(f"{brand.name or text('layout.brand')} {reference}") if reference else contact.href


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
