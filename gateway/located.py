"""YAML that remembers its lines, so that every mistake can be named as ``file:line: key: reason``.

All scalars are read as text: ``NO`` stays the country, ``00`` stays the code, ``0101`` keeps its zero. Whoever uses the
data says what it means (pydantic turns ``"5"`` into 5). Only a plain ``null``, ``~`` or nothing is None. Opens no file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml
from pydantic import ValidationError

from gateway.errors import ConfigurationError, Problem

MAX_BYTES = 4 << 20
MAX_NODES = 200_000

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

    def problems(self, error: ValidationError, *, under: Path = ()) -> list[Problem]:
        """Turn each finding of pydantic into a problem with its line."""
        found = []
        for item in error.errors(include_url=False):
            found.append(self.problem(self._known(under, item["loc"], item["type"]), *_in_words(item)))
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


def read(text: str, file: str) -> Located:
    """Read one YAML document; raise ConfigurationError naming the line when it is not one."""
    if len(text) > MAX_BYTES:
        raise ConfigurationError([Problem(file, 1, "", f"the file is larger than {MAX_BYTES >> 20} MiB", "split it")])
    loader = yaml.CBaseLoader(text)
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ConfigurationError(
            [Problem(file, line, "", f"not valid YAML: {error.problem}", "check the indentation and quotes there")]
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigurationError([Problem(file, 1, "", f"not valid YAML: {error}", "save it as UTF-8 text")]) from None
    finally:
        loader.dispose()
    located = Located(file, None)
    if node is not None:
        builder = _Builder(located)
        located.data = builder.build(node, ())
        if builder.found:
            raise ConfigurationError(builder.found)
    return located


class _Builder:
    """Turns YAML nodes into data and notes the line of each key on the way."""

    def __init__(self, located: Located) -> None:
        self.located = located
        self.found: list[Problem] = []
        self.nodes = 0

    def build(self, node: yaml.Node, path: Path) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES or len(path) > 60:
            # Aliases of aliases grow without bound; no honest file comes near these numbers.
            raise ConfigurationError([Problem(self.located.file, 1, "", "too many or too deep entries", "split it")])
        self.located.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        if getattr(node, "style", None) is None and node.value in ("", "~", "null"):
            return None
        return node.value

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            here = (*path, key)
            line = key_node.start_mark.line + 1
            if key in data:
                self.found.append(
                    Problem(self.located.file, line, dotted(here), "this key stands twice", "keep one of the two")
                )
            self.located.lines[here] = line
            data[key] = self.build(value_node, here)
        return data


def _in_words(item: Any) -> tuple[str, str]:
    """Give reason and advice for one finding of pydantic."""
    kind, message, given = item["type"], str(item["msg"]), item.get("input")
    if kind == "extra_forbidden":
        return "this key is not known here", "remove it or correct its spelling"
    if kind == "missing":
        return "this key is required", "add it"
    shown = f", not {given!r}" if isinstance(given, str | int) else ""
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:] + shown, "correct the value"
