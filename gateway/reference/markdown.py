"""Pages of Markdown: a title, words, tables. A row of a table is one line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTICE = "<!-- Made from the code by: make schemas. Change the code, not this page. -->"


def page(title: str, words: str, *parts: str) -> str:
    """Return a page."""
    return "\n\n".join([f"# {title}", NOTICE, words, *parts]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table."""
    lines = [_line(heads), "|" + " --- |" * len(heads)]
    return "\n".join([*lines, *(_line(row) for row in rows)])


def code(text: str) -> str:
    """Return text as code; nothing for nothing."""
    return f"`{text}`" if text else ""


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(_escaped(cell).split()) for cell in cells) + " |"


def _escaped(cell: str) -> str:
    """Bars end a cell, and what looks like a tag outside of code would vanish."""
    parts = cell.replace("|", "\\|").split("`")
    parts[::2] = [part.replace("<", "&lt;") for part in parts[::2]]
    return "`".join(parts)
