"""The machine interface, described: the document against the routes and their answers, and the page made of it."""

import re
from collections import Counter
from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from marshmallow import RAISE
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from schemas.catalog import CatalogSchema
from schemas.launch import LaunchAnswerSchema
from schemas.problem import ProblemSchema
from tests.gateway.web.browser import HERE, PAGE
from tests.gateway.web.storefront import FILE, KEY, Storefront

DOCUMENT = "/api/v1/openapi.json"
OF_ITSELF = {DOCUMENT, "/api/v1/docs"}
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
EXAMPLES = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
WANTED = {"mintLaunch": {201, 422}, "readCatalog": {200}, "readOrder": {404}}
"""Answers that have to be among those that came: otherwise nothing was tried."""


@pytest.fixture
def app(gateway):
    return gateway(file=FILE)


@pytest.fixture
def document(app):
    answer = app.test_client().get(DOCUMENT)
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    return answer.json


@pytest.mark.parametrize("name", ["mintLaunch", "readCatalog", "readOrder"])
def test_whatever_is_sent_is_answered_as_the_document_says_and_never_with_a_fault(app, name):
    described = schemathesis.openapi.from_wsgi(DOCUMENT, app)
    statuses = Counter()

    for mode in GenerationMode:
        operation = described.find_operation_by_id(name)

        @settings(EXAMPLES)
        @given(case=operation.as_strategy(generation_mode=mode))
        def sends(case):
            response = case.call(headers={"Authorization": f"Bearer {KEY}"})
            case.validate_response(response, checks=CHECKS)
            statuses[response.status_code] += 1

        with suppress(Unsatisfiable):  # an operation without members has nothing that is not allowed
            sends()

    assert WANTED[name] <= set(statuses), statuses


def test_every_route_for_machines_is_described_and_nothing_else(app, document):
    routes = {
        (method.lower(), re.sub(r"<(?:path:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.rule not in OF_ITSELF
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert routes == {(method, path) for path, methods in document["paths"].items() for method in methods}


def test_the_document_says_where_the_gateway_is_and_what_opens_it(document):
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": HERE}]
    assert document["security"] == [{"key": []}]
    assert KEY not in str(document)


def test_answers_have_the_members_that_are_described_and_no_others(app):
    shop = Storefront(app)
    answers = (
        (
            LaunchAnswerSchema,
            shop.ask({"person": {"email": "k@example.com"}, "target": {"course": 12}}),
        ),
        (CatalogSchema, shop.client.get("/api/v1/catalog", headers={"Authorization": f"Bearer {KEY}"})),
        (ProblemSchema, shop.ask({"person": {}})),
        (ProblemSchema, shop.client.get("/api/v1/catalog")),
        (ProblemSchema, shop.ask(b"{")),
    )
    assert [answer.status_code for _, answer in answers] == [201, 200, 422, 401, 400]
    for schema, answer in answers:
        assert schema(unknown=RAISE).validate(answer.json) == {}


@pytest.mark.parametrize("header", [None, "Bearer", f"Bearer {KEY}x"])
def test_the_catalogue_is_for_storefronts_and_nobody_else_has_anybody_asked(app, asked, header):
    headers = {} if header is None else {"Authorization": header}
    answer = app.test_client().get("/api/v1/catalog", headers=headers)
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert asked() == []


def test_a_storefront_reads_the_catalogue_also_where_there_is_no_page(app, asked):
    answer = app.test_client().get("/api/v1/catalog", headers={"Authorization": f"Bearer {KEY}"})
    assert (answer.status_code, sorted(answer.json)) == (200, ["categories", "courses"])
    assert answer.json["courses"][0] == {
        "id": 34,
        "name": "Data protection",
        "code": "",
        "description": "What the law asks of everyone who handles personal data.",
        "category_id": 3,
        "price": {"text": "$49.00", "symbol": "$", "amount": "49.00"},
    }
    assert "http" not in answer.text
    assert asked() == ["courses", "categories"]
    assert app.test_client().get("/catalog", headers=PAGE).status_code == 404


def test_while_talentlms_is_away_a_storefront_is_told_when_to_come_back(app, portal):
    portal.control.fault("courses", kind="status", status=500, times=99)
    client, headers = app.test_client(), {"Authorization": f"Bearer {KEY}"}
    answers = [client.get("/api/v1/catalog", headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert answers[1].headers["Retry-After"] == "5"
    assert answers[1].content_type == "application/problem+json"


def test_the_page_has_every_operation_status_and_member_and_links_that_lead_somewhere(app, document):
    answer = app.test_client().get("/api/v1/docs", headers=PAGE)
    assert answer.status_code == 200
    assert len(answer.data) < 30_000
    assert not re.search(r'<script|(?:src|href)="(?!/|#)', answer.text)
    ids = re.findall(r' id="([^"]+)"', answer.text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', answer.text)) <= set(ids)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert f"<code>{method.upper()} {path}</code>" in answer.text
            assert all(f"<code>{status}</code>" in answer.text for status in operation["responses"])
    for name, schema in document["components"]["schemas"].items():
        part = answer.text.partition(f'id="message-{name}"')[2].partition("</dl>")[0]
        assert sorted(re.findall(r"<dt><code>([^<]+)</code>", part)) == sorted(schema["properties"])
