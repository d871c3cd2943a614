"""The floors are a test: nobody imports upward, no neighbour knows another, nothing goes in a circle."""

import ast

from tests.architecture.house import FLOOR_OF, NEIGHBOURS, modules, own_imports

PURE = ("canonical", "x12", "as2", "tracking", "mapping", "pipeline")
WORLD = {
    "asyncio", "socket", "ssl", "http", "urllib", "subprocess", "random", "secrets", "time", "threading", "aiohttp",
    "sqlalchemy", "sqlite3", "requests", "httpx", "tempfile", "shutil",
}  # fmt: skip


def test_every_room_stands_on_a_floor():
    rooms = {module.room for module in modules().values() if module.room}
    assert rooms <= set(FLOOR_OF), f"on no floor: {rooms - set(FLOOR_OF)}; name them in tests/architecture/house.py"


def test_nobody_imports_upward_or_a_neighbour():
    wrong = []
    for module in modules().values():
        for name in own_imports(module):
            room = modules()[name].room
            if not room or not module.room or room == module.room or (module.room, room) in NEIGHBOURS:
                continue
            if FLOOR_OF[room] >= FLOOR_OF[module.room]:
                wrong.append(f"{module.name} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_transports_and_connectors_do_not_know_one_another():
    for module in modules().values():
        if module.name.startswith("gateway.transports."):
            own = module.name.split(".")[2]
            others = {name for name in own_imports(module) if name.startswith("gateway.transports.")}
            assert all(name.split(".")[2] == own for name in others), f"{module.name} imports {others}"


def test_no_import_goes_in_a_circle():
    seen: dict[str, int] = {}
    path: list[str] = []

    def visit(name: str) -> None:
        seen[name] = 1
        path.append(name)
        for following in sorted(own_imports(modules()[name])):
            assert seen.get(following) != 1, f"a circle: {' > '.join([*path[path.index(following) :], following])}"
            if following not in seen:
                visit(following)
        path.pop()
        seen[name] = 2

    for name in sorted(modules()):
        if name not in seen:
            visit(name)


def test_pure_rooms_know_no_clock_socket_file_or_chance():
    """Bytes in, bytes out. The pipeline alone may use asyncio: its steps wait, but never for a thing of their own."""
    for module in modules().values():
        if module.room not in PURE:
            continue
        packages = {name.split(".")[0] for name in module.imports}
        allowed = {"asyncio"} if module.room == "pipeline" else set()
        assert not packages & WORLD - allowed, f"{module.name} imports {packages & WORLD - allowed}"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "open", f"{module.name}:{node.lineno} opens a file"
            if isinstance(node, ast.Attribute):
                now = node.attr in ("now", "utcnow", "today") and isinstance(node.value, ast.Name)
                assert not (now and node.value.id in ("datetime", "date")), (
                    f"{module.name}:{node.lineno} asks for the time"
                )


def test_pipeline_knows_no_package_that_talks_to_the_world():
    for module in modules().values():
        if module.room == "pipeline":
            packages = {name.split(".")[0] for name in module.imports}
            assert packages <= {
                "__future__", "asyncio", "collections", "dataclasses", "datetime", "decimal", "enum", "functools", "gateway",
                "hashlib", "pydantic", "structlog", "typing",
            }, f"{module.name} imports {packages}"  # fmt: skip


def test_one_file_knows_the_concrete_classes():
    """Senders, connectors, ledger and vault are joined in bootstrap and nowhere else below the roof."""
    concrete = {"gateway.ledger.database", "gateway.ledger.vault", "gateway.erp.http", "gateway.transports.rest.sender"}
    for module in modules().values():
        if FLOOR_OF.get(module.room, 99) < FLOOR_OF["bootstrap"] and module.room != "ledger":
            assert not own_imports(module) & concrete, f"{module.name} imports {own_imports(module) & concrete}"
