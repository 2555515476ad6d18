"""No expression of the gateway takes more time than the length of a text accounts for, whatever the text.

Work is counted by the processor time that it takes, and only ever compared within one run: eight times the text may take
eight times as long. An expression that runs over the text from many starting points takes 64 times as long.
"""

import ast
import functools
import importlib
import json
import pkgutil
import re
import time
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path

import pytest

import gateway
from gateway.errors import NotFound, WebhookRefused
from gateway.jwt_parts import part
from gateway.personal_data import email_address
from gateway.redaction import excerpt, redacted
from gateway.storefronts.dialects import DIALECTS
from gateway.talentlms.refusals import refusal
from gateway.web.client_address import Proxies, client_address
from gateway.web.next_page import own_path
from schemas.secret import Secret
from tests.gateway.storefronts.bodies import NOW, PAID, SECRETS, written

FEW, MANY = 1024, 8192
BOUND = 24
TRIES = 5
SHORTEST_SECONDS = 0.00002
SETTINGS = "gateway.config"
"""What is read here the operator wrote, once, at the start."""
PIECES = (
    "a", "A", "0", "_", "-", ".", ",", "/", ":", "@", "=", "&", ";", "%", "!", " ", "\t", "'", '"', "\\", "é", "\r\n",
    "a.", "a-", "a@", "-a", "/a", "/.", "/..", "a=", "a: ", "; ", "a; ", " a", "aa ", "://", "a://", "a://a:", "://a@",
    "eyJ", "eyJ.", "eyJaaaaaaaa.", "Basic ", "Bearer\t", "basic", "code=", "code", "state='", "key: ", "token", "tokens-",
    "secret_", "pass", "password", "session", "talentlms_gateway_", "-talentlms_gateway_a", "talentlms_gateway_session=",
    "/index/", "/index/logout/token:", "/go/course/", "/redeem/", "redeem%2F", "/buy/", "/buy/a/", "GET / HTTP/1.1\r\n", "a: b\r\n",
    "\r\ncontent-length:", "\r\ncontent-length: 1", "\r\nexpect:", "1;", "rate", "rate limit", "too many ", "ilt ",
    "is not a valid email", "already exists", "is already a member of this a", "not enrolled in this course!",
    "not a member of this ", "is not currently ", "the requested ilt ", "en-", "en_us",
)  # fmt: skip
BEGINNINGS = ("/", "a@", "GET /", "GET / HTTP/1.1\r\n", "the requested ilt", "HTTP/1.1 200 ", "session=")
AFTER = ("a", ".", " ", "-", "a.", "a: b\r\n")
ENDS = ("", "!")


def modules():
    yield from (
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(gateway.__path__, "gateway.")
        if not found.name.startswith((SETTINGS, "gateway.database.migrations."))  # scripts that only Alembic runs
    )


def patterns_in(value):
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from patterns_in(inner)


def expressions():
    """Return every compiled expression, with the name that it has first."""
    found = {}
    for module in modules():
        for name, value in vars(module).items():
            for number, pattern in enumerate(patterns_in(value)):
                found.setdefault(pattern, f"{module.__name__}.{name}[{number}]")
    return {name: pattern for pattern, name in found.items() if not name.startswith(SETTINGS)}


EXPRESSIONS = expressions()


def seconds(work, texts):
    began = time.thread_time()
    for text in texts:
        work(text)
    return time.thread_time() - began


def growth(work, texts):
    """Return how many times as long the long texts take in all; the least of a few tries, as other work disturbs it.

    Args:
        work: what is measured, of one text.
        texts: of a size, all the texts of that size; one that is out of proportion outweighs all others.
    """
    least = float("inf")
    for _ in range(TRIES):
        least = min(least, seconds(work, texts(MANY)) / max(seconds(work, texts(FEW)), SHORTEST_SECONDS))
        if least < BOUND:
            break
    return least


@functools.cache
def adversarial(size):
    """Return texts of about this size; each goes on and on, and ends as nothing that goes on so should."""
    repeated = [("", piece) for piece in PIECES] + [(beginning, piece) for beginning in BEGINNINGS for piece in AFTER]
    return [beginning + (piece * size)[:size] + end for beginning, piece in repeated for end in ENDS]


