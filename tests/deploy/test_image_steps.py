"""The Dockerfile's own steps, one after another in a fresh folder, and what they made, run as the image's user.

That user may write to the folder of the state, to /tmp and to /dev/shm alone, as with a read-only file system. Where the
tests are not root's, it is whoever runs them, and what was installed is made read-only.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sysconfig
import tempfile
import venv
from pathlib import Path

import pytest
import requests

from tests.gateway.test_factory import answers, clean_environment
from tests.patience import PATIENT_SECONDS
from tests.ports import HOST, free_port
from tests.test_image import ROOT, arguments, is_sent, stages

_READS = (
    *("--clear-groups", "--no-new-privs", "--bounding-set=-all,+dac_read_search"),
    *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
)
"""Python itself may be where root alone may look: the user reads everything, and writes nothing by it."""
FOLDERS = ("/opt", "/srv", "/build", "/var/lib/talentlms-gateway")


class Image:
    """What the steps make, below a folder instead of ``/``.

    Args:
        folder: where.
    """

    def __init__(self, folder):
        self.folder = folder
        self.environment = {}
        self.user = None
        self._here = folder
        self._told = {}

    def place(self, text):
        """Return a text with the image's folders below ours."""
        text = re.sub(r"\$(\w+)", lambda found: os.environ[found[1]], text)
        return re.sub(rf"(?<![\w/.])({'|'.join(FOLDERS)})\b", rf"{self.folder}\1", text)

    def follow(self, steps):
        """Take the steps of a stage."""
        for word, rest in steps:
            {
                "WORKDIR": self._workdir,
                "COPY": self._copy,
                "RUN": self._run,
                "ENV": self._env,
                "USER": self._become,
            }.get(word, lambda _rest: None)(rest)

    def run(self, command, **options):
        """Start a command of the image as its user."""
        as_user = ["setpriv", "--reuid", self.user, "--regid", self.user, *_READS] if os.geteuid() == 0 else []
        settings = clean_environment(GATEWAY_REDIS_URL=None, **{**self.environment, **options.pop("env", {})})
        return subprocess.Popen([*as_user, *command], env=settings, cwd=self._here, text=True, **options)

    def files(self):
        """Return everything there is but the state."""
        return {path for name in ("opt", "srv") for path in (self.folder / name).rglob("*")}

    def _workdir(self, rest):
        self._here = Path(self.place(rest))
        self._here.mkdir(parents=True, exist_ok=True)

    def _copy(self, rest):
        *sources, destination = shlex.split(rest)
        if sources[0].startswith("--from="):
            return  # both stages have the same folder here
        for source in sources:
            place = self._here / destination / (Path(source).name if destination.endswith("/") else "")
            place.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place, ignore=_not_sent)
            else:
                shutil.copy(ROOT / source, place)

    def _run(self, rest):
        for step in self.place(rest).split(" && "):
            command = step.strip()
            if found := re.fullmatch(
                r"(\S+)/bin/pip install --no-cache-dir --require-hashes -r requirements/\S+", command
            ):
                _lend_packages(Path(found[1]))  # what is locked is installed by tests/test_installation.py
            elif command.startswith("python -m venv "):
                venv.create(command.rpartition(" ")[2], with_pip=False, symlinks=True)
            elif command.startswith("groupadd"):
                pass
            elif command.startswith("useradd"):
                self._told["gateway"] = re.search(r"--uid (\d+)", command)[1]
            else:
                own = re.sub(r"--(owner|group)=gateway", f"--\\1={self._told.get('gateway', '')}", command)
                own = own if os.geteuid() == 0 else re.sub(r"--(owner|group)=\S+", "", own)
                subprocess.run(
                    ["/bin/sh", "-euc", f"umask 022; mkdir -p {self.folder}/var/lib; {own}"],
                    cwd=self._here,
                    check=True,
                    capture_output=True,
                )

    def _env(self, rest):
        self.environment |= dict(pair.split("=", 1) for pair in shlex.split(self.place(rest)))

    def _become(self, rest):
        self.user = rest.partition(":")[0]
        assert self.user == self._told["gateway"]


