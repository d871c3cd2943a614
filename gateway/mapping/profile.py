"""A profile as written: fields with their expressions, blocks, tables and checks, each with its line. Nothing is looked up here.

profile: acme/850             its name
extends: base/850             another profile; what stands here is laid over it, ``null`` deletes
with: [base/blocks]           files whose blocks and tables are used
set, version, message         the X12 set, the version it is written for, the canonical message
fields:                       canonical field -> where it stands
  order_number: BEG03
  order_type:   BEG02 | code(order_type)
  address:      {city: N401, region: N402}
  references[]: {each: REF, fields: {kind: REF01, value: REF02}}
  parties[]:    {each: N1, use: party}
  cost_center:  {read: "REF[01=CX]/02 | split('-', 2)"}
constants:                    written, and not read: {FOB01: PP}
check: {CTT01: count(lines)}  compared when read, filled in when written
blocks: {party: {...}}        fields used in several places
tables: {order_type: {SA: stand_alone}}
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from gateway.errors import ConfigurationError, Problem
from gateway.located import Located, Path
from gateway.mapping.expressions import Condition, Expression, read_condition, read_expressions
from gateway.mapping.functions import Table
from gateway.x12.path import Path as SetPath
from gateway.x12.path import PathError, parse

_RESERVED = frozenset({"each", "fields", "use", "read", "write", "when"})
_TOP = frozenset({"profile", "title", "extends", "with", "set", "version", "message", "fields", "constants", "check"})
_TOP_ALL = _TOP | {"blocks", "tables"}


@dataclass(frozen=True, slots=True)
class Where:
    """File and line of an entry."""

    file: str
    line: int

    def problem(self, key: str, reason: str, advice: str = "") -> Problem:
        """Describe a mistake here."""
        return Problem(self.file, self.line, key, reason, advice)


@dataclass(slots=True)
class Entry:
    """One YAML value with its place: text, None, a list of texts, or a mapping."""

    value: str | list[str] | dict[str, Entry] | None
    where: Where

    def child(self, key: str) -> Entry | None:
        """Return the entry under ``key``."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    @property
    def entries(self) -> dict[str, Entry]:
        """The entries of a mapping; none for anything else."""
        return self.value if isinstance(self.value, dict) else {}


@dataclass(slots=True)
class Field:
    """One field of the profile. Exactly one of ``expressions``, ``fields`` and ``use`` says what it is.

    ``expressions`` are alternatives: the first that gives a value counts. ``each`` makes it a list over segments or loops.
    """

    name: str
    where: Where
    is_list: bool = False
    expressions: tuple[Expression, ...] = ()
    write_to: tuple[Expression, ...] | None = None  # None: where it is read; empty: it isn't written
    when: Condition | None = None
    each: SetPath | None = None
    fields: list[Field] | None = None
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


Problems: TypeAlias = list[Problem]


def entry_of(located: Located) -> Entry:
    """Turn a read YAML file into entries."""

    def build(value: object, path: Path) -> Entry:
        where = Where(located.file, located.line(path))
        if isinstance(value, dict):
            return Entry({str(key): build(inner, (*path, str(key))) for key, inner in value.items()}, where)
        if isinstance(value, list):
            return Entry([str(item) for item in value], where)
        return Entry(None if value is None else str(value), where)

    return build(located.data, ())


def overlay(base: Entry, over: Entry) -> Entry:
    """Lay one entry over another: mappings are merged, ``null`` deletes, anything else replaces."""
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    merged = dict(base.value)
    for key, entry in over.value.items():
        if entry.value is None:
            merged.pop(key, None)
        elif key in merged:
            merged[key] = overlay(merged[key], entry)
        else:
            merged[key] = entry
    return Entry(merged, over.where)


def with_includes(entry: Entry) -> Entry:
    """Lay each block under those that include it; raise ConfigurationError for a name that is none, or a circle."""
    blocks = _mapping(entry, "blocks")
    done: dict[str, Entry] = {}

    def expanded(name: str, where: Where, chain: tuple[str, ...]) -> Entry:
        if name not in blocks or name in chain:
            reason = f"block {name} includes itself" if name in chain else f"there is no block {name}"
            raise ConfigurationError([where.problem("include", reason, f"name one of {', '.join(sorted(blocks))}")])
        if name not in done:
            block = blocks[name]
            included = block.child("include")
            own = Entry({key: value for key, value in block.entries.items() if key != "include"}, block.where)
            if included is not None and isinstance(included.value, str):
                own = overlay(expanded(included.value, included.where, (*chain, name)), own)
            done[name] = own
        return done[name]

    all_blocks = {name: expanded(name, block.where, ()) for name, block in blocks.items()}
    return Entry({**entry.entries, "blocks": Entry(all_blocks, entry.where)}, entry.where) if blocks else entry


