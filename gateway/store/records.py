"""How a frozen dataclass becomes the bytes of a record, and back."""

import json
from dataclasses import asdict
from typing import Any


def packed(record: Any) -> str:
    """Return a dataclass of plain values as JSON."""
    return json.dumps(asdict(record), separators=(",", ":"))


def unpacked(record_type: Any, record: bytes | None) -> Any:
    """Return the dataclass again; ``None`` for no record, and for one that another version wrote differently."""
    if record is None:
        return None
    try:
        return record_type(**json.loads(record))
    except (ValueError, TypeError):
        return None
