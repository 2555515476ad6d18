"""Each scenario of the directory, in sizes that say nothing of how quick anything is: only what was done is looked at."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bench import databases
from bench.plan import QUICK
from bench.scenarios import directory, scim_rate
from bench.scim_operations import OPERATIONS, Known, mixture
from bench.stage import running

PLAN = replace(QUICK, directory_people=(10, 60), directory_pairs=2, provisioned_people=60, scim_requests=40)


@pytest.fixture(scope="module")
def stage():
    with running() as stage:
        yield stage


@pytest.fixture
def found(stage, monkeypatch):
    """Return a function that runs a scenario with one kind of database, in a thread as the orders' tests do."""

    def of(scenario, name):
        monkeypatch.setattr(databases, "KINDS", {name: databases.KINDS[name]})
        with ThreadPoolExecutor(1) as beside:
            return beside.submit(scenario.run, stage, PLAN).result()

    return of


def test_every_operation_is_answered_with_few_people_and_with_many(found):
    findings = found(directory, "SQLite")
    assert [row[0] for row in findings.tables[0].rows] == [one.name for one in OPERATIONS]
    assert findings.tables[0].columns == ("", "SQLite, 10", "SQLite, 60", "SQLite, ratio")
    reads, writes, by_start = findings.goals
    assert [goal.measured.count(";") for goal in (reads, writes, by_start)] == [0, 0, 0]
    assert (reads.what, by_start.what) == (
        "10 \N{RIGHTWARDS ARROW} 60 people, SQLite: SCIM reads, slower by",
        "60 people, SQLite: the last page, by startIndex",
    )


def test_every_request_of_a_provisioner_is_answered(found):
    findings = found(scim_rate, "PostgreSQL")
    assert [goal.measured.count(";") for goal in findings.goals] == [0, 0]
    assert [row[0] for row in findings.tables[0].rows] == ["PostgreSQL"]


def test_a_mixture_has_its_parts_in_every_twenty_and_goes_on_where_it_ended(stage):
    known = Known(stage, 1, 1000)
    both, first, second = (mixture(known, *given) for given in ((0, 40), (0, 20), (20, 20)))
    assert sorted(both) == sorted([*first, *second])
    assert [len(both), len(first)] == [40, 20]
    assert [sum(b"POST /" in one for one in part) for part in (first, second)] == [1, 1]
    new = [one.rpartition(b"userName")[2][:30] for one in both if b"POST /" in one]
    assert len(set(new)) == len(new)
