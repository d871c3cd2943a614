"""Help with an example for each command, and no traceback whatever is typed."""

import os
import subprocess
import sys

import pytest

from gateway.cli import ROOMS, command_line
from gateway.cli.examples import EXAMPLES, commands
from tests.cli.command import gateway_command
from tests.conftest import ROOT
from tests.support.x12 import invoice

NAMES = [name for name, _ in commands(command_line())]


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_each_command_ends_with_an_example(name):
    found = gateway_command(*name.split(), "--help", COLUMNS="200")
    assert (found.code, found.err) == (0, "")
    assert found.lines[-1].strip() == f"Example: {EXAMPLES[name]}"
    assert f"gateway {name}" in EXAMPLES[name]


@pytest.mark.parametrize("words", sorted({name.split()[0] for name in NAMES}))
def test_a_command_comes_with_its_own_room_only(words):
    assert {name.split()[0] for name, _ in commands(command_line([words]))} in map(set, ROOMS.values())


def test_the_rooms_have_all_commands_in_the_order_in_which_they_are_listed():
    named = dict.fromkeys(name.split()[0] for name in NAMES)
    assert set(named) == {word for words in ROOMS.values() for word in words}


def test_a_command_for_files_needs_no_server_and_no_database():
    words = "import sys, gateway.cli; gateway.cli.command_line(['check']); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True
    )
    assert not {"aiohttp", "sqlalchemy", "asyncssh"} & set(loaded.stdout.split())


def test_every_example_belongs_to_a_command():
    assert set(EXAMPLES) == set(NAMES)


@pytest.mark.parametrize("words", [(), ("partner",), ("cert",), ("db",), ("mapping",), ("x12",)])
def test_without_a_command_the_commands_are_listed(words):
    found = gateway_command(*words)
    assert "Commands" in found.out + found.err


@pytest.mark.parametrize(
    "words",
    [
        ("chekc",),
        ("check",),
        ("check", "--jsno", "x"),
        ("ack",),
        ("compose", "x.json"),
        ("partner", "chekc"),
        ("trace",),
        ("key", "sap", "--role", "admin"),
    ],
)
def test_what_is_typed_wrong_is_answered_with_usage(words):
    found = gateway_command(*words)
    assert (found.code, found.out) == (2, "")
    assert "Usage: gateway" in found.err


def test_a_wrong_variable_is_a_sentence_for_each_command_that_reads_it():
    for words in (("serve",), ("cases",), ("partner", "check"), ("db", "upgrade"), ("check", "x", "-p", "acme")):
        found = gateway_command(*words, GATEWAY_PORT="eighty")
        assert (found.code, found.out) == (2, "")
        assert "environment:1: GATEWAY_PORT: " in found.err and "correct it, or: unset GATEWAY_PORT" in found.err


def test_a_broken_configuration_keeps_serve_from_starting(tmp_path):
    (tmp_path / "gateway.yaml").write_text("erps: [")
    found = gateway_command("serve", config=tmp_path, data=tmp_path / "data")
    assert found.code == 2 and f"{tmp_path}/gateway.yaml:" in found.err


def _shell(line: str, **variables: str) -> subprocess.CompletedProcess:
    env = {**os.environ, "GATEWAY_CONFIG_DIR": str(ROOT), "PATH": f"{os.path.dirname(sys.executable)}:/usr/bin:/bin"}
    return subprocess.run(["bash", "-c", line], capture_output=True, env={**env, **variables}, cwd=ROOT, timeout=60)


def test_a_reader_that_goes_away_early_brings_no_traceback(tmp_path):
    (tmp_path / "many.edi").write_text("".join(invoice(number) for number in range(1, 400)))
    found = _shell(f"gateway translate {tmp_path}/many.edi | head -1")
    assert found.stdout.startswith(b'{"type": "invoice"')
    assert b"Traceback" not in found.stderr and b"Exception" not in found.stderr


def test_a_terminal_that_knows_ascii_only_gets_no_traceback(tmp_path):
    (tmp_path / "x.edi").write_text(invoice().replace("First part", "Überzug"), encoding="latin-1")
    found = _shell(
        f"gateway check {tmp_path}/x.edi; gateway translate --faulty {tmp_path}/x.edi", PYTHONIOENCODING="ascii"
    )
    assert found.stdout
    assert b"Traceback" not in found.stderr


def test_a_name_that_is_no_text_brings_no_traceback(tmp_path):
    path = tmp_path / os.fsdecode(b"\xff\xfe.edi")
    path.write_text(invoice())
    found = gateway_command("check", path)
    assert found.code == 0 and "\\udcff\\udcfe.edi: clean" in found.out
    assert gateway_command("check", "--json", path).code == 0
    assert gateway_command("check", f"{path}x").code == 2


def test_an_address_in_use_is_a_sentence(tmp_path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        found = gateway_command("serve", config=tmp_path, data=tmp_path / "data", GATEWAY_PORT=port)
    assert found.code == 2
    assert "address already in use" in found.err
