import sys

import pytest

from bench import usage
from bench.ports import free_ports
from bench.processes import NotStarted, Processes

A_FAMILY = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
NOT_ENDED_BY_ASKING = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


def _children(pid):
    while len(family := usage.tree(pid)) < 2:
        pass
    return [process.pid for process in family]


def test_nothing_is_left_of_a_process_and_its_children_however_the_block_ends(tmp_path):
    def interrupted():
        with Processes(tmp_path) as processes:
            family.extend(_children(processes.start([sys.executable, "-c", A_FAMILY], cores=[0]).pid))
            raise KeyboardInterrupt

    family = []
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(family) == 2
    assert not any(usage.tree(pid) for pid in family)


def test_a_process_that_ends_at_once_is_told_with_what_it_said(tmp_path):
    with Processes(tmp_path) as processes:
        process = processes.start([sys.executable, "-c", "raise SystemExit('no such file')"], cores=[0])
        with pytest.raises(NotStarted, match="no such file"):
            processes.wait_for(process, free_ports(1)[0])


def test_foreign_settings_do_not_reach_a_process(tmp_path, monkeypatch):
    monkeypatch.setenv("GATEWAY_REDIS_URL", "redis://elsewhere")
    with Processes(tmp_path) as processes:
        code = "import os; print('GATEWAY_REDIS_URL' in os.environ, os.environ['OWN'])"
        processes.start([sys.executable, "-c", code], cores=[0], environment={"OWN": "set"}).wait()
    assert next(tmp_path.iterdir()).read_text() == "False set\n"
