"""Code tables: a code and its word, both ways."""

from __future__ import annotations

from collections.abc import Mapping


class Rows(dict[str, str]):
    """Rows of a table in one direction. What they do not hold stays as it is, unless they are ``strict``."""

    def __init__(self, rows: Mapping[str, str], *, strict: bool, name: str) -> None:
        super().__init__(rows)
        self.strict = strict
        self.name = name

    def __missing__(self, key: str) -> str:
        if self.strict:
            raise ValueError(f"{key!r} does not stand in the table {self.name}; add a row for it")
        return key


class Table(Rows):
    """A code table: code -> word. ``back`` is the same the other way.

    Where two codes mean one word, the first one named is written.
    """

    def __init__(self, rows: Mapping[str, str], *, strict: bool = False, name: str = "") -> None:
        super().__init__(rows, strict=strict, name=name)
        back: dict[str, str] = {}
        for code, word in rows.items():
            back.setdefault(word, code)
        self.back = Rows(back, strict=strict, name=name)
