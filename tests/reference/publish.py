"""The canonical schemas as they were published under a version; those who hold to that version must be able to go on.

``python -m tests.reference.publish`` writes down those of the present version, each once: message types that came since are
added. ``--again`` overwrites them all, which is right only while that version has not been given to anybody.
"""

import json
import sys
from pathlib import Path
from typing import Any

from gateway.canonical.message import MESSAGE_TYPES, SCHEMA_VERSION

FOLDER = Path(__file__).parents[1] / "vectors" / "schemas"


def published(version: str) -> dict[str, Any]:
    """Return the schemas that were published under a version, by message type."""
    return json.loads((FOLDER / f"{version}.json").read_text(encoding="utf-8"))


def main(arguments: list[str]) -> int:
    path = FOLDER / f"{SCHEMA_VERSION}.json"
    found = published(SCHEMA_VERSION) if path.exists() and "--again" not in arguments else {}
    new = {name: bare(row.json_schema()) for name, row in MESSAGE_TYPES.items() if name not in found}
    if not new:
        sys.stderr.write(f"{SCHEMA_VERSION} is published. Raise SCHEMA_VERSION in gateway/canonical/message.py.\n")
        return 1
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f'"{name}":{json.dumps(schema, separators=(",", ":"))}' for name, schema in (found | new).items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return 0


def bare(node: Any, *, names: bool = False) -> Any:
    """Leave titles and descriptions away, which bind nobody; ``names``: the keys are names of properties or models."""
    if isinstance(node, list):
        return [bare(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: bare(value, names=not names and key in ("properties", "$defs"))
        for key, value in node.items()
        if names or key not in ("title", "description", "default")
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
