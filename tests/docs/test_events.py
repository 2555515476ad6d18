"""The table of events in docs/operating.md is complete: each event of the code has a row with its fields."""

import ast
import re

import pytest

from gateway.flows.audit_rows import AuditRows
from tests.docs.documents import DOCS, ROOT, rows, text_of

ALWAYS = {"level", "outcome"}
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}


def calls():
    for path in sorted((ROOT / "gateway").rglob("*.py")):
        for node in ast.walk(ast.parse(text_of(path))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield node


def is_of_the_log(call):
    return (
        isinstance(call.func.value, ast.Name)
        and call.func.value.id == "log"
        and call.func.attr in {"event", "audit", "request"}
    )


def is_of_a_logger(call):
    return isinstance(call.func.value, ast.Call) and call.func.attr in LEVELS


def fields_of(call):
    """Return the names of a call's fields; a logger gets them in ``extra``."""
    extra = [keyword.value for keyword in call.keywords if keyword.arg == "extra"]
    if extra:
        [fields] = [value for key, value in zip(extra[0].keys, extra[0].values, strict=True) if key.value == "fields"]
        return {key.value for key in fields.keys}
    return {keyword.arg for keyword in call.keywords} - ALWAYS


@pytest.fixture(scope="module")
def written():
    """What the code writes: by the event's name, whether it is of the audit trail, and its fields."""
    found = {}
    for call in calls():
        if not (is_of_the_log(call) or is_of_a_logger(call)):
            continue
        name, audited = call.args[0].value, call.func.attr == "audit"
        assert isinstance(name, str), "an event's name is written out where it is logged"
        fields = found.setdefault((name, audited), set())
        fields |= fields_of(call)
    return found


@pytest.fixture(scope="module")
def told():
    """What the page says."""
    table = rows(text_of(DOCS / "operating.md"), "event")
    return {(row[0].strip("`"), row[1] == "yes"): set(re.findall(r"`(\w+)`", row[2])) for row in table}


def test_every_event_of_the_code_has_a_row_and_every_row_an_event(written, told):
    assert set(told) == set(written)


def test_every_row_names_the_fields_that_are_written(written, told):
    assert told == written


def test_the_page_of_the_audit_trail_says_of_each_of_its_events_whether_it_has_an_entry(written):
    has, has_none, *_ = rows(text_of(DOCS / "audit.md"), "event")
    events, log_only = (set(re.findall(r"`(\w+)`", row[0])) for row in (has, has_none))
    assert (has[1], has_none[1].partition(":")[0]) == ("yes", "no")
    assert log_only == AuditRows.log_only
    assert events | log_only == {name for name, audited in written if audited}
