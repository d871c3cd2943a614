"""Programs of others in processes of their own: asked line by line, working on files. Their answers are all we see."""

import subprocess
from pathlib import Path

from gateway.as2.capture import read_capture
from gateway.as2.headers import Headers
from gateway.as2.slices import Slice
from tests.conftest import ROOT

PEERS = ROOT / "tests" / "peers"
ENVIRONMENT = ROOT / ".venv-peers"
PYTHON = ENVIRONMENT / "bin" / "python"


class Refused(Exception):
    """The peer could not do it, and said why."""


class Peer:
    """A program that answers requests of one line each; ``log`` gets what it writes beside them."""

    def __init__(self, command: list[object], log: Path) -> None:
        self.log = log
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, encoding="utf-8",
            )  # fmt: skip

    def ask(self, verb: str, **words: object) -> dict[str, str]:
        """Ask it for something and return what it says; raises Refused with its error. None leaves a word out."""
        given = [f"{name}={value}" for name, value in words.items() if value is not None]
        self.process.stdin.write("\t".join([verb, *given]) + "\n")
        self.process.stdin.flush()
        said, *found = self.process.stdout.readline().rstrip("\n").split("\t")
        assert said in ("ok", "no"), f"the peer ended:\n{self.log.read_text()[-3000:]}"
        if said == "no":
            raise Refused(" ".join(found))
        return dict(word.split("=", 1) for word in found)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


def peers_python() -> Path:
    """The Python of the peers' environment, which `make` makes."""
    assert PYTHON.exists(), "the peers are not installed; run: make peers"
    return PYTHON


def as_file(headers: Headers, body: bytes) -> bytes:
    """A message as the peers read it: its HTTP head, an empty line, the body."""
    return headers.to_bytes() + b"\r\n" + body


def from_file(path: Path) -> tuple[Headers, bytes]:
    """A message as a peer wrote it."""
    raw = path.read_bytes()
    assert raw, "the peer wrote nothing"
    headers, body = read_capture(Slice(raw), None, len(raw))
    return headers, body.read()
