"""The container image, without a container engine: what the Dockerfile copies, the wheel that it builds, how it runs."""

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {
    "GATEWAY_PUBLIC_URL": "https://training.acme.com",
    "GATEWAY_SECRET_KEYS": "key-of-the-image-key-of-the-image",
    "TALENTLMS_URL": "https://acme.talentlms.com",
    "TALENTLMS_API_KEY": "api-key-of-acme",
    "GATEWAY_PASSWORD_SIGN_IN": "on",
}


def stages():
    """Return the instructions of each stage by its name, the last one's by "", as pairs of a word and its arguments."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    starts = [number for number, (word, _) in enumerate(lines) if word == "FROM"]
    parts = [lines[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
    return {part[0][1].partition(" AS ")[2]: part for part in parts}


def arguments(stage, wanted):
    return [rest for word, rest in stage if word == wanted]


def copied(stage):
    """Return what a stage copies from the repository: pairs of sources and destination."""
    lines = [shlex.split(rest) for rest in arguments(stage, "COPY") if not rest.startswith("--from=")]
    return [(sources, destination) for *sources, destination in lines]


def is_sent(path):
    """Return whether .dockerignore lets a path through: the last line that fits it, or a folder around it, decides."""
    sent, path = True, PurePosixPath(path)
    for line in (ROOT / ".dockerignore").read_text().split():
        pattern = line.removeprefix("!").replace("**/", "*")
        if any(fnmatch(str(one), pattern) for one in (path, *path.parents[:-1])):
            sent = line.startswith("!")
    return sent


def of_the_package(folder):
    """Return the files of a folder as the wheel should name them."""
    files = [path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return {path.relative_to(ROOT).as_posix() for path in files}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built as the Dockerfile says from what it copies."""
    context = tmp_path_factory.mktemp("build")
    build = stages()["build"]
    for sources, destination in copied(build):
        for source in sources:
            place = context / destination / (Path(source).name if destination.endswith("/") else "")
            place.parent.mkdir(exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place, ignore=_not_sent)
            else:
                shutil.copy(ROOT / source, place)
    options = re.search(r"pip wheel (--no-deps --no-build-isolation --wheel-dir dist) \.", str(build)).group(1)
    command = [sys.executable, "-m", "pip", "wheel", "--no-index", *options.split(), "."]
    subprocess.run(command, cwd=context, check=True, capture_output=True)
    [built] = (context / "dist").iterdir()
    with ZipFile(built) as archive:
        yield archive


def _not_sent(folder, names):
    inside = Path(folder).relative_to(ROOT)
    return [name for name in names if not is_sent(inside / name)]


def test_everything_that_is_copied_exists_and_is_sent_to_the_engine():
    sources = [source for stage in stages().values() for sources, _ in copied(stage) for source in sources]

    assert {"app.py", "gateway", "schemas", "gunicorn.conf.py", "requirements/runtime.txt"} <= set(sources)
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert [source for source in sources if not is_sent(source)] == []


@pytest.mark.parametrize(
    "path",
    ["bench", "tests/conftest.py", ".git", ".venv/bin/python", "requirements/dev.txt", "gateway/__pycache__/x"],
)
def test_nothing_else_is_sent(path):
    assert is_sent(path) is False


def test_the_wheel_holds_the_gateway_and_its_messages_whole_and_nothing_else(wheel):
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}

    assert held == {"app.py", *of_the_package("gateway"), *of_the_package("schemas")}
    for name in (
        "web/templates/layout.html",
        "web/static/gateway.css",
        "web/static/favicon.svg",
        "store/budget.lua",
        "store/sessions.lua",
    ):
        assert f"gateway/{name}" in held


def test_the_wheel_brings_the_command_and_the_licence(wheel):
    [scripts] = [name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt")]

    assert "talentlms-gateway = gateway.cli:main" in wheel.read(scripts).decode()
    assert [name for name in wheel.namelist() if name.endswith(".dist-info/licenses/LICENSE")]


def test_gunicorn_loads_the_application_out_of_the_wheel(wheel, tmp_path):
    wheel.extractall(tmp_path / "installed")
    shutil.copy(ROOT / "gunicorn.conf.py", tmp_path)
    [command] = arguments(stages()["gateway"], "CMD")
    program, *options = json.loads(command)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GATEWAY_", "OIDC_"))}
    environment |= ENVIRONMENT | {"PYTHONPATH": str(tmp_path / "installed"), "STATE_DIRECTORY": str(tmp_path)}
    checked = [sys.executable, "-P", "-m", program, "--check-config", *options]

    ended = subprocess.run(checked, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stderr) == (0, "")
    found = [sys.executable, "-P", "-c", "import gateway; print(gateway.__file__)"]
    whence = subprocess.run(found, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout
    assert whence.startswith(str(tmp_path / "installed"))


def test_what_is_built_where_nothing_else_is_asked_for_is_the_gateway_alone():
    found = stages()

    assert list(found) == ["build", "gateway", "demo", ""]
    assert found[""] == [["FROM", "gateway"]]
    assert found["demo"][0] == ["FROM", "gateway AS demo"]
    assert copied(found["gateway"]) == [(["gunicorn.conf.py"], "./")]


def test_the_base_is_pinned_and_the_same_in_both_stages():
    [base] = re.findall(r"^ARG PYTHON_IMAGE=(.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-[a-z]+@sha256:[0-9a-f]{64}", base)
    assert [stages()[name][0][1] for name in ("build", "gateway")] == [
        "${PYTHON_IMAGE} AS build",
        "${PYTHON_IMAGE} AS gateway",
    ]


def test_the_gateway_runs_gunicorn_as_somebody_without_rights():
    gateway = stages()["gateway"]
    words = [word for word, _ in gateway]

    assert arguments(gateway, "USER") == ["10001:10001"]
    assert words.index("USER") > max(index for index, word in enumerate(words) if word in {"COPY", "RUN"})
    [command] = map(json.loads, arguments(gateway, "CMD"))
    assert (command[0], command[-1]) == ("gunicorn", "app:app")
    made, folder = arguments(gateway, "RUN")
    assert "groupadd --system --gid 10001 gateway" in made
    assert "useradd --system --uid 10001 --gid gateway --no-create-home --shell /usr/sbin/nologin gateway" in made
    assert folder == "install --directory --owner=gateway --group=gateway --mode=0700 /var/lib/talentlms-gateway"


def test_everything_from_elsewhere_is_held_to_its_hash():
    installs = re.findall(r"pip install ([^&]*)", " && ".join(arguments(stages()["build"], "RUN")))

    assert len(installs) == 3
    assert all("--require-hashes -r" in install or "--no-deps dist/*.whl" in install for install in installs)


def test_the_demo_needs_nothing_that_the_gateway_has_not():
    files = [path for path in (ROOT / "sandbox").rglob("*.py") if "node_modules" not in path.parts]
    trees = [ast.walk(ast.parse(path.read_text())) for path in files]
    nodes = [node for tree in trees for node in tree]
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    foreign = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names - {"sandbox"}
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements" / "runtime.txt").read_text(), re.MULTILINE))
    distributions = metadata.packages_distributions()

    assert {"flask", "joserfc"} <= foreign
    assert {name for name in foreign if not {each.lower() for each in distributions[name]} & locked} == set()
