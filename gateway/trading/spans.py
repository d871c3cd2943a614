"""Lengths of time that may be working time: ``24h``, ``8 working hours``, ``2 working days``."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from gateway.tracking.calendar import Span
from gateway.trading.duration import read_duration

_WORKING = r"([0-9]{1,4}) working (hour|day)s?"
_PATTERN = rf"^([0-9]{{1,9}}[smhd]|{_WORKING})$"


def read_span(text: Any) -> Any:
    """Read a length of time; what is one already stays as it is. Raises ValueError."""
    if not isinstance(text, str):
        return text
    found = re.fullmatch(_WORKING, text)
    if found is not None:
        count = int(found[1])
        return Span(working_hours=count) if found[2] == "hour" else Span(working_days=count)
    try:
        return Span(read_duration(text))
    except ValueError as error:
        raise ValueError(f'{error}; or in working time, such as "8 working hours" or "2 working days"') from None


SpanText = Annotated[
    Span,
    BeforeValidator(read_span),
    WithJsonSchema({"type": "string", "pattern": _PATTERN, "examples": ["24h", "8 working hours", "2 working days"]}),
]
