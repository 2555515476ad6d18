"""Whatever is sent to ``/scim/v2``: never a 5xx, every refusal is a SCIM error, and what was stored can be written back."""

import itertools
import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.scim.definitions import GROUP, USER
from tests.gateway.web.scim_client import FILE, Provisioner, is_error

ODD = st.sampled_from(
    ["\x00", "\ud800", "", " ", "True", "a@b", "\u0130", "x" * 1001, '"', "\\", "[", "urn:x:y", "1e9"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ODD | st.text()
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "type"]) | ODD, inner, max_size=3)
    ),
    max_leaves=8,
)
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)


def values_of(attribute):
    """Return what an attribute's values may be, and now and then anything else."""
    if attribute.kind == "complex":
        parts = {part.name: values_of(part) for part in attribute.sub_attributes}
        one = st.fixed_dictionaries({}, optional=parts)
    elif attribute.kind == "boolean":
        one = st.sampled_from([True, False, "True", "false"])
    else:
        one = TEXTS
    usual = st.lists(one, max_size=3) | one if attribute.multi_valued else one
    return st.one_of(usual, usual, usual, usual, ANYTHING)


def resources_of(kind):
    return st.fixed_dictionaries({}, optional={part.name: values_of(part) for part in kind.root.sub_attributes})


def paths_of(kind):
    for attribute in kind.root.sub_attributes:
        yield attribute.name
        for part in attribute.sub_attributes:
            yield f"{attribute.name}{':' if ':' in attribute.name else '.'}{part.name}"
            yield f'{attribute.name}[{part.name} eq "a"]'
            yield f"{attribute.name}[{part.name} pr].value"


def operations_of(kind):
    paths = st.sampled_from([*paths_of(kind), "id", "meta", "x", "urn:x:y"])
    values = st.one_of([values_of(attribute) for attribute in kind.root.sub_attributes])
    one = st.fixed_dictionaries(
        {"op": st.sampled_from(["add", "Replace", "REMOVE"]), "value": values | resources_of(kind)},
        optional={"path": paths | paths | paths | ANYTHING},
    )
    return st.lists(one, max_size=4)


KINDS = {"Users": USER, "Groups": GROUP}
WORDS = ["eq", "sw", "ge", "pr", "and", "or", "not", "(", ")", "[", "]", '"a"', '"\\u0000"', "true", "2026-01-01"]
NAMES = sorted({*paths_of(USER), *paths_of(GROUP), "id", "meta.created"})
FILTERS = st.lists(st.sampled_from(WORDS) | st.sampled_from(NAMES), max_size=8).map(" ".join)
SEARCHES = st.fixed_dictionaries(
    {},
    optional={
        "filter": FILTERS | st.builds("{} {} {}".format, *map(st.sampled_from, (NAMES, WORDS, WORDS))) | ANYTHING,
        "sortBy": st.sampled_from(NAMES) | ANYTHING,
        "sortOrder": st.sampled_from(["descending", "x"]) | ANYTHING,
        "startIndex": st.integers() | ANYTHING,
        "count": st.integers() | ANYTHING,
        "cursor": st.just("") | TEXTS | ANYTHING,
        "attributes": st.lists(st.sampled_from(NAMES) | ODD, max_size=3) | ANYTHING,
        "excludedAttributes": st.lists(st.sampled_from(NAMES) | ODD, max_size=3) | ANYTHING,
    },
)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
ADDRESSES = ("", "/Users", "/Groups", "/Users/.search", "/.search", "/Users/x", "/Groups/x", "/Schemas", "/Schemas/x")

anybody = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
counted = itertools.count()


@pytest.fixture
def client(gateway):
    return Provisioner(gateway(file=FILE))


def sent(client, method, path, body):
    """Send something, and check that it is answered or refused; return the answer."""
    answer = client.ask(method, path, json.dumps(body).encode())
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400 and method != "HEAD":
        is_error(answer, answer.status_code, answer.json.get("scimType"))
    return answer


def check_resource(client, path):
    """Check that a resource is read, found in its list, and written back as it is."""
    read = client.get(path).json
    assert client.put(path, read).json == read
    assert read in client.get(f"{path.rpartition('/')[0]}?count=200").json["Resources"]


@pytest.mark.parametrize("kind", KINDS)
@anybody
@given(data=st.data())
def test_any_resource_is_stored_or_refused(client, kind, data):
    first, second = data.draw(st.tuples(*[resources_of(KINDS[kind])] * 2))
    if data.draw(st.booleans()):
        name = "userName" if kind == "Users" else "displayName"
        first[name] = second[name] = f"{first.get(name, '')!s}{next(counted)}"[-200:]
    made = sent(client, "POST", f"/{kind}", first)
    if made.status_code == 201:
        path = f"/{kind}/{made.json['id']}"
        check_resource(client, path)
        sent(client, "PUT", path, second)
        check_resource(client, path)


@pytest.mark.parametrize("kind", KINDS)
@anybody
@given(data=st.data())
def test_any_operation_is_carried_out_or_refused(client, kind, data):
    listed = client.get(f"/{kind}?count=1").json["Resources"]
    one = listed[0] if listed else client.create() if kind == "Users" else client.group()
    path = f"/{kind}/{one['id']}"
    before = client.get(path).json
    answer = sent(client, "PATCH", path, {"Operations": data.draw(operations_of(KINDS[kind]))})
    if answer.status_code >= 400:
        assert client.get(path).json == before
    check_resource(client, path)


@anybody
@given(path=st.sampled_from(["/Users/.search", "/Groups/.search", "/.search"]), body=SEARCHES)
def test_any_search_is_answered_or_refused(client, path, body):
    answer = sent(client, "POST", path, body)
    if answer.status_code == 200:
        assert answer.json["itemsPerPage"] == len(answer.json["Resources"]) <= 200


@anybody
@given(method=st.sampled_from(METHODS), path=st.sampled_from(ADDRESSES), body=ANYTHING)
@example(method="POST", path="/Users", body=None)
def test_anything_anywhere_is_answered_or_refused(client, method, path, body):
    sent(client, method, path, body)
