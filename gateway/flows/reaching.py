"""What to do where somebody whom the gateway depends on cannot be reached, or refuses a secret."""

import re
from pathlib import Path

from schemas.secret import Secret

_REMEDIES = tuple(
    (re.compile(words), remedy)
    for words, remedy in (
        (r"DNS:|name not found", "Check the host name in {setting}, and whether this machine's resolver knows it."),
        (
            r"outbound proxy|proxy failed",
            "Check HTTPS_PROXY and NO_PROXY, and whether the proxy allows CONNECT to this host.",
        ),
        (
            r"TLS: the certificate|certificate not accepted",
            (
                "Check the host name in {setting}. Where an authority of your own signed the certificate, name it in "
                "GATEWAY_CA_FILE."
            ),
        ),
        (r"TLS", "Check in {setting} whether host and port are those at which TLS is spoken."),
        (r"refused", "Check host and port in {setting}, and whether the server runs."),
        (
            r"in time|timed out|did not answer|not reachable",
            "Check host and port in {setting}, and whether a firewall lets this machine through.",
        ),
    )
)


def remedy_of(note: str, setting: str) -> str:
    """Return what to do.

    Args:
        note: of the error.
        setting: that names whom to reach.

    Returns:
        A sentence; empty where the note names no reason of this kind.
    """
    return next((remedy.format(setting=setting) for words, remedy in _REMEDIES if words.search(note)), "")


def remedy_of_path(secret: Secret | None, setting: str) -> str:
    """Return what to do where a secret's value is the path of a file that is there; empty for any other value.

    Args:
        secret: the value of the setting.
        setting: its name.
    """
    value = secret.reveal() if secret else ""
    if not value.startswith("/") or not Path(value).is_file():
        return ""
    return f"Its value is the path of a file: give that as {setting}{'_FILE' if setting.isupper() else '_file'}."
