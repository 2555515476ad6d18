"""The recipes for buttons: their snippets are well-formed and lead to the gateway, their pictures were made of them."""

import json
import re
import shutil
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from docs.images.make_recipes import PICTURES, SNIPPETS, SOURCES, fingerprints
from gateway.storefronts.handoff import HandoffTokens, Signer, shared_key
from gateway.web.addresses import place_of
from gateway.web.framed import OFFERED
from schemas.secret import Secret
from tests.docs.documents import DOCS, PUBLIC_URL, ROOT, fences, rows, shown, text_of

RECIPES = DOCS / "recipes"
PRODUCTS = ("sharepoint", "teams", "confluence", "slack", "google-sites", "wordpress", "shopify")
PAGES = sorted(RECIPES.glob("*.md"))
PNG = b"\x89PNG\r\n\x1a\n"
IMAGE = re.compile(r"!\[([^\]]+)\]\(([^)]+)\)")
KEY = "key-of-the-examples-0123456789-öäü"


class Links(HTMLParser):
    """The links of a snippet, each tag of which is closed in turn."""

    def __init__(self, html):
        super().__init__()
        self.open, self.links, self.tags = [], [], set()
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        assert len(dict(attrs)) == len(attrs)
        self.open.append(tag)
        self.tags.add(tag)
        if tag == "a":
            self.links.append(dict(attrs))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def is_ours(url):
    """Return whether an address is one that a button may hold: one of those that a frame offers again."""
    parts = urlsplit(url)
    place = place_of(parts.path)
    return f"{parts.scheme}://{parts.netloc}" == PUBLIC_URL and place is not None and place.rule in OFFERED


def snippets(language):
    return [
        pytest.param(block, id=f"{path.name}-{number}")
        for path in PAGES
        for number, block in enumerate(fences(text_of(path), language))
    ]


def test_each_product_has_a_recipe_that_the_first_page_leads_to():
    assert {path.stem for path in PAGES} == {"README", *PRODUCTS}
    index = text_of(RECIPES / "README.md")
    assert re.findall(r"\| \[([a-z-]+)\.md\]\(", index) == list(PRODUCTS)


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_a_recipe_says_what_to_paste_what_frames_do_and_has_a_picture_with_words_for_it(path):
    text = text_of(path)
    assert f"{PUBLIC_URL}/" in text
    assert re.search(r"^## .*[Ff]rames", text, re.MULTILINE) or path.stem == "teams"
    pictures = IMAGE.findall(text)
    assert pictures
    for words, target in pictures:
        assert len(words) > 15
        assert (path.parent / target).read_bytes().startswith(PNG)


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_every_address_of_the_gateway_in_a_recipe_is_one_that_a_button_may_hold(path):
    found = re.findall(re.escape(PUBLIC_URL) + r"[^\s`'\")<{]*", text_of(path))
    bases = {PUBLIC_URL, f"{PUBLIC_URL}/go/course/"}  # of a hand-off's key, and before an id that Liquid fills in
    assert [url for url in found if url not in bases and not is_ours(url)] == []


@pytest.mark.parametrize("html", snippets("html"))
def test_html_is_whole_holds_no_script_and_lets_no_new_tab_reach_back(html):
    parsed = Links(html)
    assert parsed.links
    assert parsed.tags <= {"a", "div"}
    for link in parsed.links:
        assert is_ours(link["href"])
        assert ("noopener" in link.get("rel", "").split()) is (link.get("target") == "_blank")
        assert not [name for name in link if name.startswith("on")]


def test_the_wordpress_block_opens_and_closes_in_turn():
    (block,) = fences(text_of(RECIPES / "wordpress.md"), "html")
    found = re.findall(r"<!-- (/?wp:[a-z]+) -->", block)
    assert found == ["wp:buttons", "wp:button", "/wp:button", "/wp:buttons"]


def test_the_liquid_of_a_product_is_a_link_to_its_course_and_nothing_without_one():
    (liquid,) = fences(text_of(RECIPES / "shopify.md"), "liquid")
    tags = re.findall(r"{%-? (\w+)", liquid)
    assert tags == ["assign", "if", "endif"]
    (shown_part,) = re.findall(r"{%- if course != blank -%}\n(.*){%- endif -%}", liquid, re.DOTALL)
    (link,) = Links(shown_part.replace("{{ course | url_encode }}", "12")).links
    assert is_ours(link["href"])
    assert "{" not in re.sub(r"{%-.*?-%}|{{.*?}}", "", liquid)


@pytest.mark.parametrize("text", snippets("json"))
def test_json_is_valid_and_its_addresses_are_ours(text):
    urls = re.findall(r'"url": "([^"]+)"', json.dumps(json.loads(text)))
    assert urls
    assert all(map(is_ours, urls))


def test_the_message_for_slack_keeps_to_slacks_limits_and_says_the_same_without_blocks():
    (text,) = fences(text_of(RECIPES / "slack.md"), "json")
    message = json.loads(text)
    assert set(message) == {"text", "unfurl_links", "blocks"}
    assert [block["type"] for block in message["blocks"]] == ["section", "actions"]
    buttons = message["blocks"][1]["elements"]
    assert {button["type"] for button in buttons} == {"button"}
    assert len({button["action_id"] for button in buttons}) == len(buttons)
    for button in buttons:
        assert button["text"]["type"] == "plain_text"
        assert 0 < len(button["text"]["text"]) <= 75
        assert len(button["url"]) <= 3000
    assert buttons[0]["url"] in message["text"]