@functools.cache
def in_bytes(size):
    return [text.encode() for text in adversarial(size)]


def uses(name, pattern):
    """Return how an expression is used: on whole texts and beginnings alone, or wherever it is found."""
    module, _, variable = name.partition("[")[0].rpartition(".")
    source = Path(importlib.import_module(module).__file__).read_text(encoding="utf-8")
    anchored = f"{variable}.fullmatch(" in source or f"{variable}.match(" in source
    if anchored and not re.search(rf"{variable}\.(search|sub|subn|find\w+|split)\(", source):
        return [pattern.match, pattern.fullmatch]
    return [pattern.search]


def address_of(text):
    proxies = Proxies([ip_network("10.0.0.0/8")], 10)
    return client_address({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": text}, proxies)


def parts_of(text):
    """Read a text as a token's header, then as its claims; here no length bounds it."""
    return part(f"{text}.{text}.", 0), part(text, 1)


def error_of(text):
    return refusal(400, json.dumps({"error": {"message": text}}).encode(), NotFound, None)


SIGNED = ("X-Shopify-Hmac-Sha256", "X-WC-Webhook-Signature", "Stripe-Signature", "webhook-signature")


def webhook_of(text):
    """Have each dialect look at headers and a body that a stranger made up."""
    headers = dict.fromkeys((*SIGNED, "webhook-id", "webhook-timestamp", "X-Shopify-Topic"), text)
    for dialect in DIALECTS.values():
        with suppress(WebhookRefused):
            dialect.read(headers, text.encode(errors="replace"), [Secret("whsec_QUJD")], 0)


def order_of(text):
    """Have each dialect read a signed order in which every text is this one."""
    for kind, dialect in DIALECTS.items():
        body = written(everywhere(PAID[kind](), text))
        with suppress(WebhookRefused):
            dialect.read(dialect.sign(body, SECRETS[kind], NOW), body, [SECRETS[kind]], NOW)


def everywhere(content, text):
    if isinstance(content, dict):
        return {name: everywhere(value, text) if name != "type" else value for name, value in content.items()}
    if isinstance(content, list):
        return [everywhere(value, text) for value in content]
    return text if isinstance(content, str) else content


def test_what_is_out_of_proportion_is_found():
    quadratic = re.compile(r"(\w+://[^:@/\s]*:)[^@/\s]+@")
    assert growth(quadratic.search, lambda size: ["/callback/@" + "a" * size] + ["code=1"] * 100) >= BOUND


@pytest.mark.parametrize("name", sorted(EXPRESSIONS))
def test_every_expression_takes_time_in_proportion_to_the_text(name):
    pattern = EXPRESSIONS[name]
    texts = in_bytes if isinstance(pattern.pattern, bytes) else adversarial
    for use in uses(name, pattern):
        assert growth(use, texts) < BOUND


@pytest.mark.parametrize(
    "work", [excerpt, redacted, email_address, own_path, address_of, error_of, webhook_of, order_of, parts_of]
)
def test_everything_that_is_made_of_a_strangers_text_takes_time_in_proportion_to_it(work):
    assert growth(work, adversarial) < BOUND


def test_no_expression_escapes_the_test():
    """An expression is compiled where the module begins, or it is one that ``expressions`` names."""
    written = {}
    for path in sorted(Path(gateway.__file__).parent.rglob("*.py")):
        if path.parent.name == "config":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
                module = path.parent if path.name == "__init__.py" else path
                written.setdefault(ast.unparse(node.func), []).append(f"{module.stem}.py")
    written["re.escape"] = []
    assert set(written) == {"re.compile", "re.escape"}
    ours = {name.split("[")[0] for name in EXPRESSIONS if "TOKEN_RE" not in name}
    # one that a module imports goes by that module's name, if it comes first
    assert set(written["re.compile"]) <= {f"{name.split('.')[-2]}.py" for name in ours}
