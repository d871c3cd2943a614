"""A running gateway and a running django-pyas2 side by side: signed and encrypted messages in, signed receipts in the answer.

Each is one process on SQLite and loopback, durable before it answers, and gets messages from the same client: raw sockets, one
request a connection, as both servers want it. The gateway does more: it reads, judges and translates every document and hands it
to an ERP folder, and its CPU time is counted until that is done. django-pyas2 runs under gunicorn and stores a file; with two
workers its SQLite loses messages to locks.
"""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from bench.as2_worker import ASKED, spool
from bench.pipeline import invoice
from bench.x12 import ROOT, target
from gateway.as2.capture import read_capture
from gateway.as2.cms.keys import load_identity
from gateway.as2.mdn_reading import read_mdn
from gateway.as2.message import Keys, Marks, Payload, Terms, pack
from gateway.as2.reconciliation import Sent, Verdict, reconcile
from gateway.as2.slices import Slice

OURS, THEIRS = "BENCHBUYER", "BENCHSUPPLIER"
CLIENTS = (1, 16, 128)
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A server that runs: where it takes messages, whose CPU time counts, and how many documents it has stored for good."""

    name: str
    url: str
    process: subprocess.Popen[bytes]
    stored: Callable[[], int]

    def cpu(self) -> float:
        """CPU seconds of the process and of its children, those that ended too."""
        mine = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii").split()
        total = 0
        for pid in [str(self.process.pid), *mine]:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICK


@dataclass(frozen=True)
class Result:
    """Messages a second until the last receipt, and CPU milliseconds a message until all is done."""

    rate: float
    cpu: float


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until something listens."""
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit(f"a server did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")