def test_the_card_for_teams_only_opens_addresses():
    (text,) = fences(text_of(RECIPES / "teams.md"), "json")
    card = json.loads(text)
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert {action["type"] for action in card["actions"]} == {"Action.OpenUrl"}
    assert all(action["title"] for action in card["actions"])


@pytest.mark.parametrize("script", snippets("sh"))
def test_a_shell_snippet_is_whole(script):
    assert subprocess.run(["sh", "-n"], input=script, text=True, check=False).returncode == 0
    assert "--insecure" not in script


STUBS = """<?php
define('TRAINING_HANDOFF_KEY', getenv('HANDOFF_KEY'));
function add_action($name, $function) { $GLOBALS['actions'][$name] = $function; }
function wp_get_current_user() {
    return (object) ['ID' => (int) getenv('USER_ID'), 'user_email' => 'zoe@example.com', 'first_name' => 'Zoë', 'last_name' => 'Li'];
}
function auth_redirect() { echo 'sign in first'; exit; }
function nocache_headers() {}
if (!function_exists('mb_substr')) { // WordPress brings it along where PHP has none
    function mb_substr($text, $start, $length) { return $text; }
}
function wp_redirect($url, $status) { echo "$status $url"; }
require __DIR__ . '/plugin.php';
call_user_func($GLOBALS['actions'][getenv('ACTION')]);
"""


@pytest.fixture
def plugin(tmp_path):
    """Run the plugin for WooCommerce with stand-ins for WordPress's own functions; returns what it answers."""
    (code,) = fences(text_of(RECIPES / "wordpress.md"), "php")
    (tmp_path / "plugin.php").write_text(code, encoding="utf-8")
    (tmp_path / "run.php").write_text(STUBS, encoding="utf-8")
    shutil.copy(DOCS / "examples" / "handoff.php", tmp_path)

    def answered(user_id, action="admin_post_training"):
        environment = {"HANDOFF_KEY": KEY, "USER_ID": str(user_id), "ACTION": action}
        ran = subprocess.run(
            ["/usr/bin/env", "php", str(tmp_path / "run.php")],
            env=environment | {"PATH": "/usr/local/bin:/usr/bin:/bin"},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        return ran.stdout

    return answered


def test_the_plugin_for_woocommerce_hands_a_customer_over_with_a_token_that_is_accepted(plugin):
    status, _, url = plugin(77).partition(" ")
    address, _, token = url.partition("?token=")
    assert (status, address) == ("303", f"{PUBLIC_URL}/handoff")
    read = HandoffTokens({"shop": Signer("HS256", shared_key(Secret(KEY)))}, PUBLIC_URL).read(token)
    person, target = read.request.person, read.request.target
    assert (person.customer_id, person.email, person.email_verified) == ("77", "zoe@example.com", False)
    assert (target.kind, target.name) == ("course", "12")


@pytest.mark.parametrize("action", ["admin_post_training", "admin_post_nopriv_training"])
def test_the_plugin_has_nobody_handed_over_who_is_not_signed_in(plugin, action):
    assert plugin(0, action) == "sign in first"


def test_the_table_of_frames_names_exactly_what_a_frame_offers():
    (cell,) = [
        cells[1] for cells in rows(text_of(RECIPES / "README.md"), "about that page") if cells[0] == "which addresses"
    ]
    assert set(re.findall(r"`([^`]+)`", cell)) == OFFERED


# --- pictures --------------------------------------------------------------------------------------------------


def test_every_picture_was_made_of_what_the_recipe_says_now():
    """Where this fails: ``python docs/images/make_recipes.py``."""
    assert json.loads(text_of(SOURCES)) == fingerprints()
    assert {path.stem for path in PICTURES.glob("*.png")} == {*SNIPPETS, "frame"}


def test_every_picture_is_shown_in_a_recipe():
    targets = {target for path in PAGES for _, target in IMAGE.findall(text_of(path))}
    assert {f"../images/recipes/{path.name}" for path in PICTURES.glob("*.png")} <= targets


def test_the_script_makes_all_of_them(tmp_path):
    ran = subprocess.run(
        [sys.executable, str(DOCS / "images" / "make_recipes.py"), str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(made) == {path.name for path in PICTURES.iterdir()}
    assert made.pop("sources.json") == SOURCES.read_bytes()
    assert all(picture.startswith(PNG) and len(picture) > 2000 for picture in made.values())


def test_a_broken_snippet_would_be_noticed():
    with pytest.raises(AssertionError):
        Links("<a href='x'><div></a></div>")
    assert not is_ours("https://training.acme.com/l/abc")
    assert not is_ours("https://training.acme.com/handoff?token=x")
    assert not is_ours("https://evil.example/go")
    assert is_ours(unescape("https://training.acme.com/buy/course/12?coupon=A&amp;x=1"))
