import ast
import contextvars
import dataclasses
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

import gateway
from gateway import context
from gateway.admission import QueueEntry
from tests.gateway.threads import at_once

ANN = QueueEntry(person="ann")


@pytest.fixture
def clock(monkeypatch):
    """The clock that deadlines are held to; it stands still until a test puts its ``now`` forward."""
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(context, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def test_the_gateway_has_one_context_variable_and_what_it_holds_is_frozen():
    made = [
        (file.name, node.lineno)
        for file in sorted(Path(gateway.__file__).parent.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("ContextVar", "threading.local"))
    ]
    assert [name for name, _ in made] == ["context.py"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        context.begin().client = "203.0.113.7"


# --- whose work it is ------------------------------------------------------------------------------------------


def test_a_reference_can_be_read_out_over_the_telephone():
    codes = {context.begin().reference for _ in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", code) for code in codes)
    assert context.current().reference in codes


def test_each_thread_has_a_context_of_its_own():
    def work(number):
        begun = context.begin(f"203.0.113.{number}", "Browser")
        return context.current() is begun, context.current().client

    assert at_once(20, work) == [(True, f"203.0.113.{number}") for number in range(20)]


def test_work_that_nobody_has_begun_has_a_context_of_which_nothing_is_left_over():
    context.current().left.log_bytes = 0
    outside = context.current()
    assert (outside.reference, outside.client, outside.deadline, outside.entry) == ("-", "", None, QueueEntry())
    assert outside.left == context.Allowance()


def test_what_ends_is_over():
    context.begin("203.0.113.7", seconds=5, entry=ANN)
    context.end()
    assert (context.current().reference, context.current().entry, context.remaining(9)) == ("-", QueueEntry(), 9)


def test_who_is_known_later_queues_from_then_on_and_all_else_stays():
    begun = context.begin("203.0.113.7", "Browser", seconds=5)
    begun.left.asked = 4711
    context.queue_as(ANN)
    now = context.current()
    assert now == dataclasses.replace(begun, entry=ANN)
    assert (now.left is begun.left, now.left.asked) == (True, 0)


# --- how long it may take --------------------------------------------------------------------------------------


def test_without_a_deadline_a_step_gets_what_it_would_like(clock):
    context.begin()
    clock.now += 100.0
    assert context.remaining(12.0) == 12.0


def test_a_step_gets_no_more_than_what_is_left(clock):
    context.begin(seconds=5.0)
    assert context.remaining(12.0) == 5.0
    assert context.remaining(1.0) == 1.0
    clock.now += 4.5
    assert context.remaining(12.0) == 0.5
    assert context.remaining(1.0) == 0.5


def test_after_the_deadline_nothing_is_left_and_never_less_than_nothing(clock):
    context.begin(seconds=3.0)
    clock.now += 3.0
    assert context.remaining(12.0) == 0.0
    clock.now += 60.0
    assert context.remaining(12.0) == 0.0


def test_the_deadline_of_one_piece_of_work_is_not_anothers(clock):
    context.begin(seconds=1.0)

    def other(number):
        context.begin(seconds=10.0 + number)
        return context.remaining(100.0)

    assert sorted(at_once(5, other)) == [10.0, 11.0, 12.0, 13.0, 14.0]
    assert contextvars.Context().run(context.remaining, 12.0) == 12.0
    assert context.remaining(12.0) == 1.0


# --- codes that people read out --------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["7K2M-0QX1", "7k2m-oqxl", "7K2MOQXI", " 7K2M 0QX1 "])
def test_a_code_is_understood_however_it_is_typed(typed):
    assert context.reference_of(typed) == "7K2M-0QX1"


@pytest.mark.parametrize("typed", ["", "-", "7K2M", "7K2M-0QX1X", "7K2M-0QXU", "7K2M-0QX\u0661", "ß" * 4, "ß" * 8])
def test_what_can_be_no_code_is_none(typed):
    assert context.reference_of(typed) == ""


def test_every_code_is_understood_as_itself():
    for _ in range(50):
        code = context.begin().reference
        assert context.reference_of(code.lower().replace("-", "")) == code
