"""Collects the lines of a generated function, and which line of the profile each comes from.

Literals enter the source only through ``repr``; functions and tables enter as names bound outside of it. So a profile can
never put code of its own into what is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any

from gateway.errors import TranslationError
from gateway.mapping.profile import Where


class Emitter:
    """Source lines with indentation, fresh names, bound objects, and the origin of each line."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.lines: list[str] = []
        self.origins: dict[int, tuple[str, Where]] = {}
        self.bound: dict[str, Any] = {}
        self._names: dict[int, str] = {}
        self._depth = 0
        self._fresh = 0
        self._origin: tuple[str, Where] | None = None

    def line(self, text: str) -> None:
        """Add a line."""
        self.lines.append("    " * self._depth + text)
        if self._origin is not None:
            self.origins[len(self.lines)] = self._origin

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Add a line that opens a block, and indent what follows."""
        self.line(head)
        self._depth += 1
        yield
        self._depth -= 1

    @contextmanager
    def origin(self, name: str, where: Where) -> Iterator[None]:
        """Note that the lines within come from the profile's field ``name``."""
        before, self._origin = self._origin, (name, where)
        yield
        self._origin = before

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
            except (ValueError, ArithmeticError, TypeError, AttributeError, IndexError, KeyError) as error:
                raise self._located(error) from error

        return run

    def _located(self, error: Exception) -> TranslationError:
        """Turn what went wrong in the generated code into an error that names the profile's line."""
        trace, line = error.__traceback__, 0
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self.title:
                line = trace.tb_lineno
            trace = trace.tb_next
        name, where = self.origins.get(line, ("", Where(self.title, 1)))
        return TranslationError(
            f"{where.file}:{where.line}: {name}: {error}. Correct the value, or this line of the profile, then replay.",
            profile=where.file,
            path=name,
        )
