"""The paths of HL levels that a guide allows, such as S/O/P/I, and what of a document does not follow them.

Whether the numbers of the levels are right is `gateway.x12.hierarchy`'s; a level whose parent is unknown is left to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from gateway.x12.guides.reference import Node
from gateway.x12.hierarchy import CHILDREN
from gateway.x12.model import element


class Stray(NamedTuple):
    """A level that does not follow: its HL, the path to it, what may stand there, and whether it only lacks levels below."""

    segment: list[str]
    path: tuple[str, ...]
    allowed: tuple[str, ...]
    unfinished: bool


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Allowed paths, each from the outermost level inward; ``line`` is where the guide says so."""

    paths: tuple[tuple[str, ...], ...]
    line: int = 0

    @property
    def text(self) -> str:
        """The paths as the guide writes them."""
        return " or ".join("/".join(path) for path in self.paths)

    def below(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """Return the levels that may stand directly below ``path``."""
        size = len(path)
        return tuple(dict.fromkeys(each[size] for each in self.paths if len(each) > size and each[:size] == path))

    def strays(self, levels: list[Node]) -> Iterator[Stray]:
        """Yield what does not follow; below a level that is wrong itself nothing is said."""
        waiting: list[tuple[Node, tuple[str, ...]]] = [
            (level, ()) for level in levels if "HL" in level and not element(level["HL"][0], 2)
        ]
        while waiting:
            level, above = waiting.pop()
            head = level["HL"][0] if "HL" in level else []
            code = element(head, 3)
            if not code:
                continue
            path: tuple[str, ...] = (*above, code)
            if code not in self.below(above):
                yield Stray(head, path, self.below(above), False)
                continue
            children = level.get(CHILDREN, [])
            if not children and path not in self.paths:
                yield Stray(head, path, self.below(path), True)
            waiting += [(child, path) for child in children]
