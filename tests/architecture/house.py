"""The house as data: its modules, what each imports, and on which floor it stands."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

# From the ground up. A room may import what stands below its floor, and on its own floor only itself.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "trace", "located", "files", "logs", "stamps"),
    ("canonical",),
    ("x12", "as2", "tracking"),
    ("mapping", "trading"),
    ("inventory", "shipped"),
    ("settings", "configuration", "keyring"),
    ("pipeline",),
    ("web",),
    ("transports", "erp", "systems", "events", "evidence", "ledger"),
    ("doors", "mailboxes", "publishing", "reconciling", "stores"),
    ("bootstrap",),
    ("server",),
    ("demo", "simulation", "reference", "cli", "__main__"),
)
# Rooms that may know of a neighbour on their floor, each with the reason.
NEIGHBOURS = {
    ("located", "errors"),  # A place in a file is part of the errors about it.
    ("logs", "trace"),  # Each log line carries the tracking id.
    ("logs", "errors"),  # The words of our own errors may stand in a log line; those of others may not.
    ("configuration", "settings"),
    ("cli", "simulation"),  # `gateway simulate` is one too.
    ("cli", "demo"),  # `gateway demo` is a command like the others.
    ("cli", "reference"),
    ("reference", "cli"),  # The reference lists the commands.
    ("__main__", "cli"),
}
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


@dataclass(frozen=True)
class Module:
    """One file: its dotted name, its tree, and the modules of ours and of others that it imports."""

    name: str
    path: Path
    tree: ast.Module
    text: str

    @property
    def room(self) -> str:
        """The part of the name that stands on a floor."""
        return self.name.split(".")[1] if "." in self.name else ""

    @property
    def imports(self) -> set[str]:
        """Dotted names of what it imports, wherever in the file that stands; a module for a name in it."""
        found = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    found.add(inner if _path(inner).exists() else node.module)
        return found


def _path(name: str) -> Path:
    file = ROOT.joinpath(*name.split(".")).with_suffix(".py")
    return file if file.exists() else ROOT.joinpath(*name.split("."), "__init__.py")


@cache
def modules() -> dict[str, Module]:
    """Return every module of the house by name."""
    found = {}
    for path in sorted((ROOT / "gateway").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        found[name] = Module(name, path, ast.parse(text), text)
    return found


def own_imports(module: Module) -> set[str]:
    """Return the modules of the house that a module imports."""
    known = modules()
    return {name for name in module.imports if name in known and name != module.name}
