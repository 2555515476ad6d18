"""``app.py``: served with the gateway's own settings of gunicorn, or not at all."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gateway.test_factory import answers, clean_environment
from tests.journeys.process import Process
from tests.ports import HOST, free_port

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "gunicorn.conf.py"
REMEDY = f"gunicorn --config {CONFIG} app:app"


@pytest.fixture
def gunicorn(tmp_path):
    """Start gunicorn in another folder, which may have a gunicorn.conf.py of its own; return it, and its port.

    It begins with all that it imports (``tests/journeys/prepared.py``), or ``from_nothing`` as an operator's.
    """
    running = []

    def started(*arguments, config="", from_nothing=False, **changes):
        if config:
            (tmp_path / "gunicorn.conf.py").write_text(config)
        port = free_port()
        program = [sys.executable, "-m", "gunicorn"] if from_nothing else []
        command = [*program, "--bind", f"{HOST}:{port}", *arguments, "app:app"]
        environment = clean_environment(
            PYTHONPATH=str(ROOT), STATE_DIRECTORY=str(tmp_path), GUNICORN_CONF_OF=None, **changes
        )
        output = tmp_path / "gunicorn.log"
        process = Process(command, output, environment, is_prepared=not from_nothing, folder=tmp_path)
        running.append(process)
        return process, port

    yield started
    for process in running:
        process.signal(signal.SIGQUIT)  # at once: nothing is under way any more
        process.ended()


@pytest.mark.parametrize(
    ("arguments", "changes"),
    [
        ((), {}),
        (("--preload",), {}),
        (("--check-config",), {}),
        (("--chdir", str(ROOT)), {}),
        ((), {"config": "threads = 4"}),
    ],
    ids=["elsewhere", "preload", "check-config", "chdir", "another's file"],
)
def test_gunicorn_without_the_gateways_settings_ends_and_says_what_to_do(gunicorn, arguments, changes):
    # without the gateway's settings gunicorn has not imported what the prepared process has
    process, _ = gunicorn(*arguments, from_nothing=True, **changes)

    assert process.ended() == 3
    told = process.text()
    assert REMEDY in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("arguments", "changes"),
    [
        (("--config", str(CONFIG)), {"from_nothing": True}),
        ((), {"GUNICORN_CMD_ARGS": f"--preload --config {CONFIG}"}),
        ((), {"config": f"exec(open({str(CONFIG)!r}).read())\ngraceful_timeout = 10\n"}),
    ],
    ids=["config", "arguments", "another's file that takes it in"],
)
def test_gunicorn_serves_from_anywhere_with_the_gateways_settings(gunicorn, arguments, changes):
    assert answers(*gunicorn(*arguments, **changes))


def test_another_server_may_take_the_application(tmp_path):
    script = "from app import app; print(app.test_client().get('/livez').status_code)"
    environment = clean_environment(PYTHONPATH=str(ROOT), STATE_DIRECTORY=str(tmp_path))

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "200\n"
