"""The steps of a change of certificate: pending, active, retiring, gone. Plans one step; who writes files does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gateway.errors import GatewayError
from gateway.trading.certificates import Pinned


class NothingToRoll(GatewayError):
    """There is no change of certificate under way. Begin one with gateway cert new, or gateway cert import for a partner's."""

    code = "nothing-to-roll-over"


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of the entry at ``index`` of the list in its file."""

    index: int
    name: str
    to: Literal["active", "retiring", "removed"]


def next_steps(pinned: Sequence[Pinned]) -> list[Step]:
    """Return the next step of the change that is under way; ``pinned`` are all certificates of one side, in order.

    What is pending becomes active, and what was active for the same uses retires. Where nothing is pending, what retires is
    removed. Raises NothingToRoll, also where an active one serves for more than its successor does.
    """
    pending = [index for index, each in enumerate(pinned) if each.text.state == "pending"]
    if not pending:
        retiring = [Step(i, each.name, "removed") for i, each in enumerate(pinned) if each.text.state == "retiring"]
        if not retiring:
            raise NothingToRoll
        return retiring
    uses = {use for index in pending for use in pinned[index].text.use}
    steps = [Step(index, pinned[index].name, "active") for index in pending]
    for index, each in enumerate(pinned):
        if each.text.state != "active" or not uses & set(each.text.use):
            continue
        left = set(each.text.use) - uses
        if left:
            raise NothingToRoll(
                f"{each.name} is active for {' and '.join(sorted(left))} too, and its successor is not. Add one for that, or"
                " write use: anew in the file."
            )
        steps.append(Step(index, each.name, "retiring"))
    return steps
