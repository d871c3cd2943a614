"""What the README promises: its walk to a first partner is carried out as it stands, and its links lead somewhere."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from gateway.configuration import load_configuration
from gateway.settings import Environment, load_settings
from tests.architecture.house import FLOORS, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


def _walk() -> tuple[dict[str, str], list[str]]:
    """The files and the commands of the walk, in order."""
    text = README[README.index("## Your first partner") : README.index("## How it is built")]
    files, commands = {}, []
    for language, body in BLOCK.findall(text):
        if language == "sh":
            commands.append(body)
        else:
            head, _, rest = body.partition("\n")
            name = head.removeprefix("# ")
            assert "." in name, f"a block of the walk begins with the name of its file, not {head!r}"
            files[name] = rest if language in ("json", "x12") else body
    return files, commands


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _curl(folder: Path) -> list[str]:
    """Return a folder with a curl of our own where the machine has none."""
    if shutil.which("curl"):
        return []
    made = folder / "bin" / "curl"
    made.parent.mkdir()
    made.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "tests/support/curl.py"}" "$@"\n')
    made.chmod(0o755)
    return [str(made.parent)]


def test_the_walk_to_a_first_partner_works_as_it_stands(tmp_path, free_port):
    files, commands = _walk()
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    marks = [f"echo '@@ {number}'\n{each}" for number, each in enumerate(commands, start=1)]
    script = "set -e\ntrap 'kill $(jobs -p) && wait' EXIT\n" + "\n".join(marks)
    script = script.replace("127.0.0.1:8080", f"127.0.0.1:{free_port}")
    environment = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), *_curl(tmp_path), os.environ["PATH"]]),
        "HOME": str(tmp_path),
        "GATEWAY_PORT": str(free_port),
        "COLUMNS": "200",
    }
    running = subprocess.Popen(
        ["bash", "-c", script], cwd=tmp_path, env=environment, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        said, _ = running.communicate(timeout=90)
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
    log = tmp_path / "gateway.log"
    assert running.returncode == 0, said + (log.read_text() if log.exists() else "")
    _check(said, tmp_path)


def _check(said: str, folder: Path) -> None:
    first, second, third, fourth = said.split("@@ ")[1:]
    assert "all right: 1 partners, 4 agreements" in first
    assert "clean, 1 of 1 documents accepted" in second and '"invoice_number": "INV-90017"' in second
    assert _first_object(third)["state"] == "received"
    assert "delivered" in third
    [delivered] = (folder / "data" / "to-erp" / "invoice").glob("*.json")
    assert json.loads(delivered.read_text())["body"]["lines"][0]["quantity"] == {"value": "40", "unit": "each"}
    assert "PO1*1*40*EA*12.75**BP*B-1007" in fourth
    assert [item["set"] for item in _first_object(fourth)["items"]] == ["997", "850"]


def _first_object(text: str) -> dict:
    return json.JSONDecoder().raw_decode(text[text.index("{") :])[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        assert link.startswith("http") or (page.parent / link).exists(), link


def test_the_floors_that_the_readme_shows_are_those_of_the_test():
    table = README[README.index("| floor | rooms") : README.index("One inbound document:")]
    shown = [set(re.findall(r"`(\w+)`", row.split("|")[2])) for row in table.splitlines()[2:] if row.startswith("|")]
    known = [set(rooms) - {"__main__"} for rooms in reversed(FLOORS)]
    assert shown == [set().union(*known[:3]), *known[3:]], "the roof is one row, every other floor has its own"


def test_every_page_of_the_docs_is_reached_from_the_readme():
    reached = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    for page in (ROOT / "docs").glob("*.md"):
        assert f"docs/{page.name}" in reached or f"({page.name})" in reached, page.name


def _joined(whole, piece):
    """What a file says with a piece of the pages added to it."""
    if not (isinstance(whole, dict) and isinstance(piece, dict)):
        return piece
    return whole | {key: _joined(whole.get(key), value) for key, value in piece.items()}


def test_the_examples_of_the_pages_on_files_are_right(tmp_path):
    """Every YAML block that names its file is loaded, with the partner of the README."""
    files = {name: text for name, text in _walk()[0].items() if name.endswith(".yaml")}
    pieces: list[tuple[str, str]] = []
    for page in ("profiles.md", "how-to.md"):
        for language, body in BLOCK.findall((ROOT / "docs" / page).read_text(encoding="utf-8")):
            if language == "yaml":
                name = body.partition("\n")[0].removeprefix("# ")
                if name.startswith("into "):
                    pieces.append((name.removeprefix("into "), body))
                else:
                    files[name] = body
    use = "guide: maple/810, profile: maple/810"
    files["partners/maple.yaml"] = files["partners/maple.yaml"].replace('"810", direction', f'"810", {use}, direction')
    for name, piece in pieces:
        files[name] = yaml.safe_dump(_joined(yaml.safe_load(files[name]), yaml.safe_load(piece)))
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    settings = load_settings(Environment(config_dir=tmp_path))
    configuration = load_configuration(tmp_path, frozenset(settings.gateway.erps))
    assert configuration.guide("maple/810").rules
    assert configuration.mapping("maple/810", "004010").plan
