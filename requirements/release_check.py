"""Try out what would be released: ``make release-check``.

The source distribution is built, the wheel out of that, and both are installed into empty environments of the oldest
and the newest supported Python of this machine, with the locked dependencies. There the command is run, the tables are
made, and pages are asked for. What is to be released, a bill of materials with it, is left in ``build/release``.
"""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from zipfile import ZipFile

from packaging.specifiers import SpecifierSet
from packaging.version import Version

PROJECT = Path(__file__).resolve().parents[1]
OUTPUT = PROJECT / "build" / "release"
LOCKED, BACKEND = PROJECT / "requirements" / "runtime.txt", PROJECT / "requirements" / "build.txt"
PACKAGES = ("gateway", "schemas")
KINDS = (
    "gateway/web/templates/*.html",
    "gateway/web/static/*.css",
    "gateway/translations/*/LC_MESSAGES/*.mo",
    "gateway/database/migrations/versions/*.py",
    "gateway/store/*.lua",
)
"""What is easily left out of a wheel; of each there has to be something."""
OURS = ("GATEWAY_", "TALENTLMS_", "OIDC_", "PYTHON")
SETTINGS = {
    "GATEWAY_PUBLIC_URL": "https://training.acme.com",
    "GATEWAY_SECRET_KEYS": "key-of-the-release-key-of-the-release",
    "GATEWAY_PASSWORD_SIGN_IN": "on",
    "TALENTLMS_URL": "https://acme.talentlms.com",
    "TALENTLMS_API_KEY": "api-key-of-acme",
}
PAGES = """
import os
from gateway import create_app
from gateway.config import load
client = create_app(load(os.environ)).test_client()
answers = {path: client.get(path).status_code for path in ("/signed-out", "/login/password", "/static/gateway.css")}
assert set(answers.values()) == {200}, answers
"""
Words = Sequence[str | Path]
_RELEASE = re.compile(r"^## (\d+\.\d+\.\d+) - (\d{4}-\d{2}-\d{2})$", re.MULTILINE)


def releases(changelog: str) -> list[tuple[str, str]]:
    """Return version and date of each release of a changelog, as it lists them: the newest first."""
    return _RELEASE.findall(changelog)


def checked_version(changelog: str, pyproject: str) -> str:
    """Return the version that is to be released.

    Args:
        changelog: the text of ``CHANGELOG.md``.
        pyproject: the text of ``pyproject.toml``.

    Raises:
        SystemExit: the changelog has something that no version names, or names another version than ``pyproject.toml``.
    """
    heading = re.search(r"^## (.+)$", changelog, re.MULTILINE)
    listed = releases(changelog)
    if heading is None or not listed or heading[1] != " - ".join(listed[0]):
        sys.exit("CHANGELOG.md does not begin with a release; head what is new with: ## 1.2.3 - 2026-11-29")
    version = str(tomllib.loads(pyproject)["project"]["version"])
    if version != listed[0][0]:
        sys.exit(f"CHANGELOG.md begins with {listed[0][0]}, and pyproject.toml says {version}; make them the same.")
    return version


def supported(pythons: Mapping[Version, Path], wanted: SpecifierSet) -> list[Version]:
    """Return the oldest and the newest supported Python of those that there are; one, if there is but one.

    Raises:
        SystemExit: there is none.
    """
    found = sorted(version for version in pythons if version in wanted)
    if not found:
        sys.exit(f"No Python {wanted} was found; put one into PATH.")
    return sorted({found[0], found[-1]})


def pythons() -> dict[Version, Path]:
    """Return the Pythons of this machine by their versions: of PATH, the system's, pyenv's."""
    in_path = (shutil.which(f"python3.{minor}") for minor in range(11, 30))
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    named = (sys.executable, "/usr/bin/python3", *filter(None, in_path))
    places = [*map(Path, named), *pyenv.glob("versions/*/bin/python")]
    script = "import platform; print(platform.python_version())"
    found: dict[Version, Path] = {}
    for place in places:
        said = run([place, "-c", script], check=False) if place.exists() else ""
        if re.fullmatch(r"\d+\.\d+\.\d+\n", said):  # neither one that does not start, nor a preview
            found.setdefault(Version(said), place)
    return found


