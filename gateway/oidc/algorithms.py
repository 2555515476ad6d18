"""The algorithms that sign tokens, the provider's and our own."""

from typing import Any

from joserfc import jws

TOKEN_BYTES = 64 * 1024
"""A token with hundreds of groups or a picture in it has 20 to 30 KB."""


class _PinnedRegistry(jws.JWSRegistry):
    """joserfc's algorithms without its own opinion on them: which may be used is decided before it is asked.

    It would warn at each ``EdDSA``, a name that RFC 9864 replaces by ``Ed25519`` and that providers use all the same;
    here it stands for Ed25519 alone, because the key's curve is checked.
    """

    max_header_length = TOKEN_BYTES

    def get_alg(self, name: str) -> Any:
        """Return an algorithm by its name."""
        return self.algorithms[name]


PINNED_REGISTRY = _PinnedRegistry(strict_check_header=False)
