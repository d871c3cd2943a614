"""Documents by the thousand for the oracles: conforming ones, ones with one rule broken, and ones that were damaged blindly."""

import re
from collections.abc import Iterator
from random import Random

from gateway.errors import X12Error
from gateway.x12.generate import Mode, Plan, generate
from gateway.x12.generate.mutants import mutate
from gateway.x12.model import TransactionSet
from gateway.x12.reader import read
from gateway.x12.standards import VERSIONS, available

ALL = [(set_id, version) for version in VERSIONS for set_id in available(version)]
_MODES = [Mode.SOME] * 6 + [Mode.MINIMAL, Mode.FULL]
_BODY = re.compile(r"ST\*.*~SE\*[^~]*~", re.DOTALL)
_NAMES = ["ST", "SE", "HL", "N1", "N3", "REF", "PO1", "PID", "ACK", "LIN", "SLN", "CTT", "DTM", "ZZZ", "B", "AK3"]
_VALUES = ["", " ", "0", "1", "-1", "1.5", ".5", ".", "-", "5.", "1-1", "1E3", "QQ", "ZZ", "EA", "ST", "ea", "20260229"]
_VALUES += [
    "20261231",
    "18991231",
    "0800",
    "2460",
    "A>B",
    ">",
    "1>2>3",
    "A^B",
    "^",
    "x" * 90,
    "9" * 12,
    "é",
    "A ",
    "\x07",
]


def sets_in(data: bytes) -> list[TransactionSet]:
    """The sets of a file, as far as it can be read."""
    found = []
    try:
        found += [part for part in read(data) if isinstance(part, TransactionSet)]
    except X12Error:
        return found
    return found


def conforming(chance: Random, where: list[tuple[str, str]] = ALL) -> bytes:
    """A conforming document of one of some sets."""
    return b"".join(generate(Plan(*chance.choice(where), chance.choice(_MODES)), chance))


def mutants(count: int, where: list[tuple[str, str]] = ALL) -> Iterator[tuple[str, bytes]]:
    """Documents with exactly one rule broken, each with its rule and seed."""
    for seed in range(count):
        chance = Random(f"oracle {seed}")
        mutant = mutate(conforming(chance, where), chance)
        assert mutant is not None
        yield f"{mutant.rule}, seed {seed}", mutant.data


def damaged(count: int, where: list[tuple[str, str]] = ALL) -> Iterator[tuple[str, bytes]]:
    """Documents with one to three things changed blindly; SE01 is put right, so that the rest is seen."""
    for seed in range(count):
        chance = Random(f"damage {seed}")
        text = conforming(chance, where).decode("latin-1")
        body = _BODY.search(text)
        assert body is not None
        segments = [segment.split("*") for segment in body[0][:-1].split("~")]
        if len(segments) < 4 or "~BIN*" in text:
            continue  # In binary data terminators may stand, and this is a blunt tool.
        for _ in range(chance.randint(1, 3)):
            _hurt(chance, segments)
        segments[-1] = ["SE", str(len(segments)), segments[0][2]]
        made = "~".join("*".join(segment) for segment in segments) + "~"
        yield f"damaged, seed {seed}", (text[: body.start()] + made + text[body.end() :]).encode()


def _hurt(chance: Random, segments: list[list[str]]) -> None:
    """Change one thing between ST and SE, which stay."""
    last = len(segments) - 2
    if last < 1:
        return
    at, other = chance.randint(1, last), chance.randint(1, last)
    match chance.choice(["delete", "repeat", "swap", "rename", "change", "change", "add", "insert"]):
        case "delete":
            del segments[at]
        case "repeat":
            segments[at:at] = [list(segments[at]) for _ in range(chance.choice([1, 2, 30]))]
        case "swap":
            segments[at], segments[other] = segments[other], segments[at]
        case "rename":
            segments[at][0] = chance.choice(_NAMES)
        case "change" if len(segments[at]) > 1:
            segments[at][chance.randint(1, len(segments[at]) - 1)] = chance.choice(_VALUES)
        case "add":
            segments[at].append(chance.choice(_VALUES))
        case _:
            segments.insert(at, [chance.choice(_NAMES[2:]), chance.choice(_VALUES)])