def build(folder: Path) -> tuple[Path, Path]:
    """Build the source distribution of the project, and the wheel out of that; return both."""
    run([sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", folder], cwd=PROJECT)
    [sdist] = folder.glob("*.tar.gz")
    with tempfile.TemporaryDirectory() as unpacked:
        with tarfile.open(sdist) as archive:
            archive.extractall(unpacked, filter="data")
        [source] = Path(unpacked).iterdir()
        run([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder], cwd=source)
        [wheel] = folder.glob("*.whl")
        check_contents(wheel, source)
    return sdist, wheel


def check_contents(wheel: Path, source: Path) -> None:
    """See that a wheel has every file of the packages.

    Raises:
        SystemExit: it lacks some, or a kind of files altogether.
    """
    with ZipFile(wheel) as archive:
        held = set(archive.namelist())
    files = (path for name in PACKAGES for path in (source / name).rglob("*") if path.is_file())
    lacking = sorted({path.relative_to(source).as_posix() for path in files if path.suffix != ".pyc"} - held)
    kinds = [kind for kind in KINDS if not any(fnmatch(name, kind) for name in held)]
    if lacking or kinds:
        sys.exit(f"{wheel.name} lacks {', '.join([*lacking, *kinds])}")


def try_out(python: Path, distribution: Path, version: str, folder: Path) -> None:
    """Install a distribution into an empty environment, and use it.

    Args:
        python: the Python of the environment.
        distribution: the wheel, or the source distribution, which is built there by the locked backend.
        version: what it should say of itself.
        folder: where the environment is made; there is nothing in it.
    """
    uv: Words = (sys.executable, "-m", "uv")
    inside = folder / "environment"
    own_python, command = inside / "bin" / "python", inside / "bin" / "talentlms-gateway"
    run((*uv, "venv", "--quiet", "--no-python-downloads", "--python", python, inside))
    install: Words = (*uv, "pip", "install", "--quiet", "--python", own_python)
    run((*install, "--require-hashes", "-r", LOCKED))
    if distribution.suffix != ".whl":
        run((*install, "--require-hashes", "-r", BACKEND))
    run((*install, "--no-deps", "--no-build-isolation", distribution))
    run((*uv, "pip", "check", "--quiet", "--python", own_python))
    database = f"sqlite:///{folder}/gateway.db"
    environment = {name: text for name, text in os.environ.items() if not name.startswith(OURS)}
    environment |= SETTINGS | {"GATEWAY_DATABASE_URL": database}
    uses: tuple[tuple[str, Words], ...] = (
        (f"talentlms-gateway, version {version}\n", (command, "--version")),
        ("OK: the settings can be used.\n", (command, "check")),
        ("\n", (command, "database", "upgrade")),
        ("\n", (command, "database", "current")),
        ("", (own_python, "-I", "-c", PAGES)),
    )
    for expected, words in uses:
        said = run(words, cwd=folder, env=environment)
        if not said.endswith(expected):
            sys.exit(f"{' '.join(map(str, words))} did not end with {expected!r}, it said:\n{said}")


def run(words: Words, *, cwd: Path | None = None, env: Mapping[str, str] | None = None, check: bool = True) -> str:
    """Run a command and return its output.

    Raises:
        SystemExit: it fails, and ``check`` is set; what it said is told.
    """
    done = subprocess.run(  # noqa: S603 - every word of it stands in this file
        list(map(str, words)), cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    if check and done.returncode:
        sys.exit(f"{' '.join(map(str, words))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> None:
    """Build, try out, and leave what is to be released in ``build/release``."""
    pyproject = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    version = checked_version((PROJECT / "CHANGELOG.md").read_text(encoding="utf-8"), pyproject)
    there_are = pythons()
    chosen = supported(there_are, SpecifierSet(tomllib.loads(pyproject)["project"]["requires-python"]))
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    distributions = build(OUTPUT)
    for python in chosen:
        for distribution in distributions:
            with tempfile.TemporaryDirectory() as folder:
                try_out(there_are[python], distribution, version, Path(folder))
            told([f"{distribution.name} works with Python {python}"])
    materials = OUTPUT / f"talentlms-gateway-{version}.cdx.json"
    run([sys.executable, PROJECT / "requirements" / "sbom.py", materials])
    told(["", "To release:", *(f"  {path.relative_to(PROJECT)}" for path in sorted(OUTPUT.iterdir()))])


def told(lines: Iterable[str]) -> None:
    """Write lines at once."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
