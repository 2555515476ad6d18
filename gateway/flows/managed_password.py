"""The password that the gateway gives an account it signed up: derived, stored nowhere.

Only who holds the gateway's key can compute it; it is long enough never to be guessed, and meets
TalentLMS's strength rule (an upper case letter, a lower case letter, a digit, eight characters).
"""

import base64

from gateway.keyring import Keyring

_VERSION = "managed password 1"
_BYTES = 24


class ManagedPasswords:
    """Managed passwords.

    Args:
        keyring: the gateway's keys; the first makes new passwords.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    @property
    def current_key(self) -> str:
        """The fingerprint of the key that makes new passwords, to be remembered beside the account."""
        return self._keyring.current

    @property
    def keys(self) -> tuple[str, ...]:
        """The fingerprints of all keys in force, the current one first."""
        return self._keyring.fingerprints

    def of(self, person: str, key: str) -> str | None:
        """Return a person's password.

        Args:
            person: ``Identity.key``.
            key: the fingerprint of the key that made it.

        Returns:
            The password, 35 characters; ``None`` where that key is no longer in force.
        """
        secret = self._keyring.derive(key, f"{_VERSION} {person}", _BYTES)
        return None if secret is None else _written(secret)

    def new(self, person: str) -> str:
        """Return the password that a person's account gets now."""
        return _written(self._keyring.derive_now(f"{_VERSION} {person}", _BYTES))


def _written(secret: bytes) -> str:
    return "Tl1" + base64.urlsafe_b64encode(secret).decode()
