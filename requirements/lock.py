"""Pin the dependencies anew, with hashes and without any index's address: ``make lock``."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
OPTIONS = (
    "--quiet",
    "--upgrade",
    "--generate-hashes",
    "--strip-extras",
    "--allow-unsafe",
    "--no-emit-index-url",
    "--no-emit-trusted-host",
    "--no-emit-find-links",
)


def compile_pins(*arguments: str) -> None:
    """Run pip-compile in the project's folder."""
    command = (sys.executable, "-m", "piptools", "compile", *OPTIONS, *arguments)
    subprocess.run(command, cwd=FOLDER.parent, check=True)  # noqa: S603 - every word of it stands here


RUNTIME, DEV, BUILD = (f"requirements/{name}.txt" for name in ("runtime", "dev", "build"))
compile_pins("--output-file", RUNTIME, "pyproject.toml")
compile_pins("--extra", "dev", "--constraint", RUNTIME, "--output-file", DEV, "pyproject.toml")
compile_pins(
    "--only-build-deps", "--build-deps-for", "wheel", "--constraint", DEV, "--output-file", BUILD, "pyproject.toml"
)
