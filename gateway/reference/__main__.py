"""``python -m gateway.reference docs`` writes the reference below a folder."""

from __future__ import annotations

import sys
from pathlib import Path

from gateway.reference import write_reference


def main(arguments: list[str]) -> int:
    """Write the reference and name what changed."""
    if len(arguments) != 1:
        sys.stderr.write("Name the folder to write to: python -m gateway.reference docs\n")
        return 2
    for name in write_reference(Path(arguments[0])):
        sys.stdout.write(f"wrote {arguments[0]}/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
