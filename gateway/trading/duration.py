"""Durations as people write them: ``90s``, ``15m``, ``24h``, ``30d``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_PATTERN = r"^\d+[smhd]$"


def read_duration(text: Any) -> Any:
    """Read a duration; what is one already stays as it is. Raises ValueError."""
    if not isinstance(text, str):
        return text
    if re.match(_PATTERN, text) is None:
        raise ValueError("a duration is a number with s, m, h or d behind it, such as 90s, 15m, 24h or 30d")
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


Duration = Annotated[
    timedelta,
    BeforeValidator(read_duration),
    WithJsonSchema({"type": "string", "pattern": _PATTERN, "examples": ["15m", "24h", "30d"]}),
]
