"""House rules that a program can check."""

import ast
import importlib
import re
import subprocess

import pytest

from gateway.errors import GatewayError
from gateway.pipeline.route import ROUTE
from gateway.pipeline.task import StepName
from gateway.tracking.case import CAUSES
from tests.architecture.house import ROOT, modules


def test_rooms_are_small():
    for module in modules().values():
        lines = module.text.count("\n")
        assert lines <= 300, f"{module.name} has {lines} lines: there is a second noun in it"


def test_functions_are_small():
    long = []
    for module in modules().values():
        if ".versions." in module.name:
            continue  # A migration is a list of statements, made by a program.
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > 50:
                    long.append(f"{module.name}:{node.lineno} {node.name} has {lines} lines")
    assert not long, "\n".join(long)


def test_every_module_says_what_it_is():
    silent = [
        module.name for module in modules().values() if not ast.get_docstring(module.tree) and module.text.strip()
    ]
    assert not silent, silent


def test_only_the_worker_and_the_roof_catch_broadly():
    """One place decides what an unexpected error means for a document; the others keep a long-lived loop alive."""
    broad = set()
    for module in modules().values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ExceptHandler):
                names = (
                    {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)} if node.type else {"bare"}
                )
                if names & {"bare", "Exception", "BaseException"}:
                    broad.add(module.name)
    assert broad <= {
        "gateway.pipeline.worker",  # A step that fails is tried again or parked.
        "gateway.ledger.database",  # A piece of work that fails takes no other of its group with it.
        "gateway.ledger.postgres.unit_of_work",  # What fails at the end of a transaction is told to its own piece.
        "gateway.ledger.postgres.database",  # A transaction is undone whatever happens, and the error goes on.
        "gateway.server",  # A watch that fails begins anew.
        "gateway.web.app",  # A request that fails is answered without a trace of the inside.
        "gateway.transports.as2.front",  # Likewise, at the door for AS2.
        "gateway.transports.rest.receiver",  # What was taken in of a broken upload is dropped, and the error goes on.
        "gateway.bootstrap",  # The lock is let go of whatever happens, and the error goes on.
    }, broad


def test_nothing_is_unfinished_or_muted():
    marks = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b|type: ignore")
    for module in modules().values():
        found = marks.search(module.text)
        assert not found, f"{module.name} says {found.group()}"


def test_every_step_is_in_the_route_and_every_step_that_follows_is_too():
    assert set(ROUTE) == set(StepName)
    for leg in ROUTE.values():
        assert set(leg.then) <= set(ROUTE)


def test_every_error_says_what_to_do_next():
    def below(kind: type) -> list[type]:
        return [kind, *(each for child in kind.__subclasses__() for each in below(child))]

    for name in modules():
        if name != "gateway.__main__" and ".migrations." not in name:
            importlib.import_module(name)
    codes: dict[str, type] = {}
    for kind in below(GatewayError):
        if not kind.__module__.startswith("gateway."):
            continue
        text = " ".join((kind.__doc__ or "").split())
        assert text.count(". ") >= 1 or ", " in text, f"{kind.__name__} doesn't say what to do: {text!r}"
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", kind.code), kind
        assert codes.setdefault(kind.code, kind) is kind, (
            f"{kind.__name__} and {codes[kind.code].__name__} share a code"
        )


@pytest.mark.parametrize("cause", sorted(CAUSES))
def test_every_case_names_its_owner_and_the_next_action(cause):
    row = CAUSES[cause]
    assert row.owner and row.title and len(row.next_action) > 20


def test_every_cause_that_the_code_names_is_in_the_table():
    used = set()
    for module in modules().values():
        if module.room == "pipeline":
            used |= set(re.findall(r"(?:Park|open_case)\(\s*(?:uow, world, )?\"([a-z-]+)\"", module.text))
    assert used and used <= set(CAUSES), used - set(CAUSES)


def _tracked() -> list[str]:
    if not (ROOT / ".git").exists():  # The sources alone: everything but what make makes.
        made = {".venv", "build", "data", "__pycache__", ".mypy_cache", ".ruff_cache", ".hypothesis"}
        files = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        return [str(path) for path in files if not made & set(path.parts)]
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in answer.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_private_key_and_no_registry_host_is_in_the_repository():
    private = re.compile(rb"BEGIN [A-Z ]*PRIVATE KE" + b"Y")
    hosts = re.compile(rb"(?:pypi\.org|pythonhosted|registry\.npmjs|deb\.debian" + rb"\.org)")
    for name in _tracked():
        data = (ROOT / name).read_bytes()
        assert not private.search(data), f"{name} holds a private key"
        assert not hosts.search(data) or name == "tests/architecture/test_rules.py", (
            f"{name} names the host of a registry"
        )


def test_no_corpus_file_was_copied(corpus):
    import hashlib

    strangers = {
        hashlib.sha256(path.read_bytes()).digest()
        for path in corpus.rglob("*")
        if path.is_file() and path.stat().st_size > 200
    }
    ours = {name: hashlib.sha256((ROOT / name).read_bytes()).digest() for name in _tracked()}
    assert not [name for name, digest in ours.items() if digest in strangers]


def _names(project: dict) -> list[str]:
    """Return what the project and its extras depend on; an extra that names another one is no dependency."""
    texts = project["dependencies"] + [text for extra in project["optional-dependencies"].values() for text in extra]
    return [name for text in texts if (name := re.split(r"[>=<\[]", text)[0]) != project["name"]]


def test_every_dependency_has_its_reason():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    why = (ROOT / "docs" / "why.md").read_text(encoding="utf-8")
    names = _names(project)
    assert not [name for name in names if f"`{name}`" not in why]


def test_every_version_is_pinned():
    pinned = {
        line.partition("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
    }
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = _names(project)
    assert not [name for name in names if name.lower().replace("_", "-") not in pinned]
