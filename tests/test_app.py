"""``app.py``: served with the gateway's own settings of gunicorn, or not at all."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gateway.test_factory import answers, clean_environment
from tests.patience import PATIENT_SECONDS
from tests.ports import HOST, free_port

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "gunicorn.conf.py"
REMEDY = f"gunicorn --config {CONFIG} app:app"


@pytest.fixture
def gunicorn(tmp_path):
    """Start gunicorn in another folder, which may have a gunicorn.conf.py of its own; return it, and its port."""
    running = []

    def started(*arguments, config="", **changes):
        if config:
            (tmp_path / "gunicorn.conf.py").write_text(config)
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", "--bind", f"{HOST}:{port}", *arguments, "app:app"]
        environment = clean_environment(
            PYTHONPATH=str(ROOT), STATE_DIRECTORY=str(tmp_path), GUNICORN_CONF_OF=None, **changes
        )
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        running.append(process)
        return process, port

    yield started
    for process in running:
        process.send_signal(signal.SIGQUIT)  # at once: nothing is under way any more
        process.communicate(timeout=PATIENT_SECONDS)


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
    process, _ = gunicorn(*arguments, **changes)

    _, told = process.communicate(timeout=PATIENT_SECONDS)
    assert process.returncode == 3
    assert REMEDY in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("arguments", "changes"),
    [
        (("--config", str(CONFIG)), {}),
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
