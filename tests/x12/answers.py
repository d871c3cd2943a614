"""The answer to an interchange, and the faults of a file in short: for the tests that hold our answers against our validator."""

import re
from datetime import datetime
from itertools import count

from gateway.x12.acknowledgment import AcknowledgmentStyle, answers_needed
from gateway.x12.answer import answering_interchange
from gateway.x12.envelope import JudgedInterchange
from gateway.x12.report import FileReport
from gateway.x12.writer import Style, write

AT = datetime(2026, 11, 22, 9, 30)
# What an answer has to repeat as the partner wrote it, so that it can't be better than the question: the kind of group and
# set, and the two parties.
ECHOED = re.compile(r"AK[12]\[\d+\]/01 AK403:7|TA105:(00[5678]|024)$")


def answer(judged: JudgedInterchange, set_id: str = "997", style: Style | None = None, *, ta1: bool = True) -> bytes:
    """Write all that can be said to an interchange."""
    numbers = count(500)
    out = answering_interchange(
        judged,
        answers_needed(judged.groups),
        AcknowledgmentStyle(set_id),
        ta1=ta1,
        number=77,
        next_group_number=lambda: next(numbers),
        written_at=AT,
    )
    return write(out, style)


def codes(found: FileReport) -> list[str]:
    """Every fault of a file, as place and code."""
    faults = [fault for each in found.interchanges for fault in each.faults]
    faults += [fault for each in found.interchanges for judgment in each.documents for fault in judgment.faults]
    return [f"{fault.where} {fault.code.ack_code}" for fault in [*found.faults, *faults]]
