"""The whole surface: 53 operations, each declared once, documented, and answered by the sandbox."""

import inspect
import re

import pytest

from gateway import errors
from gateway.talentlms.endpoint import Family
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


def described(text):
    """Return the names of the arguments, or the errors, that a docstring explains."""
    return [name for line in re.findall(r"^    (\w+(?:, \w+)*): \S", text, re.MULTILINE) for name in line.split(", ")]


def told_of_all(operation):
    """Return what is told of the arguments and the errors of all operations, and of all of the operation's family."""
    return inspect.getdoc(Family), inspect.getdoc(operation.family)


@EACH
def test_an_operation_says_what_it_does_and_what_each_parameter_is(operation):
    text = inspect.getdoc(operation.function)
    assert re.match(r"[A-Z].*\.", text)
    ours = [parameter.name for parameter in operation.parameters]
    own = described(text.partition("Args:")[2].partition("\n\n")[0])
    assert own == [name for name in ours if name in own]
    assert set(ours) <= {*own, *(name for told in told_of_all(operation) for name in described(told))}
    assert all(parameter.annotation is not inspect.Parameter.empty for parameter in operation.parameters)


@EACH
def test_the_errors_that_an_operation_names_exist(operation):
    texts = (inspect.getdoc(operation.function), *told_of_all(operation))
    raised = {*described(texts[0].partition("Raises:")[2])}
    named = {name for text in texts for name in re.findall(r"``([A-Z]\w+[a-z]\w*)``", text)} & set(vars(errors))
    assert all(issubclass(getattr(errors, name), errors.TalentLMSError) for name in raised | named)
    missing = operation.endpoint.missing
    assert missing is errors.NotFound or missing.__name__ in raised | named


@EACH
def test_an_operations_body_is_its_docstring(operation):
    code = inspect.unwrap(operation.function).__code__
    assert code.co_names == ()
    assert code.co_consts[-1] is None


@EACH
def test_an_operation_names_its_section_of_the_document(operation):
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
