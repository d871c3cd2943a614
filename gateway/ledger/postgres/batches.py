"""An INSERT of many rows: each statement costs the server and the wire more than a row does.

A statement is prepared once for each number of rows, so the rows are cut into few sizes: 13 are 8, 4 and 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_SIZES = (32, 16, 8, 4, 2, 1)
_INSERT = re.compile(r"(?P<begin>INSERT INTO .*? VALUES )(?P<row>\(.*?\))(?P<end>| ON CONFLICT .*)", re.DOTALL)
_PARAMETER = re.compile(r"\$(\d+)")


def batches(sql: str, count: int) -> Iterator[tuple[str, int]]:
    """Yield the statements that do ``count`` times what ``sql`` does, and how often each does it."""
    for size in _SIZES:
        while size <= count:
            made = several(sql, size)
            if made is None:
                break
            yield made, size
            count -= size


@lru_cache(maxsize=256)
def several(sql: str, size: int) -> str | None:
    """Return the INSERT that takes ``size`` rows as ``sql`` takes one; None when it is none that can."""
    if size == 1:
        return sql
    found = _INSERT.fullmatch(sql)
    if found is None or _PARAMETER.search(found["end"]):
        return None
    width = len(_PARAMETER.findall(found["row"]))
    rows = (_shifted(found["row"], width * row) for row in range(size))
    return f"{found['begin']}{', '.join(rows)}{found['end']}"


def _shifted(row: str, by: int) -> str:
    return _PARAMETER.sub(lambda parameter: f"${int(parameter[1]) + by}", row)