def read_profile(entry: Entry) -> Profile:
    """Read a profile that has been laid over its base; raise ConfigurationError with every mistake at once."""
    problems: Problems = []
    for key, value in entry.entries.items():
        if key not in _TOP_ALL:
            problems.append(
                value.where.problem(key, "this key is not known here", f"use one of {', '.join(sorted(_TOP_ALL))}")
            )
    texts = {}
    for key in ("profile", "set", "version", "message"):
        found = entry.child(key)
        if found is None or not isinstance(found.value, str):
            problems.append(entry.where.problem(key, "this key is required", "add it"))
            texts[key] = ""
        else:
            texts[key] = found.value
    profile = Profile(
        texts["profile"],
        texts["set"],
        texts["version"],
        texts["message"],
        entry.where,
        _fields(entry.child("fields"), problems),
        {name: _fields(block, problems) for name, block in _mapping(entry, "blocks").items()},
        {name: _table(name, rows, problems) for name, rows in _mapping(entry, "tables").items()},
        _pairs(entry, "constants", problems),
        _pairs(entry, "check", problems),
    )
    if problems:
        raise ConfigurationError(problems)
    return profile


def _mapping(entry: Entry, key: str) -> dict[str, Entry]:
    found = entry.child(key)
    return found.entries if found else {}


def _pairs(entry: Entry, key: str, problems: Problems) -> dict[str, tuple[str, Where]]:
    pairs = {}
    for path, value in _mapping(entry, key).items():
        if isinstance(value.value, str):
            pairs[path] = (value.value, value.where)
        else:
            problems.append(value.where.problem(path, "a path with one value stands here", "write PATH: value"))
    return pairs


def _table(name: str, entry: Entry, problems: Problems) -> Table:
    rows = {}
    for code, word in entry.entries.items():
        if isinstance(word.value, str):
            rows[code] = word.value
        else:
            problems.append(word.where.problem(code, "a table has one word for each code", "write CODE: word"))
    if not isinstance(entry.value, dict):
        problems.append(entry.where.problem(name, "a table is a mapping of codes", "write CODE: word under it"))
    return Table(rows, name=name)


def _fields(entry: Entry | None, problems: Problems) -> list[Field]:
    if entry is None:
        return []
    if not isinstance(entry.value, dict):
        problems.append(entry.where.problem("fields", "fields are a mapping", "write name: PATH under it"))
        return []
    found = []
    for key, value in entry.entries.items():
        try:
            found.append(_field(key, value, problems))
        except (PathError, ValueError) as error:
            problems.append(value.where.problem(key, str(error), "correct the expression"))
    return found


def _field(key: str, entry: Entry, problems: Problems) -> Field:
    name, is_list = key.removesuffix("[]"), key.endswith("[]")
    made = Field(name, entry.where, is_list)
    value = entry.value
    if isinstance(value, str):
        made.expressions = read_expressions(value)
        return made
    if not isinstance(value, dict):
        raise ValueError("a field is an expression or a mapping")
    if not _RESERVED & set(value):
        made.fields = _fields(entry, problems)
        return made
    for word, inner in value.items():
        if word not in _RESERVED:
            problems.append(
                inner.where.problem(f"{key}.{word}", "this key is not known here", "put fields under fields:")
            )
    made.when = read_condition(_text(value, "when"))
    if (each := _text(value, "each")) is not None:
        made.each = parse(each)
        made.is_list = True
    if "fields" in value:
        made.fields = _fields(value["fields"], problems)
    made.use = _text(value, "use")
    if "read" in value or "write" in value:
        _one_way(made, value)
    elif made.fields is None and made.use is None:
        raise ValueError("each: needs fields: or use: beside it")
    return made


def _one_way(made: Field, value: dict[str, Entry]) -> None:
    read, write = _text(value, "read"), _text(value, "write")
    made.expressions = read_expressions(read) if read else ()
    made.write_to = read_expressions(write) if write else ()


def _text(value: dict[str, Entry], key: str) -> str | None:
    found = value.get(key)
    if found is None:
        return None
    if not isinstance(found.value, str):
        raise ValueError(f"{key}: is one line of text")
    return found.value
