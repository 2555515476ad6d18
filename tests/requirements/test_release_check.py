"""What ``make release-check`` demands; what it installs, it installs by itself."""

import re
import sys
import tomllib
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from requirements.release_check import KINDS, check_contents, checked_version, pythons, releases, run, supported

ROOT = Path(__file__).parents[2]
CHANGELOG = "# Changelog\n\n## 0.3.0 - 2027-01-02\n\n### Added\n\n- This.\n\n## 0.2.0 - 2026-11-29\n\n- That.\n"
PYPROJECT = '[project]\nversion = "0.3.0"\n'


def test_the_changelogs_releases_are_listed():
    assert releases(CHANGELOG) == [("0.3.0", "2027-01-02"), ("0.2.0", "2026-11-29")]


def test_the_version_is_the_changelogs_first():
    assert checked_version(CHANGELOG, PYPROJECT) == "0.3.0"


@pytest.mark.parametrize(
    ("changelog", "pyproject", "says"),
    [
        (
            CHANGELOG.replace("## 0.3.0", "## Unreleased\n\n- New.\n\n## 0.3.0"),
            PYPROJECT,
            "does not begin with a release",
        ),
        ("# Changelog\n", PYPROJECT, "does not begin with a release"),
        (CHANGELOG.replace(" - 2027-01-02", ""), PYPROJECT, "does not begin with a release"),
        (CHANGELOG, PYPROJECT.replace("3", "4"), "begins with 0.3.0, and pyproject.toml says 0.4.0"),
    ],
)
def test_what_is_not_ready_is_not_released(changelog, pyproject, says):
    with pytest.raises(SystemExit, match=says):
        checked_version(changelog, pyproject)


def test_the_oldest_and_the_newest_supported_python_are_taken():
    there_are = {Version(text): Path(text) for text in ("3.14.1", "3.9.18", "3.11.2", "3.12.1")}

    assert supported(there_are, SpecifierSet(">=3.11")) == [Version("3.11.2"), Version("3.14.1")]
    assert supported(there_are, SpecifierSet("==3.12.*")) == [Version("3.12.1")]
    with pytest.raises(SystemExit, match=r"No Python >=3\.15 was found"):
        supported(there_are, SpecifierSet(">=3.15"))


def test_the_pythons_of_this_machine_are_found():
    assert Version(sys.version.partition(" ")[0]) in pythons()


@pytest.fixture
def source(tmp_path):
    """A project with a file of each kind that a wheel has to have."""
    for kind in KINDS:
        file = tmp_path / "source" / kind.replace("*", "x")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    (tmp_path / "source" / "gateway" / "x.pyc").write_text("")
    return tmp_path / "source"


def packed(source, file, but=()):
    with ZipFile(file, "w") as archive:
        for path in source.rglob("*"):
            name = path.relative_to(source).as_posix()
            if path.is_file() and name not in but and not name.endswith(".pyc"):
                archive.write(path, name)
    return file


def test_a_wheel_with_all_files_is_whole(source, tmp_path):
    check_contents(packed(source, tmp_path / "a.whl"), source)


@pytest.mark.parametrize("kind", KINDS)
def test_a_wheel_that_lacks_a_file_is_refused(kind, source, tmp_path):
    lacking = kind.replace("*", "x")

    with pytest.raises(SystemExit, match=re.escape(f"a.whl lacks {lacking}, {kind}")):
        check_contents(packed(source, tmp_path / "a.whl", but=[lacking]), source)


def test_there_is_a_file_of_each_kind():
    assert [kind for kind in KINDS if not [*ROOT.glob(kind)]] == []


def test_a_command_that_fails_ends_it_with_what_it_said():
    with pytest.raises(SystemExit, match="failed:\nno such thing"):
        run([sys.executable, "-c", "import sys; sys.exit('no such thing')"])


def test_the_version_of_the_project_is_the_changelogs_newest_release():
    """What is new since then may stand above it; then there is nothing to release yet."""
    listed = releases((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert listed[0][0] == project["version"]
    assert [Version(version) for version, _ in listed] == sorted(
        (Version(version) for version, _ in listed), reverse=True
    )
    assert all(date.fromisoformat(day) for _, day in listed)


def test_the_changelog_has_no_heading_of_another_form():
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)

    listed = [" - ".join(release) for release in releases((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))]
    assert [one for one in headings if one != "Unreleased"] == listed
    assert "Unreleased" not in headings[1:]
