"""The locked requirements are complete for every supported Python, not only for the one that locked them."""

import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "requirements"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NEEDS = PROJECT["project"]["dependencies"]
DEV_NEEDS = PROJECT["project"]["optional-dependencies"]["dev"]
FILES = {
    "runtime.txt": NEEDS,
    "dev.txt": NEEDS + DEV_NEEDS,
    "build.txt": PROJECT["build-system"]["requires"],
}
# The oldest of each, and the patch releases between which a dependency of ours draws a line.
PYTHONS = ("3.11.0", "3.11.2", "3.11.3", "3.11.7", "3.12.0", "3.13.0", "3.14.0")


@dataclass(frozen=True)
class Python:
    """One Python on Linux, for the markers of requirements."""

    version: str

    def holds(self, requirement, extras=("",)):
        """Tell whether a requirement is one here, for a package that is wanted with these extras."""
        environment = {"python_full_version": self.version, "python_version": self.version.rpartition(".")[0]}
        marker = requirement.marker
        return marker is None or any(marker.evaluate({**environment, "extra": extra}) for extra in extras)


def lines_of(name):
    """Return the requirements of a file; hashes stand on lines of their own."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [Requirement(line.rstrip("\\ ")) for line in lines if line and not line.startswith((" ", "#"))]


def locked(requirements, python):
    """Return the versions that are installed by these requirements, by package."""
    held = [one for one in requirements if python.holds(one)]
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in held}


def faults(requirements, needs, python):
    """Follow what needs what through the metadata of the installed packages, and name whatever the lock has not."""
    versions, found, seen = locked(requirements, python), set(), set()
    queue = [("the project", Requirement(need), ("",)) for need in needs]
    while queue:
        parent, need, extras = queue.pop()
        name = canonicalize_name(need.name)
        if not python.holds(need, extras) or (name, frozenset(need.extras)) in seen:
            continue
        if name not in versions or not need.specifier.contains(versions[name], prereleases=True):
            found.add(f"{parent} needs {need}, locked is {versions.get(name)}")
            continue
        seen.add((name, frozenset(need.extras)))
        children = map(Requirement, requires(name, versions[name], requirements))
        queue += [(name, child, ("", *need.extras)) for child in children]
    return found


def requires(name, version, requirements):
    """Return what a package needs; nothing is known of one that this Python has no use for, and so none is installed."""
    here = [
        one
        for one in requirements
        if canonicalize_name(one.name) == name and (one.marker is None or one.marker.evaluate())
    ]
    if not here:
        return []
    distribution = metadata.distribution(name)
    assert distribution.version == version, f"{name} is installed as {distribution.version}: run make setup"
    return distribution.requires or []


@pytest.mark.parametrize("version", PYTHONS)
@pytest.mark.parametrize("file", FILES)
def test_what_is_locked_is_complete_for_every_supported_python(file, version):
    assert faults(lines_of(file), FILES[file], Python(version)) == set()


def test_the_oldest_supported_python_is_among_those_that_are_tried():
    assert PROJECT["project"]["requires-python"] == ">=" + PYTHONS[0].rpartition(".")[0]


def test_a_conditional_dependency_that_is_not_locked_is_noticed():
    requirements = [one for one in lines_of("runtime.txt") if one.name != "async-timeout"]

    [fault] = faults(requirements, NEEDS, Python("3.11.2"))
    assert fault.startswith("redis needs async-timeout")
    assert faults(requirements, NEEDS, Python("3.11.3")) == set()


@pytest.mark.parametrize("file", FILES)
def test_every_line_is_one_version_with_hashes_and_no_address_of_an_index(file):
    text = (FOLDER / file).read_text(encoding="utf-8")
    blocks = [block for block in text.replace("\\\n", "").splitlines() if block and not block.startswith((" ", "#"))]

    assert [block for block in blocks if "==" not in block or "--hash=sha256:" not in block] == []
    assert "://" not in text
    assert "index-url" not in text


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("version", PYTHONS)
def test_no_python_is_given_two_versions_of_one_package(file, version):
    python = Python(version)
    names = [canonicalize_name(one.name) for one in lines_of(file) if python.holds(one)]
    assert len(names) == len(set(names))
