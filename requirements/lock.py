"""Pin the dependencies anew, for every supported Python and with hashes: ``make lock``.

A dependency that only some of the supported Pythons need stands in the files with a marker that says which. No index's
address gets into them.
"""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parent.parent
RUNTIME, DEV, BUILD = (f"requirements/{name}.txt" for name in ("runtime", "dev", "build"))


def options(pyproject: dict[str, Any]) -> tuple[str, ...]:
    """Return what every file is made with; the oldest supported Python is the one of ``requires-python``."""
    return (
        "--quiet",
        "--upgrade",
        "--universal",
        *("--python-version", pyproject["project"]["requires-python"].removeprefix(">=")),
        *("--fork-strategy", "fewest"),  # one version for all Pythons: the one that was tested
        "--generate-hashes",
        *("--custom-compile-command", "make lock"),
        "--no-emit-index-url",
        "--no-emit-find-links",
    )


def compile_pins(options: tuple[str, ...], *arguments: str, requirements: str = "") -> None:
    """Run uv in the project's folder; requirements are the lines of its standard input."""
    command = (sys.executable, "-m", "uv", "pip", "compile", *options, *arguments)
    subprocess.run(  # noqa: S603 - every word of it stands here
        command, cwd=PROJECT, check=True, input=requirements, text=True, stdout=subprocess.DEVNULL
    )


def main() -> None:
    """Write the three files: what runs, what develops and tests it, what builds the wheel."""
    pyproject = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    same = options(pyproject)
    compile_pins(same, "--output-file", RUNTIME, "pyproject.toml")
    compile_pins(same, "--extra", "dev", "--constraint", RUNTIME, "--output-file", DEV, "pyproject.toml")
    backend = "\n".join(pyproject["build-system"]["requires"])
    compile_pins(same, "--constraint", DEV, "--output-file", BUILD, "-", requirements=backend)


if __name__ == "__main__":
    main()
