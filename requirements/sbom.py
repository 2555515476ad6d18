"""Write the bill of materials of a release: ``python requirements/sbom.py FILE``.

It is CycloneDX 1.5 in JSON (<https://cyclonedx.org/docs/1.5/json/>), made of the locked requirements: each package with
its version, its package URL, the hashes of its distributions, its licence where the package is installed, and which
packages need which.
"""

import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
LOCKED = PROJECT / "requirements" / "runtime.txt"
_PACKAGE = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)(?: ; (?P<marker>[^\\]+?))?(?: \\)?$"
)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_NEEDED_BY = re.compile(r"^    #(?: via|  ) +(\S+)")


@dataclass
class Package:
    """One package of the lock.

    Attributes:
        name: as the lock has it.
        version: the one that is installed.
        marker: when it is installed; empty for always (PEP 508).
        hashes: SHA-256 of each of its distributions, in hexadecimal digits.
        needed_by: the names of the packages that need it; the project's own among them.
    """

    name: str
    version: str
    marker: str = ""
    hashes: list[str] = field(default_factory=list)
    needed_by: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The package URL (purl, type ``pypi``), by which the document refers to it."""
        return f"pkg:pypi/{self.name}@{self.version}"


def packages(lock: str) -> Iterator[Package]:
    """Walk the packages of a lock.

    Args:
        lock: the text of a file as ``make lock`` writes it.
    """
    package = None
    for line in lock.splitlines():
        if found := _PACKAGE.match(line):
            if package:
                yield package
            package = Package(found["name"], found["version"], found["marker"] or "")
        elif package and (digest := _HASH.search(line)):
            package.hashes.append(digest[1])
        elif package and (needed_by := _NEEDED_BY.match(line)):
            package.needed_by.append(needed_by[1].partition("[")[0])
    if package:
        yield package


def document(lock: str, pyproject: str) -> dict[str, Any]:
    """Return the bill of materials.

    Args:
        lock: the text of the locked requirements.
        pyproject: the text of ``pyproject.toml``.
    """
    project = tomllib.loads(pyproject)["project"]
    own = Package(project["name"], project["version"])
    listed = sorted(packages(lock), key=lambda package: package.name)
    root = {
        "type": "application",
        "bom-ref": own.url,
        "name": own.name,
        "version": own.version,
        "description": project["description"],
        "licenses": [{"license": {"id": project["license"]}}],
        "purl": own.url,
    }
    contents = json.dumps([root, *map(component, listed)])
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, contents)}",
        "version": 1,
        "metadata": {"component": root},
        "components": [component(package) for package in listed],
        "dependencies": [
            {"ref": one.url, "dependsOn": sorted(other.url for other in listed if one.name in other.needed_by)}
            for one in (own, *listed)
        ],
    }


def component(package: Package) -> dict[str, Any]:
    """Return what the bill says of a package."""
    said: dict[str, Any] = {
        "type": "library",
        "bom-ref": package.url,
        "name": package.name,
        "version": package.version,
        "purl": package.url,
        "externalReferences": [
            {
                "type": "distribution",
                "url": package.url,
                "comment": "the hashes of all of its distributions, one of which is installed",
                "hashes": [{"alg": "SHA-256", "content": digest} for digest in package.hashes],
            }
        ],
    }
    if licence := licence_of(package.name):
        said["licenses"] = [licence]
    if package.marker:
        said["properties"] = [{"name": "talentlms-gateway:marker", "value": package.marker}]
    return said


def licence_of(name: str) -> dict[str, Any] | None:
    """Return the licence that an installed package declares, as an SPDX expression or a name; ``None`` for neither."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    if "License-Expression" in said:
        return {"expression": said["License-Expression"]}
    classified = [
        each.rpartition(" :: ")[2] for each in said.get_all("Classifier") or [] if each.startswith("License ::")
    ]
    return {"license": {"name": classified[0]}} if classified else None


def main() -> None:
    """Write the file that is named."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the program's name and the file's
        sys.exit("Name the file: python requirements/sbom.py build/release/talentlms-gateway.cdx.json")
    pyproject = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    made = document(LOCKED.read_text(encoding="utf-8"), pyproject)
    Path(sys.argv[1]).write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
