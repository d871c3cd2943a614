"""Durations as people write them: ``90s``, ``15m``, ``24h``, ``30d``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_PATTERN = r"^[0-9]{1,9}[smhd]$"
_LONGEST = timedelta(days=36_500)


def read_duration(text: Any) -> Any:
    """Read a duration; what is one already stays as it is. Raises ValueError."""
    if not isinstance(text, str):
        return text
    if re.fullmatch(_PATTERN, text) is None:
        raise ValueError("a duration is a number with s, m, h or d behind it; write it such as 90s, 15m, 24h or 30d")
    found = timedelta(**{_UNITS[text[-1]]: int(text[:-1])})
    if found > _LONGEST:
        raise ValueError(f"a duration is at most {_LONGEST.days}d; write a shorter one")
    return found


Duration = Annotated[
    timedelta,
    BeforeValidator(read_duration),
    WithJsonSchema({"type": "string", "pattern": _PATTERN, "examples": ["15m", "24h", "30d"]}),
]