def _not_sent(folder, names):
    inside = Path(folder).relative_to(ROOT)
    return [name for name in names if not is_sent(inside / name)]


def _lend_packages(environment):
    """Let a virtual environment see the packages of ours, after its own."""
    [packages] = environment.glob("lib/python3*/site-packages")
    (packages / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    for name, module in {"gunicorn": "gunicorn.app.wsgiapp", "pip": "pip"}.items():
        program = environment / "bin" / name
        program.write_text(
            f"#!{environment}/bin/python\nimport runpy\nrunpy.run_module('{module}', run_name='__main__')\n"
        )
        program.chmod(0o755)


@pytest.fixture(scope="module")
def image():
    """The stages of the gateway, followed; made where every user may go."""
    folder = Path(tempfile.mkdtemp(prefix="talentlms-gateway-image-"))
    folder.chmod(0o755)
    made = Image(folder)
    found = stages()
    made.follow(found["build"])
    made.follow(found["gateway"])
    subprocess.run(["chmod", "-R", "a-w", folder / "opt", folder / "srv"], check=True)
    yield made
    subprocess.run(["chmod", "-R", "u+w", folder], check=True)
    shutil.rmtree(folder)


@pytest.fixture
def serving(image):
    """Run the image's command on a free port; returns how its health is asked for, and where it answers."""
    port = free_port()
    gateway = stages()["gateway"]
    [command] = map(json.loads, arguments(gateway, "CMD"))
    [health] = re.findall(r"CMD (\[.*\])$", arguments(gateway, "HEALTHCHECK")[0])
    process = image.run(
        [word.replace("8000", str(port)) for word in command],
        env={"GATEWAY_METRICS_BIND": f"{HOST}:{free_port()}"},
        stderr=subprocess.PIPE,
    )

    def health_check(asked=port):
        asking = image.run([word.replace("8000", str(asked)) for word in json.loads(health)], stderr=subprocess.DEVNULL)
        return asking.wait(PATIENT_SECONDS)

    yield process, port, health_check
    process.terminate()
    process.communicate(timeout=PATIENT_SECONDS)


def test_what_the_steps_made_serves_as_the_images_user_and_says_that_it_is_healthy(image, serving):
    before = image.files()
    process, port, health_check = serving

    assert answers(process, port)
    assert health_check() == 0
    assert health_check(free_port()) != 0
    assert requests.get(f"http://{HOST}:{port}/go", allow_redirects=False, timeout=PATIENT_SECONDS).status_code == 302
    status = Path(f"/proc/{process.pid}/status").read_text()
    if os.geteuid() == 0:
        assert re.search(r"^Uid:\t10001\t10001\t10001\t10001$", status, re.MULTILINE)
        assert re.search(r"^CapBnd:\t0+4$", status, re.MULTILINE)
    assert image.files() == before
    state = Path(image.environment["STATE_DIRECTORY"])
    assert state.is_relative_to(image.folder)
    assert (state / "gateway.db").stat().st_mode & 0o777 == 0o600
    assert state.stat().st_mode & 0o777 == 0o700


def test_its_commands_are_in_the_path_and_the_gateway_is_its_own(image):
    said = image.run(
        ["/bin/sh", "-c", "talentlms-gateway check && python -P -c 'import gateway; print(gateway.__file__)'"],
        stdout=subprocess.PIPE,
    )
    told, _ = said.communicate(timeout=PATIENT_SECONDS)

    assert said.returncode == 0
    assert "OK: the settings can be used." in told
    assert told.splitlines()[-1].startswith(f"{image.folder}/opt/gateway/")


def test_without_a_folder_for_what_lasts_it_says_so_and_does_not_start(image):
    [command] = map(json.loads, arguments(stages()["gateway"], "CMD"))
    process = image.run(
        [word.replace("8000", str(free_port())) for word in command],
        env={"GATEWAY_DATABASE_URL": f"sqlite:///{image.folder}/srv/gateway/gateway.db"},
        stderr=subprocess.PIPE,
    )
    _, told = process.communicate(timeout=PATIENT_SECONDS)

    assert process.returncode == 1
    assert "GATEWAY_DATABASE_URL: its file cannot be used (" in told
    assert "Traceback" not in told
