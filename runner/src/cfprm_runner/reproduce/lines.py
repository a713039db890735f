"""JSON lines."""

import json
from collections.abc import Iterable, Mapping
from typing import Any


def json_lines(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as the text of a JSONL file."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
