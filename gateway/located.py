"""YAML that remembers its lines, so that every mistake can be named as ``file:line: key: reason``.

All scalars are read as text: ``NO`` stays the country, ``00`` stays the code, ``0101`` keeps its zero. Whoever uses the
data says what it means (pydantic turns ``"5"`` into 5). Only a plain ``null``, ``~`` or nothing is None. Opens no file.
"""

from __future__ import annotations

import difflib
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from gateway.errors import ConfigurationError, Problem

MAX_BYTES = 4 << 20
MAX_NODES = 200_000
MAX_DEPTH = 60
HIDDEN = "hidden"  # The type of a finding whose value is not shown, because a secret may stand there.

Path = tuple[str | int, ...]


@dataclass(slots=True)
class Located:
    """The data of one YAML file and the line on which each of its keys stands."""

    file: str
    data: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """Return the 1-based line of the key at ``path``, or of the nearest key above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: Path, reason: str, advice: str = "") -> Problem:
        """Describe a mistake at ``path``."""
        return Problem(self.file, self.line(path), dotted(path), reason, advice)

    def problems(
        self, error: ValidationError, model: type[BaseModel] | None = None, *, under: Path = ()
    ) -> list[Problem]:
        """Turn each finding of pydantic into a problem with its line; ``model`` says which keys could have been meant."""
        found = []
        for item in error.errors(include_url=False):
            reason, advice = _in_words(item)
            if item["type"] == "extra_forbidden" and model is not None:
                advice = _meant(str(item["loc"][-1]), _keys_at(model, item["loc"][:-1])) or advice
            found.append(self.problem(self._known(under, item["loc"], item["type"]), reason, advice))
        return found

    def _known(self, path: Path, parts: tuple[str | int, ...], kind: str) -> Path:
        """Drop the names that pydantic adds for members of a union; keep the keys of the file, and a missing one."""
        for index, part in enumerate(parts):
            if (*path, part) in self.lines or (kind == "missing" and index == len(parts) - 1):
                path = (*path, part)
        return path


def dotted(path: Path) -> str:
    """Write a path as people do: ``agreements[2].guide``."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def read(text: str, file: str, mistakes: list[Problem] | None = None) -> Located:
    """Read one YAML document; raise ConfigurationError naming the line when it is not one.

    Mistakes that leave the rest readable, such as a key that stands twice, go into ``mistakes`` where that is given.
    """
    if len(text) > MAX_BYTES:
        raise ConfigurationError([Problem(file, 1, "", f"the file is larger than {MAX_BYTES >> 20} MiB", "split it")])
    try:
        node = _compose(text, file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ConfigurationError(
            [Problem(file, line, "", f"not valid YAML: {error.problem}", "check the indentation and quotes there")]
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        reason = "a character that may not stand in YAML" if isinstance(error, yaml.reader.ReaderError) else str(error)
        raise ConfigurationError([Problem(file, line, "", reason, "save it as UTF-8 text")]) from None
    located = Located(file, None)
    if node is not None:
        builder = _Builder(located)
        located.data = builder.build(node, ())
        if builder.found and mistakes is None:
            raise ConfigurationError(builder.found)
        if mistakes is not None:
            mistakes += builder.found
    return located


def _compose(text: str, file: str) -> yaml.Node | None:
    """Return the tree of nodes. The composer goes down by recursion in C, so the depth is bounded before it begins."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise ConfigurationError(
                    [Problem(file, line, "", "the entries are nested too deep", "write them flatter")]
                )
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    loader = yaml.CBaseLoader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


class _Builder:
    """Turns YAML nodes into data and notes the line of each key on the way."""

    def __init__(self, located: Located) -> None:
        self.located = located
        self.found: list[Problem] = []
        self.nodes = 0

    def build(self, node: yaml.Node, path: Path) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES or len(path) > MAX_DEPTH:
            # Aliases of aliases grow without bound; no honest file comes near these numbers.
            raise ConfigurationError([Problem(self.located.file, 1, "", "too many or too deep entries", "split it")])
        self.located.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and not node.style and node.value in ("", "~", "null"):
            return None
        return node.value

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.note(line, path, "a key is one word, not a list or mapping", "put quotes around it")
                continue
            key = str(key_node.value)
            here = (*path, key)
            if key in data:
                self.note(line, here, "this key stands twice", "keep one of the two")
            self.located.lines[here] = line
            data[key] = self.build(value_node, here)
        return data

    def note(self, line: int, path: Path, reason: str, advice: str) -> None:
        self.found.append(Problem(self.located.file, line, dotted(path), reason, advice))


def _keys_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """Return the keys that may stand at a place; nothing where that can't be told."""
    kind: Any = model
    for part in loc:
        if isinstance(kind, type) and issubclass(kind, BaseModel) and part in kind.model_fields:
            kind = kind.model_fields[str(part)].annotation
        # What is left of a list, a mapping of names or an optional value is the model within it.
        kind = next(_models_in(kind), None)
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _models_in(inner)


def _meant(key: str, known: list[str]) -> str:
    """Advise the key that was meant, or name all there are."""
    near = difflib.get_close_matches(key, known, 1)
    if near:
        return f"write {near[0]}, or remove it"
    return f"use one of {', '.join(known)}" if known else ""


_MAPPING = ("a mapping stands here", "write key: value under it")
_LIST = ("a list stands here", "begin each entry with - or write it as [a, b]")
_WORDS: dict[str, tuple[str, str]] = {
    "extra_forbidden": ("this key is not known here", "remove it or correct its spelling"),
    "missing": ("this key is required", "add it"),
    "model_type": _MAPPING,
    "dict_type": _MAPPING,
    "tuple_type": _LIST,
    "string_type": ("one line of text stands here", "write a text"),
    "too_short": ("at least one entry is needed", "add one"),
}
_NUMBER = ("a number stands here", "write digits")
_PARSING: dict[str, tuple[str, str]] = {
    "bool_parsing": ("yes or no stands here", "write true or false"),
    "int_parsing": _NUMBER,
    "float_parsing": _NUMBER,
    "date_from_datetime_parsing": ("a date stands here", "write it such as 2027-03-31"),
    "date_parsing": ("a date stands here", "write it such as 2027-03-31"),
}


def _in_words(item: Any) -> tuple[str, str]:
    """Give reason and advice for one finding of pydantic; a finding of ours may hold both, with ``; `` between them."""
    kind, message, given = item["type"], str(item["msg"]), item.get("input")
    if kind in _WORDS:
        return _WORDS[kind]
    shown = f", not {given!r}" if isinstance(given, str | int) and kind != HIDDEN else ""
    if kind in _PARSING:
        reason, advice = _PARSING[kind]
    else:
        reason, _, advice = message.removeprefix("Value error, ").partition("; ")
    for theirs, ours in (("Input should be", "it is"), ("String should have", "a text here has")):
        reason = reason.replace(theirs, ours, 1)
    return reason[:1].lower() + reason[1:] + shown[:100], advice or "correct the value"
