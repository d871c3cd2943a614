"""mock-edi as an oracle: what its validator says of each set of a file, in the same form as ours.

It is a partner simulator with a dictionary of its own for 850 855 856 810 860 865 820 997, a part of each set. It does not look
at order, syntax notes or repetitions, and says where a segment is missing only at the end of the set.
"""

from typing import NamedTuple

from mockedi.validate import MessageReport, validate
from mockedi.x12 import parse, split

SETS = ("850", "855", "856", "810", "860", "865", "820", "997")


class Said(NamedTuple):
    """One thing that is wrong: the code on the wire and where; a missing segment has no position."""

    wire: str
    position: int
    segment: str
    element: int = 0
    component: int = 0
    value: str = ""


def said_by_mock_edi(data: bytes) -> list[tuple[bool, list[Said]]]:
    """For each set that it knows: whether all is well with it, and what is not."""
    found = []
    for payload in split(data.decode("latin-1")):
        for message in validate(parse(payload)).messages:
            if message.known:
                found.append((message.clean, _findings(message)))
    return found


def _findings(message: MessageReport) -> list[Said]:
    found = [Said(f"AK502:{code}", 0, "") for code, _note in message.set_errors]
    for segment in message.segments:
        if segment.code == "8":
            found += [
                Said(f"AK403:{each.code}", segment.position, segment.tag, each.position, each.component, each.value)
                for each in segment.elements
            ]
        else:
            missing = segment.code == "3"
            found.append(Said(f"AK304:{segment.code}", 0 if missing else segment.position, segment.tag))
    return found
