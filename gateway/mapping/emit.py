"""Collects the lines of a generated function, and which line of the profile each comes from.

Literals enter the source only through ``repr``; functions and tables enter as names bound outside of it. So a profile can
never put code of its own into what is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType
from typing import Any

from gateway.errors import TranslationError
from gateway.mapping.conversions import Way
from gateway.mapping.entries import Where
from gateway.mapping.tables import Rows


def drops(way: Way) -> bool:
    """Tell whether a way may make nothing of a value: all but tables may."""
    return not isinstance(getattr(way, "__self__", None), Rows)


@dataclass(frozen=True, slots=True)
class Origin:
    """The field from which a generated line comes: its names from the beginning of the function, and where it stands."""

    names: tuple[str, ...]
    where: Where


class Emitter:
    """Source lines with indentation, fresh names, bound objects, and the origin of each line."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.lines: list[str] = []
        self.origins: dict[int, Origin] = {}
        self.bound: dict[str, Any] = {}
        self.origin: Origin | None = None
        self._names: dict[int, str] = {}
        self._depth = 0
        self._fresh = 0

    def line(self, text: str) -> None:
        """Add a line."""
        self.lines.append("    " * self._depth + text)
        if self.origin is not None:
            self.origins[len(self.lines)] = self.origin

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Add a line that opens a block, and indent what follows."""
        self.line(head)
        self._depth += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.line("pass")
        self._depth -= 1

    @contextmanager
    def function(self, head: str) -> Iterator[None]:
        """Add a function at the outermost level; field names count from here."""
        depth, self._depth = self._depth, 0
        before, self.origin = self.origin, None
        with self.block(f"def {head}:"):
            yield
        self._depth, self.origin = depth, before

    @contextmanager
    def field(self, name: str, where: Where) -> Iterator[None]:
        """Note that the lines within come from the profile's field ``name``."""
        before = self.origin
        self.origin = Origin((*before.names, name) if before else (name,), where)
        yield
        self.origin = before

    def name(self, kind: str) -> str:
        """Return a name that was not used before."""
        self._fresh += 1
        return f"{kind}{self._fresh}"

    def bind(self, value: Any) -> str:
        """Return the name under which the generated code finds ``value``."""
        known = self._names.get(id(value))
        if known is None:
            known = self._names[id(value)] = self.name("k")
            self.bound[known] = value
        return known

    def through(self, ways: Sequence[Way], expression: str, others: str = "") -> str:
        """Write an expression that goes through ``ways``; the first of them gets ``others`` as further arguments.

        What one way makes of a value may be nothing (None); then the next ones are not asked.
        """
        for index, way in enumerate(ways):
            if index and drops(ways[index - 1]):
                between = self.name("w")
                after = self._call(way, between, "")
                expression = f"({after} if ({between} := {expression}) is not None else None)"
            else:
                expression = self._call(way, expression, others if not index else "")
        return expression

    def _call(self, way: Way, expression: str, others: str) -> str:
        rows = getattr(way, "__self__", None)
        if isinstance(rows, Rows):
            return f"{self.bind(rows)}[{expression}]"
        return f"str({expression})" if way is str else f"{self.bind(way)}({expression}{others})"

    def compile(self, entry: str) -> Callable[..., Any]:
        """Compile the lines and return the function ``entry``, which raises TranslationError naming the field."""
        source = "\n".join(self.lines) + "\n"
        code: CodeType = compile(source, self.title, "exec")
        namespace: dict[str, Any] = dict(self.bound)
        exec(code, namespace)  # noqa: S102 - made above from names and repr of literals only
        inner = namespace[entry]

        def run(*arguments: Any) -> Any:
            try:
                return inner(*arguments)
            except RecursionError:
                raise TranslationError(
                    "The levels of this document hang below one another without end. Correct their parents (HL02).",
                    path=entry,
                ) from None
            except (ValueError, ArithmeticError, TypeError, AttributeError, LookupError) as error:
                raise self._located(error) from error

        return run

    def _located(self, error: Exception) -> TranslationError:
        """Turn what went wrong in the generated code into an error that names the profile's line."""
        trace = error.__traceback__
        names: tuple[str, ...] = ()
        where = Where(self.title, 1)
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self.title and trace.tb_lineno in self.origins:
                origin = self.origins[trace.tb_lineno]
                names, where = names + origin.names, origin.where
            trace = trace.tb_next
        path = ".".join(names)
        return TranslationError(
            f"{where.file}:{where.line}: {path}: {error}. Correct the value, or this line of the profile, then replay.",
            profile=where.file,
            path=path,
        )
