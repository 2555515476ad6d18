"""The whole surface: 53 operations, each declared once, documented, and answered by the sandbox."""

import inspect
import re

import pytest

from gateway import errors
from sandbox.talentlms.operations import OPERATIONS as TWINS
from tests.gateway.talentlms.headings import sections
from tests.gateway.talentlms.surface import OPERATIONS, REPLIES, walk
from tests.gateway.talentlms.table import DOCUMENT, HEAD, regenerated, table

WALKED = walk()
EACH = pytest.mark.parametrize("operation", WALKED, ids=lambda operation: operation.method)


def test_the_client_has_the_53_operations_and_no_other():
    assert len(OPERATIONS) == len(set(OPERATIONS)) == 53
    assert sorted(one.endpoint.operation for one in WALKED) == sorted(OPERATIONS)


def test_the_sandbox_has_the_53_operations_and_no_other():
    assert sorted(TWINS) == sorted(OPERATIONS)


@EACH
def test_an_operation_and_its_twin_take_the_same_arguments(operation):
    endpoint, twin = operation.endpoint, TWINS[operation.endpoint.operation]
    assert endpoint.verb in twin.methods
    ours = {endpoint.names.get(parameter.name, parameter.name) for parameter in operation.parameters}
    assert ours - {"custom_fields"} == {*twin.required, *twin.optional}
    assert set(endpoint.required) == set(twin.required)
    assert ("custom_fields" in ours) == twin.custom_fields
    assert not endpoint.or_post or "POST" in twin.methods


@EACH
def test_an_operation_says_what_it_does_and_what_each_parameter_is(operation):
    text = inspect.getdoc(operation.function)
    assert re.match(r"[A-Z].*\.", text)
    for parameter in operation.parameters:
        assert re.search(rf"^    {parameter.name}: \S", text, re.MULTILINE), parameter.name
        assert parameter.annotation is not inspect.Parameter.empty
    described = re.findall(r"^    (\w+): ", text.partition("Args:")[2].partition("\n\n")[0], re.MULTILINE)
    assert described == [parameter.name for parameter in operation.parameters]


@EACH
def test_the_errors_that_an_operation_names_exist(operation):
    raised = re.findall(r"^    (\w+): ", inspect.getdoc(operation.function).partition("Raises:")[2], re.MULTILINE)
    assert all(issubclass(getattr(errors, name), errors.TalentLMSError) for name in raised)
    missing = operation.endpoint.missing
    assert missing is errors.NotFound or any(issubclass(getattr(errors, name), errors.NotFound) for name in raised)


@EACH
def test_an_operations_body_is_its_docstring(operation):
    code = inspect.unwrap(operation.function).__code__
    assert code.co_names == ()
    assert code.co_consts[-1] is None


@EACH
def test_an_operation_names_its_section_of_the_document(operation):
    last = inspect.getdoc(operation.function).splitlines()[-1]
    assert last == f"API document: *{operation.endpoint.section}*."
    assert operation.endpoint.section in sections()


def test_every_section_of_the_document_is_some_operations():
    assert {one.endpoint.section for one in WALKED} == set(sections())


def test_every_operation_has_its_example_reply():
    assert sorted(path.stem.replace(".", "/") for path in REPLIES.iterdir()) == sorted(OPERATIONS)


def test_the_table_in_the_docs_is_the_client_as_it_is():
    document = DOCUMENT.read_text()
    assert document == regenerated(document), "regenerate it: python -m tests.gateway.talentlms.table"


def test_the_table_has_a_row_for_each_operation():
    rows = table().removeprefix(HEAD).splitlines()
    assert len(rows) == 53
    assert all(f"| `{operation}` |" in table() for operation in OPERATIONS)
    assert "none" not in table()