@contextmanager
def running(command: list[object], port: int, folder: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends."""
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(word) for word in command], cwd=ROOT, stdout=output, stderr=output, env=os.environ | environment
        )
    try:
        wait_for(port, process, log)
        yield process
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def gateway(folder: Path) -> Iterator[Server]:
    """Run our gateway with one supplier."""
    config, data, port = folder / "gateway" / "config", folder / "gateway" / "data", free_port()
    for name, source in (("own/main.pem", "certificate.pem"), ("partners/supplier/main.pem", "certificate.pem")):
        place = config / "certs" / name
        place.parent.mkdir(parents=True)
        shutil.copy(folder / source, place)
    (data / "keys").mkdir(parents=True)
    shutil.copy(folder / "key.pem", data / "keys" / "main.pem")
    (data / "keys" / "main.pem").chmod(0o600)
    as2 = {"names": [THEIRS], "certificates": [{"file": "certs/partners/supplier/main.pem"}]}
    agreement = {"document": "810", "direction": "inbound", "role": "buyer", "acknowledgment": {"send": "none"}}
    texts = {
        "gateway.yaml": {"as2": {"port": port}, "erps": {"main": {"kind": "folder", "path": "to-erp"}}},
        "partners/own.yaml": {
            "name": "Bench", "identities": [{"qualifier": "ZZ", "id": OURS}],
            "as2": {"names": [OURS], "keys": [{"name": "main"}]},
        },
        "partners/supplier.yaml": {
            "partner": "supplier", "name": "Supplier", "identities": [{"qualifier": "ZZ", "id": THEIRS}],
            "channels": {"as2": as2}, "agreements": [agreement],
        },
    }  # fmt: skip
    (config / "partners").mkdir()
    for name, text in texts.items():
        (config / name).write_text(yaml.safe_dump(text), encoding="utf-8")
    places = {"GATEWAY_CONFIG_DIR": str(config), "GATEWAY_DATA_DIR": str(data), "GATEWAY_PORT": "0"}
    with running([sys.executable, "-m", "gateway", "serve"], port, folder / "gateway", **places) as process:
        invoices = data / "to-erp" / "invoice"
        yield Server(
            "gateway", f"http://127.0.0.1:{port}/as2", process,
            lambda: len(list(invoices.glob("*.json"))) if invoices.exists() else 0,
        )  # fmt: skip


@contextmanager
def django(folder: Path, python: Path) -> Iterator[Server]:
    """Run django-pyas2 with the same key and partner."""
    place, port = folder / "django", free_port()
    place.mkdir()
    (place / "own.pem").write_bytes((folder / "key.pem").read_bytes() + (folder / "certificate.pem").read_bytes())
    said = {
        "own_name": OURS, "own_url": "http://127.0.0.1:1/", "own_key": str(place / "own.pem"), "listen": f"127.0.0.1:{port}",
        "name": THEIRS, "url": "http://127.0.0.1:1/", "certificate": str(folder / "certificate.pem"),
        "agreed": {"signature": "sha256", "encryption": "aes_256_cbc"},
    }  # fmt: skip
    (place / "partner.json").write_text(json.dumps(said), encoding="utf-8")
    program = ROOT / "tests" / "peers" / "django_partner.py"
    subprocess.run([python, program, place, "seed"], check=True, cwd=ROOT)
    workers = ["--workers", 1, "--no-control-socket", "--bind", f"127.0.0.1:{port}", "--backlog", 512, "--timeout", 300]
    command = [python, "-m", "gunicorn", "--chdir", program.parent, *workers, "django_partner:wsgi"]
    with running(command, port, place, DJANGO_PARTNER=str(place)) as process:
        inbox = place / "messages" / OURS / "inbox" / THEIRS
        yield Server(
            "django-pyas2", f"http://127.0.0.1:{port}/pyas2/as2receive", process,
            lambda: len(list(inbox.iterdir())) if inbox.exists() else 0,
        )  # fmt: skip


class Client:
    """Makes messages, each with an invoice of its own, and posts them."""

    def __init__(self, folder: Path) -> None:
        self.identity = load_identity((folder / "key.pem").read_bytes() + (folder / "certificate.pem").read_bytes())
        self.number = 0

    def message(self, url: str) -> tuple[bytes, Sent]:
        """Make a request as it goes over the wire."""
        self.number += 1
        host, path = urlsplit(url).netloc, urlsplit(url).path
        terms = Terms(THEIRS, OURS, signer=self.identity, recipients=(self.identity.certificate,), receipt=ASKED)
        marks = Marks(f"<{self.number}@bench>", datetime.now(UTC), os.urandom)
        packed = pack([Payload(Slice(invoice(self.number)), "i.edi", "application/edi-x12")], terms, marks, spool)
        head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n".encode()
        return head + packed.headers.to_bytes() + b"\r\n" + packed.body.read(), Sent(packed.message_id, packed.mics)

    def check(self, sent: Sent, answer: bytes) -> None:
        """Prove that an answer is the signed receipt for what was sent."""
        headers, body = read_capture(Slice(answer), spool, 1 << 20)
        keys = Keys([self.identity], [self.identity.certificate])
        mdn = read_mdn(headers, body, keys, random=os.urandom, new_spool=spool)
        found = reconcile(sent, mdn)
        assert found.verdict is Verdict.DELIVERED, found.text

    async def post(self, url: str, messages: list[tuple[bytes, Sent]], clients: int) -> list[bytes]:
        """Post all of them by so many clients at once; return the answers in order."""
        host, port = urlsplit(url).hostname, urlsplit(url).port
        answers = [b""] * len(messages)
        waiting = iter(range(len(messages)))

        async def one() -> None:
            for number in waiting:
                reader, writer = await asyncio.open_connection(host, port)
                writer.write(messages[number][0])
                answers[number] = await reader.read(-1)
                writer.close()

        await asyncio.gather(*(one() for _ in range(clients)))
        return answers


def load(server: Server, client: Client, clients: int, count: int) -> Result:
    """Send ``count`` messages by so many clients, wait until all are done, and prove every receipt."""
    messages = [client.message(server.url) for _ in range(count)]
    before, cpu = server.stored(), server.cpu()
    begin = time.perf_counter()
    answers = asyncio.run(client.post(server.url, messages, clients))
    took = time.perf_counter() - begin
    for (_, sent), answer in zip(messages, answers, strict=True):
        client.check(sent, answer)
    while server.stored() < before + count:
        if time.perf_counter() - begin > took + 60:
            raise SystemExit(f"{server.name} has {server.stored() - before} of {count} documents")
        time.sleep(0.05)
    used = server.cpu() - cpu
    return Result(count / took, 1000 * used / count)


def servers(folder: Path, peers: Path, count: int, say: Callable[[str], None]) -> None:
    """Measure both servers, print the table and the ratios."""
    found: dict[tuple[str, int], Result] = {}
    with gateway(folder) as ours, django(folder, peers) as theirs:
        client = Client(folder)
        for server in (ours, theirs):
            load(server, client, 4, 20)  # So that nobody is measured while it warms up.
        for clients in CLIENTS:
            for server, share in ((ours, 1), (theirs, 4)):
                say(f"{server.name}: {clients} clients")
                found[server.name, clients] = load(server, client, clients, max(count // share, 50))
    print(f"\n{'':26}{'messages/s':>12}{'CPU ms each':>13}")
    for (name, clients), result in found.items():
        print(f"{f'{name}, {clients} clients':26}{result.rate:12.0f}{result.cpu:13.2f}")
    print("\nTargets")
    for clients in CLIENTS:
        one, other = found["gateway", clients], found["django-pyas2", clients]
        target(f"{clients} clients: messages a second, times django-pyas2", one.rate / other.rate, 10)
        print(
            f"{f'{clients} clients: CPU a message, django-pyas2 times ours':62}{other.cpu / one.cpu:8.2f}   no target"
        )
