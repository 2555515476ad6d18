"""Who waits for whom, where some tests run alone; threads stand for processes, which have files opened of their own."""

import threading

import pytest

from tests.alone import turn
from tests.patience import PATIENT_SECONDS

A_MOMENT = 0.2
"""Seconds after which whatever could begin has begun; a busy machine can only make a fault go unnoticed."""


class Runner:
    """One test of some process, which runs until it is told to end."""

    def __init__(self, files, *, alone):
        self.has_begun, self._may_end = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, args=(files, alone), daemon=True)
        self._thread.start()

    def _run(self, files, alone):
        with turn(alone=alone, files=files):
            self.has_begun.set()
            assert self._may_end.wait(PATIENT_SECONDS)

    def runs(self):
        return self.has_begun.wait(PATIENT_SECONDS)

    def waits(self):
        return not self.has_begun.wait(A_MOMENT)

    def end(self):
        self._may_end.set()
        self._thread.join(PATIENT_SECONDS)


@pytest.fixture
def begin(tmp_path):
    files = tmp_path / "running", tmp_path / "next"
    for file in files:
        file.touch()
    begun = []

    def start(*, alone=False):
        begun.append(Runner(files, alone=alone))
        return begun[-1]

    yield start
    for runner in begun:
        runner.end()


def test_tests_run_beside_each_other(begin):
    assert begin().runs()
    assert begin().runs()


def test_one_that_runs_alone_waits_for_those_that_run_and_lets_none_begin(begin):
    first, second = begin(), begin()
    assert first.runs()
    assert second.runs()
    alone = begin(alone=True)
    assert alone.waits()
    later = begin()
    assert later.waits(), "it came after the one that waits"
    first.end()
    assert alone.waits()
    second.end()
    assert alone.runs()
    assert later.waits()
    alone.end()
    assert later.runs()


def test_two_that_run_alone_take_turns(begin):
    first = begin(alone=True)
    assert first.runs()
    second = begin(alone=True)
    assert second.waits()
    first.end()
    assert second.runs()
