"""What tests of the mapping share: profiles by their text, sets through the real writer, reader and validator."""

from datetime import datetime
from functools import cache
from textwrap import dedent

from gateway.canonical.message import BY_SET
from gateway.configuration import Files, profile_library
from gateway.mapping.layout import lay_out
from gateway.mapping.loader import Mapping, ProfileLibrary
from gateway.x12.delimiters import Delimiters
from gateway.x12.model import TransactionSet
from gateway.x12.reader import read
from gateway.x12.validator import Judgment, validate
from gateway.x12.writer import OutgoingGroup, OutgoingInterchange, OutgoingSet, Style, write

SETS = tuple(BY_SET)
STYLE = Style(Delimiters(repetition="^"), charset="utf-8", newline=True)


@cache
def base_library() -> ProfileLibrary:
    return profile_library(Files())


def base(set_id: str, version: str = "") -> Mapping:
    """A base profile, compiled once for all tests."""
    return base_library().mapping(f"base/{set_id}", version)


def library(**profiles: str) -> ProfileLibrary:
    """Profiles by name (``acme__850`` is acme/850) with their text, over the base ones."""
    texts = {f"mappings/{name.replace('__', '/')}.yaml": dedent(text).lstrip("\n") for name, text in profiles.items()}
    return profile_library(Files(mappings=texts))


def profile(text: str, version: str = "") -> Mapping:
    """One profile, named test/one."""
    return library(test__one=text).mapping("test/one", version)


def as_bytes(segments: list, set_id: str, version: str, group: str) -> bytes:
    """The bytes of an interchange with one set."""
    made = OutgoingGroup(group, "A", "B", 1, version, [OutgoingSet(set_id, "0001", segments)])
    return write(
        OutgoingInterchange(("ZZ", "A"), ("ZZ", "B"), version[:5], 1, "P", datetime(2026, 1, 2), [made]), STYLE
    )


def through(mapping: Mapping, segments: list) -> Judgment:
    """Write segments, read the bytes again and judge the set."""
    definition = mapping.plan.definition
    return judged(as_bytes(segments, definition.id, definition.version, definition.group_id))


def judged(data: bytes) -> Judgment:
    """Judge the first set of some bytes."""
    return validate(next(part for part in read(data) if isinstance(part, TransactionSet)))


def body_of(mapping: Mapping, judgment: Judgment):
    """The canonical body of a judged set."""
    assert judgment.tree is not None and judgment.transaction is not None
    return mapping.to_canonical(judgment.tree, judgment.transaction.marks.component)[0]


def again(mapping: Mapping, body):
    """Write a body and read it back: (verdict, body)."""
    judgment = through(mapping, mapping.from_canonical(body))
    return judgment, body_of(mapping, judgment)


def written(mapping: Mapping, tree: dict) -> Judgment:
    """Judge a tree after it went through bytes."""
    return through(mapping, lay_out(tree, mapping.plan.definition))


def faults(judgment: Judgment) -> list[str]:
    """What rejects a set, in words."""
    return [f"{fault.where}: {fault.message}" for fault in judgment.faults if not fault.tolerated]
