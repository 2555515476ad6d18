"""docs/addresses.md lists every address that the gateway answers.

Run as a module, ``.venv/bin/python -m tests.docs.test_addresses_page``, this writes the tables anew.
"""

import re
import tempfile
from pathlib import Path

from gateway import create_app
from gateway.config import load
from gateway.web import addresses
from tests.databases import new_database
from tests.docs.documents import DOCS, text_of
from tests.docs.generated import with_table
from tests.docs.test_names import ENVIRONMENT

PAGE = DOCS / "addresses.md"
BEHIND = "docs/addresses.md is behind; run: .venv/bin/python -m tests.docs.test_addresses_page"

MEANINGS = {
    "/": "*My training*: the person's courses with progress and a button each; a sign-in button for who is signed out.",
    "/api/v1/catalog": "What is on offer, with prices: [the catalogue](catalog.md#for-shops).",
    "/api/v1/docs": "The machine interface as a page.",
    "/api/v1/launches": "Makes a one-time [launch](launches.md) for a storefront's customer.",
    "/api/v1/openapi.json": "The machine interface as an OpenAPI 3.1 document.",
    "/api/v1/orders/<path:order_id>": "What became of an [order](launches.md#what-became-of-an-order).",
    "/backchannel-logout/<provider>": "The provider's logout notice (OpenID Connect Back-Channel Logout 1.0).",
    "/buy/category/<category>": "To the payment page of a category, with `?coupon=…` if wanted; POST corrects a refused coupon.",
    "/buy/course/<course>": "To the payment page of a course, with `?coupon=…` if wanted; POST corrects a refused coupon.",
    "/callback/<provider>": "The redirect address, to be registered at the provider.",
    "/catalog": "The public [catalogue](catalog.md); 404 unless it is turned on.",
    "/completed": "Where TalentLMS leads after a completed course, where it does not say which.",
    "/completed/<course>": "Where TalentLMS leads after a completed course.",
    "/frontchannel-logout/<provider>": "The provider's logout notice in a frame (OpenID Connect Front-Channel Logout 1.0).",
    "/go": "To TalentLMS's dashboard by a fresh link.",
    "/go/course/<course>": "Into a course, by its id or slug, by a fresh link; enrols where the settings allow it.",
    "/handoff": "A storefront's [hand-off token](handoff.md): GET shows who goes where, the button POSTs.",
    "/l/<launch>": "A [launch](launches.md): GET shows who goes where, the button POSTs.",
    "/livez": "200 while the process answers; touches nothing.",
    "/login": "Begins a sign-in, with `?next=/own/path` if wanted; a chooser where there are several ways.",
    "/login/<provider>": "Begins a sign-in at a provider; of a storefront's name: leads to its `account_url`.",
    "/login/initiate": "A sign-in that somebody else asks for, such as a tile in the provider's portal (OpenID Connect Core 1.0, section 4).",
    "/login/password": "Sign-in with a TalentLMS user name and password; 404 unless it is turned on.",
    "/logout": "GET shows a button; POST signs out here, at TalentLMS and at the provider.",
    "/logout/continue": "The way from TalentLMS's sign-out to the provider's; good once.",
    "/readyz": "200 or 503: whether clicks can be served. It costs no call of TalentLMS.",
    "/redeem/<code>": "A [seat's](seats.md) code: GET shows what it is for, the button POSTs.",
    "/scim/v2/": "SCIM 2.0, [by which](scim.md) an identity provider pushes people and groups.",
    "/scim/v2/<path:path>": "SCIM 2.0: `Users`, `Groups`, and the descriptions.",
    "/signed-out": "The end of a sign-out, to be registered at the provider.",
    "/brand/colours.css": "The colours of `[brand]`, where there are any.",
    "/brand/logo": "The logo of `[brand]`, where there is one.",
    "/static/<path:filename>": "The style sheet and the icon.",
    "/webhooks/<storefront>": "What a shop [tells of its orders](webhooks.md).",
}
NO_ADDRESSES = {"/scim/v2//<path:path>"}
"""Spellings that exist to be refused."""


def routes():
    """Return the methods of each address, those of the settings that are off by default included."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(load(ENVIRONMENT | {"GATEWAY_DATABASE_URL": new_database(Path(folder))}))
    found = {}
    for rule in app.url_map.iter_rules():
        if rule.rule not in NO_ADDRESSES:
            found.setdefault(rule.rule, set()).update(rule.methods - {"HEAD", "OPTIONS"})
    return found


def table(rules, methods):
    """Return a table in Markdown of some of the addresses."""
    lines = ["| address | methods | what happens |", "| --- | --- | --- |"]
    for rule in sorted(rules):
        shown = re.sub(r"<(?:path:)?(\w+)>", lambda found: f"<{found[1].replace('_', ' ')}>", rule)
        lines.append(f"| `{shown}` | {', '.join(sorted(methods[rule]))} | {MEANINGS[rule]} |")
    return "\n".join(lines)


def page(methods):
    """Return the page as it should be."""
    people = set(methods) & {*addresses.ALL, "/callback/<provider>"}
    for_people = with_table(PAGE, "addresses of people", table(people, methods))
    begin = for_people.index("<!-- addresses of machines: begin -->")
    machines = with_table(PAGE, "addresses of machines", table(set(methods) - people, methods))
    return for_people[:begin] + machines[machines.index("<!-- addresses of machines: begin -->") :]


def test_the_page_lists_the_addresses_as_they_are_routed():
    methods = routes()

    assert set(MEANINGS) == set(methods)
    assert text_of(PAGE) == page(methods), BEHIND


if __name__ == "__main__":
    PAGE.write_text(page(routes()), encoding="utf-8")
