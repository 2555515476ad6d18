"""How tests read the names of keys."""

from gateway.store.keys import HASH_TAG


def untagged(key):
    """Return the name of a key without the tag that all have."""
    name = key.decode()
    assert name.startswith(HASH_TAG), name
    return name.removeprefix(HASH_TAG)


def kind_of(key):
    """Return what a key holds, the first word of its name."""
    return untagged(key).partition(":")[0]
