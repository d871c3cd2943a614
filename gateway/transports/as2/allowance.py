"""How much is kept of what nobody has signed: an hour's allowance for each name, so that no stranger fills the disk."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

_HOUR = timedelta(hours=1)
_NAMES = 1024  # Remembered at a time; who is forgotten begins anew, within the allowance of all together.


class Allowance:
    """Counts records and bytes an hour, of each name and of all together."""

    def __init__(self, *, records: int = 200, size: int = 256 << 20) -> None:
        self._records, self._size = records, size
        self._used: OrderedDict[str, tuple[datetime, int, int]] = OrderedDict()

    def take(self, name: str, size: int, now: datetime) -> bool:
        """Tell whether one more record of ``size`` bytes may be kept for ``name``, and count it."""
        asked = [(name, 1), ("", 4)]  # All together may have four times what one has.
        counts = []
        for each, times in asked:
            since, records, total = self._used.get(each, (now, 0, 0))
            if now - since >= _HOUR:
                since, records, total = now, 0, 0
            if records >= self._records * times or total + size > self._size * times:
                return False
            counts.append((each, (since, records + 1, total + size)))
        for each, count in counts:
            self._used[each] = count
            self._used.move_to_end(each)
        while len(self._used) > _NAMES:
            self._used.popitem(last=False)
        return True
