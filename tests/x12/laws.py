"""Laws that hold of any bytes, each as a function that raises where it does not: hypothesis and atheris both ask for them."""

import json
from collections.abc import Iterator

from gateway.errors import X12Error
from gateway.x12.buffer import Limits
from gateway.x12.delimiters import WINDOW
from gateway.x12.faults import Level
from gateway.x12.model import Debris, InterchangeEnd, Part, TransactionSet
from gateway.x12.reader import read
from gateway.x12.report import report
from gateway.x12.validator import look_closely, validate

TIGHT = Limits(segment_bytes=60, set_segments=5, binary_bytes=10, interchange_parts=8)
# What a reader under TIGHT may hold inside an interchange: a set of the longest segments, and the next one twice.
_HELD = (TIGHT.set_segments + 3) * (WINDOW + TIGHT.segment_bytes + TIGHT.binary_bytes)


def cut(data: bytes, size: int) -> list[bytes]:
    """The data in chunks."""
    return [data[at : at + size] for at in range(0, len(data), size)]


def parts_of(data: bytes, chunks: list[bytes]) -> tuple[list[Part], str]:
    """What a reader yields of data that come in chunks, and why it went no further; ours is the only error."""
    found: list[Part] = []
    try:
        for part in read(chunks):
            found.append(part)
    except X12Error as error:
        assert 0 <= error.offset <= len(data)
        return found, error.detail
    return found, ""


def accounted(parts: list[Part]) -> int:
    """Check that each part begins where the one before it ends; return the end."""
    at = 0
    for part in parts:
        assert part.offset == at
        at += part.length
    return at


def no_byte_is_lost(data: bytes, size: int) -> None:
    """Any bytes are read or refused in words, the same in chunks as whole, and each byte belongs to one part."""
    parts, problem = parts_of(data, cut(data, size))
    assert (parts, problem) == parts_of(data, [data])
    if problem:
        assert problem.endswith(".")
        assert accounted(parts) <= len(data)
    else:
        assert accounted(parts) == len(data)


def memory_is_bounded(data: bytes, size: int) -> None:
    """Inside an interchange a reader holds no more than its limits let it, however much comes."""
    fed = done = 0
    last: Part | None = None

    def chunks() -> Iterator[bytes]:
        nonlocal fed
        for chunk in cut(data, size):
            between = last is None or isinstance(last, Debris | InterchangeEnd)  # Junk is counted there, not held.
            assert between or fed - done <= _HELD + 2 * size, f"{fed - done} bytes are held"
            fed += len(chunk)
            yield chunk

    try:
        for part in read(chunks(), TIGHT):
            last, done = part, part.offset + part.length
            if isinstance(part, TransactionSet):
                assert len(part.pieces) <= TIGHT.set_segments + 1
    except X12Error as error:
        assert error.note_code.isdigit()


def both_paths_agree(data: bytes) -> None:
    """The validator that explains and the quick one say the same of each set."""
    for transaction in (part for part in parts_of(data, [data])[0] if isinstance(part, TransactionSet)):
        slow, quick = look_closely(transaction), validate(transaction)
        assert (quick.faults, quick.uses, quick.tree) == (slow.faults, slow.uses, slow.tree)


def verdict_is_in_words(data: bytes) -> None:
    """Any bytes get a verdict in words, with places within the data and a code that can be sent."""
    found = report("any", data, validate)
    assert found.readable or found.problem.endswith(".")
    inner = [fault for each in found.interchanges for judgment in each.documents for fault in judgment.faults]
    for fault in [*found.faults, *(fault for each in found.interchanges for fault in each.faults), *inner]:
        assert fault.message and fault.fix and fault.where
        assert 0 <= fault.offset <= len(data)
        assert fault.code.ack_code or fault.code.level is Level.TRANSMISSION
    assert json.loads(json.dumps(found.as_dict()))["readable"] == found.readable
