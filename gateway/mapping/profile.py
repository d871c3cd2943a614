"""A profile as written: fields with their expressions, blocks, tables and checks, each with its line. Nothing is looked up here.

profile: acme/850             its name
extends: base/850             another profile, or several; what stands here is laid over it, ``null`` deletes
with: [base/blocks]           files whose blocks and tables are used
set, version, message         the X12 set, the version it is written for, the canonical message
fields:                       canonical field -> where it stands
  order_number: BEG03
  order_type:   BEG02 | code(order_type) or 'NE'      the first that gives a value is read, the first is written
  address:      {city: N401, region: N402}            an object whose parts stand in the same place
  references[]: {each: REF, fields: {kind: REF01, value: REF02}}
  orders[]:     {each: SPO? or OID?, use: order}      the first of these that the set has: versions differ
  parties[]:    {each: N1, use: party}                a block; ``fields`` beside ``use`` are laid over it
  contract:     REF[01=CT]/02                         the closer line takes its segments: ``each: REF`` runs over the others
  industry:     MEA12?                                where the set has the segment and its version the element
  cost_center:  {read: "REF[01=CX]/02 | split('-', 2)"}    read only; ``write:`` beside it says where it is written
  rush:         {read: BEG02, when: BEG02 = RO}       read when the condition holds
constants:                    written, and not read: {FOB01: PP}
check: {CTT01: count(lines)}  compared when read, filled in when written
blocks: {party: {...}}        fields used in several places; ``include: other`` begins with those of another block
tables: {order_type: {SA: stand_alone}}
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from gateway.mapping.entries import Entry, Problems, Where, overlay
from gateway.mapping.expressions import Condition, Expression, read_condition, read_expressions, read_places
from gateway.mapping.tables import Table
from gateway.x12.path import Path as SetPath

# What a mapping may say of the field itself; no canonical field has one of these names.
RESERVED = frozenset({"each", "fields", "use", "read", "write", "when"})
_TOP = ("profile", "title", "extends", "with", "set", "version", "message", "fields", "constants", "check")
_TOP_ALL = (*_TOP, "blocks", "tables")

Parsed = TypeVar("Parsed")


@dataclass(slots=True)
class Field:
    """One field of the profile. Exactly one of ``expressions``, ``fields``, ``rows`` and ``use`` says what it is.

    ``expressions`` are alternatives: the first that gives a value counts. ``each`` makes it a list over segments or loops,
    the first of these that the set has.
    """

    name: str
    where: Where
    is_list: bool = False
    expressions: tuple[Expression, ...] = ()
    write_to: tuple[Expression, ...] | None = None  # None: where it is read; empty: it isn't written
    when: Condition | None = None
    each: tuple[SetPath, ...] = ()
    fields: list[Field] | None = None
    rows: list[list[Field]] | None = None  # The entries of a list, given one by one.
    use: str | None = None


@dataclass(slots=True)
class Profile:
    """A profile, laid over what it extends."""

    name: str
    set_id: str
    version: str
    message: str
    where: Where
    fields: list[Field]
    blocks: dict[str, list[Field]]
    tables: dict[str, Table]
    constants: dict[str, tuple[str, Where]] = field(default_factory=dict)
    checks: dict[str, tuple[str, Where]] = field(default_factory=dict)
    keys: dict[str, Where] = field(default_factory=dict)  # Where set, version and message stand.


def read_profile(entry: Entry, problems: Problems) -> Profile:
    """Read a profile that has been laid over its base; every mistake is added to ``problems``."""
    return _ProfileReader(entry, problems).read()


class _ProfileReader:
    def __init__(self, entry: Entry, problems: Problems) -> None:
        self.entry = entry
        self.problems = problems
        self.block_entries = self.mapping("blocks")
        self.blocks: dict[str, list[Field]] = {}
        self.variants: dict[tuple[str, int], str] = {}

    def read(self) -> Profile:
        entry = self.entry
        for key, value in entry.entries.items():
            if key not in _TOP_ALL:
                self.note(value, key, "this key is not known here", f"use one of {', '.join(_TOP_ALL)}")
        texts, keys = {}, {}
        for key in ("profile", "set", "version", "message"):
            found = entry.child(key)
            if found is None or not isinstance(found.value, str):
                self.note(entry, key, "this key is required", "add it")
            texts[key] = found.value if found is not None and isinstance(found.value, str) else ""
            keys[key] = found.where if found is not None else entry.where
        fields = self.fields(entry.child("fields"), "fields")
        for name, block in self.block_entries.items():
            self.blocks[name] = self.fields(block, f"blocks.{name}")
        return Profile(
            texts["profile"],
            texts["set"],
            texts["version"],
            texts["message"],
            entry.where,
            fields,
            self.blocks,
            {name: self.table(name, rows) for name, rows in self.mapping("tables").items()},
            self.pairs("constants"),
            self.pairs("check"),
            keys,
        )

    def note(self, entry: Entry, key: str, reason: str, advice: str) -> None:
        self.problems.append(entry.where.problem(key, reason, advice))

    def mapping(self, key: str) -> dict[str, Entry]:
        found = self.entry.child(key)
        if found is None:
            return {}
        if not isinstance(found.value, dict):
            self.note(found, key, "a mapping stands here", "write name: value under it")
        return found.entries

    def pairs(self, key: str) -> dict[str, tuple[str, Where]]:
        pairs = {}
        for path, value in self.mapping(key).items():
            if isinstance(value.value, str) and value.value:
                pairs[path] = (value.value, value.where)
            else:
                self.note(value, path, "a path with one value stands here", "write PATH: value")
        return pairs

    def table(self, name: str, entry: Entry) -> Table:
        rows = {}
        for code, word in entry.entries.items():
            if isinstance(word.value, str) and word.value:
                rows[code] = word.value
            else:
                self.note(word, code, "a table has one word for each code", "write CODE: word")
        if not isinstance(entry.value, dict):
            self.note(entry, name, "a table is a mapping of codes", "write CODE: word under it")
        return Table(rows, name=name)

    # Fields

    def fields(self, entry: Entry | None, key: str) -> list[Field]:
        if entry is None:
            return []
        if not isinstance(entry.value, dict):
            self.note(entry, key, "fields are a mapping", "write name: PATH under it")
            return []
        found = (self.field(name, value) for name, value in entry.entries.items())
        return [made for made in found if made is not None]

    def field(self, key: str, entry: Entry) -> Field | None:
        """Read one field; None when what it says of itself is wrong. Parts of it that are wrong are only left out."""
        made = Field(key.removesuffix("[]"), entry.where, key.endswith("[]"))
        value = entry.value
        if isinstance(value, str):
            made.expressions = self.parsed(key, entry, read_expressions) or ()
            return made if made.expressions else None
        if isinstance(value, list) and made.is_list:
            made.rows = [self.fields(row, f"{key}.{number}") for number, row in enumerate(value, 1)]
            return made
        if not isinstance(value, dict):
            self.note(entry, key, "a field is an expression or a mapping", "write name: PATH, or its parts under it")
            return None
        if not RESERVED & set(value):
            made.fields = self.fields(entry, key)
            return made
        before = len(self.problems)
        self.shape(key, made, entry)
        if len(self.problems) > before:
            return None
        self.fill(key, made, entry)
        return made

    def shape(self, key: str, made: Field, entry: Entry) -> None:
        """Read what a mapping with ``each:``, ``use:``, ``read:`` or the like says of the field itself."""
        for word, inner in entry.entries.items():
            if word not in RESERVED:
                self.note(inner, f"{key}.{word}", "this key is not known here", "put fields under fields:")
        read, write, when, each, use, fields = map(entry.child, ("read", "write", "when", "each", "use", "fields"))
        one_way, structured = read or write, each or use or fields
        if one_way and structured:
            self.note(entry, key, "read: and write: are for single values", "take each:, use: and fields: away")
        elif not one_way and not (use or fields):
            self.note(entry, key, "each: and when: need something beside them", "add fields:, use: or read:")
        elif when and not read:
            advice = "put the expression under read:, or a filter into the path: REF[01=DP]/02"
            self.note(when, f"{key}.when", "when: stands beside read: only", advice)
        if each and not made.is_list:
            self.note(entry, key, "each: makes a list", f"write {key}[]")
        made.expressions = self.parsed(f"{key}.read", read, read_expressions) or ()
        if one_way:
            made.write_to = self.parsed(f"{key}.write", write, read_expressions) or ()
        made.when = self.parsed(f"{key}.when", when, read_condition)
        made.each = self.parsed(f"{key}.each", each, read_places) or ()
        made.use = self.parsed(f"{key}.use", use, str)

    def fill(self, key: str, made: Field, entry: Entry) -> None:
        """Read the fields below a field: its own, or those laid over the block that it uses."""
        fields = entry.child("fields")
        if fields is not None and made.use is not None:
            made.use = self.variant(made.use, fields)
        elif fields is not None:
            made.fields = self.fields(fields, key)

    def variant(self, name: str, over: Entry) -> str:
        """Make a block of its own: ``name`` with ``over`` laid over it."""
        known = (name, id(over))
        if known not in self.variants and name in self.block_entries:
            own = self.variants[known] = f"{name}+{over.where.file}:{over.where.line}"
            self.blocks[own] = self.fields(overlay(self.block_entries[name], over, self.problems, name), own)
        return self.variants.get(known, name)

    def parsed(self, key: str, entry: Entry | None, reader: Callable[[str], Parsed]) -> Parsed | None:
        """Read one line of text; None where there is none, or where it is wrong."""
        if entry is None:
            return None
        if not isinstance(entry.value, str) or not entry.value.strip():
            self.note(entry, key, "one line of text stands here", "write a path or a name")
            return None
        try:
            return reader(entry.value.strip())
        except ValueError as error:
            self.note(entry, key, str(error), "correct the expression")
            return None
