"""Files that settings name: secrets, certificates, the TOML file."""

import re
import ssl
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError

from gateway.config.rules import plain

LARGEST_FILE = 1_000_000  # bytes
LONGEST_PATH = 1000
# A key in base64 may have slashes, too, but hardly one of these names between the first two.
_PATH = re.compile(
    r"(?:~|\.{1,2})(?:/[\w.-]{1,255})+|/(?:etc|home|mnt|opt|private|root|run|secrets|srv|tmp|usr|var|vault)/\S+"
)
_ANY_PATH = re.compile(r"(?:/?[\w.-]{1,255}/)+[\w.-]{1,255}")


@dataclass(frozen=True)
class ConfigFile:
    """The TOML file and what it holds; without a path, what holds where there is none."""

    path: Path | None = None
    content: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)


def toml(text: str) -> ConfigFile:
    """Return the TOML file at a path; a mistake in it is told with line and column."""
    path = Path(plain(text))
    content = read_text(path)
    try:
        return ConfigFile(path, tomllib.loads(content))
    except tomllib.TOMLDecodeError as error:
        raise ValidationError(f"is not TOML: {error}; correct that line") from None
    except (ValueError, RecursionError):
        raise ValidationError("is not TOML; it holds a number too long or lists nested too deeply") from None


def certificates(text: str) -> Path:
    """Return the path of a PEM file that holds at least one certificate."""
    path = Path(plain(text))
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except ssl.SSLError:
        raise ValidationError("holds no certificate; give a file of certificates in PEM") from None
    except (OSError, ValueError) as error:
        raise unreadable(error) from None
    return path


def read_secret(folder: Path, named: object) -> str:
    """Return the secret in a file, without the line break at its end.

    Args:
        folder: where a relative path begins.
        named: the path as the setting has it; it is never shown, since it may be the secret, misplaced.
    """
    if not isinstance(named, str) or not named:
        raise ValidationError("is not a path; name the file that holds the secret")
    secret = read_text(folder / named).removesuffix("\n").removesuffix("\r")
    if not secret:
        raise ValidationError("names an empty file; write the secret into the file")
    return secret


def is_path_of_a_file(folder: Path, value: object) -> bool:
    """Return whether a value reads like the path of a file, or is the path of one that is there; a secret is neither.

    Args:
        folder: where a relative path begins.
        value: of a setting, of any type.
    """
    if not isinstance(value, str) or len(value) > LONGEST_PATH:
        return False
    return bool(_PATH.fullmatch(value)) or (bool(_ANY_PATH.fullmatch(value)) and (folder / value).is_file())


def read_text(path: Path) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark.

    Raises:
        ValidationError: the file cannot be read, is larger than a million bytes, or is no text.
    """
    try:
        with path.open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise ValidationError("is too large to be the right file; check the path")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError("is not a text in UTF-8; save it as UTF-8") from None
    except (OSError, ValueError) as error:
        raise unreadable(error) from None


def unreadable(error: Exception) -> ValidationError:
    """Return what is said of a file that could not be opened."""
    why = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
    return ValidationError(f"cannot be read ({why}); check the path and its permissions")
