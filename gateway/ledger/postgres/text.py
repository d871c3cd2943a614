"""Text as PostgreSQL takes it: it holds every character but NUL, and partners send NULs too."""

from __future__ import annotations

from psycopg.types.string import StrDumper

NUL, SHOWN = "\0", "\N{SYMBOL FOR NULL}"


class TextDumper(StrDumper):
    """Writes text; a NUL becomes the sign for it. The bytes as they came lie in the vault."""

    def dump(self, obj: str) -> bytes:
        """Turn text into what goes over the wire."""
        return bytes(super().dump(obj.replace(NUL, SHOWN) if NUL in obj else obj) or b"")
