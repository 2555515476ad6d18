"""How a frozen dataclass becomes the bytes of a record, and back."""

import json
from dataclasses import asdict
from typing import Any


def packed(noun: Any) -> str:
    """Return a dataclass of plain values as JSON."""
    return json.dumps(asdict(noun), separators=(",", ":"))


def unpacked(noun: Any, record: bytes | None) -> Any:
    """Return the dataclass again; ``None`` for no record, and for one that another version wrote differently."""
    if record is None:
        return None
    try:
        return noun(**json.loads(record))
    except (ValueError, TypeError):
        return None
