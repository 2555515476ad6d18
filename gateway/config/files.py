"""Files that settings name: secrets, certificates, the text of the TOML file."""

import ssl
from dataclasses import replace
from pathlib import Path

from marshmallow import ValidationError

from gateway.config.faults import Invalid, problems
from gateway.config.fields import text_of
from gateway.config.texts import path

LARGEST_FILE = 1_000_000  # bytes


def read_text(file: Path) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark.

    Raises:
        Invalid: the file cannot be read, is larger than a million bytes, or is no text.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise Invalid("is too large to be the right file", "check the path", str(file))
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("is not a text in UTF-8", "save it as UTF-8", str(file)) from None
    except (OSError, ValueError) as error:
        raise unreadable(error, str(file)) from None


def read_secret(folder: Path, named: object) -> str:
    """Return the secret in a file, without the line break at its end.

    Args:
        folder: where a relative path begins.
        named: the path as the setting has it.

    Raises:
        ValidationError: the file cannot be read or is empty. The path is not shown: it may be the secret, misplaced.
    """
    try:
        secret = read_text(folder / text_of(named)).removesuffix("\n").removesuffix("\r")
    except ValidationError as error:
        raise ValidationError([replace(problem, value=None) for _, problem in problems(error.messages)]) from None
    if not secret:
        raise Invalid("names an empty file", "write the secret into the file")
    return secret


def certificates(text: str) -> Path:
    """Return the path of a PEM file that holds at least one certificate."""
    file = path(text)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
    except ssl.SSLError:
        raise Invalid("holds no certificate", "give a file of certificates in PEM", text) from None
    except (OSError, ValueError) as error:
        raise unreadable(error, text) from None
    return file


def unreadable(error: Exception, text: str) -> Invalid:
    """Return what is said of a file that could not be opened."""
    why = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
    return Invalid(f"cannot be read ({why})", "check the path and its permissions", text)
