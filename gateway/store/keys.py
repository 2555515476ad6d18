"""What the names of all keys begin with.

In a Redis Cluster a script or a transaction takes only keys of one slot, and a key's slot is that of what stands in
braces, its hash tag. With one tag for all, a cluster serves availability here, not size.
"""

HASH_TAG = "{talentlms-gateway}:"


def tagged(name: str) -> str:
    """Return the key of a name."""
    return HASH_TAG + name
