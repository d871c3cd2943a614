"""docker-compose.yml: well formed; its commands, environment and health checks are run here as they stand there."""

import asyncio
import os
import re
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import jsonschema
import pytest
import yaml

from gateway.settings import Environment, GatewayText
from tests.conftest import ROOT
from tests.support.house import SUPPLIER_KEY, dump, supplier
from tests.support.postgres import own_server
from tests.support.postgres_keeper import binaries, free_port, user
from tests.support.x12 import invoice

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
# Each is a process that takes a second to start; the whole file runs where time does not matter.
OURS = ("receiver1", "receiver2", "worker1", "worker2")
STARTED = OURS if os.environ.get("GATEWAY_PROOF") else ("receiver1", "worker2")


def test_it_is_a_compose_file():
    schema = yaml.safe_load((ROOT / "tests/stories/compose_schema.yaml").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(COMPOSE, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(COMPOSE | {"services": {"a": {"image": "a:1", "helthcheck": {}}}}, schema)


def test_what_it_names_is_there():
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"], (name, volume)
        for other, how in service.get("depends_on", {}).items():
            assert "healthcheck" in SERVICES[other] or how["condition"] != "service_healthy", (name, other)
        target = service.get("build", {}).get("target")
        assert target is None or f" AS {target}\n" in (ROOT / "Dockerfile").read_text(), name


def test_its_gateway_yaml_names_services_of_it_and_what_they_need_is_installed():
    settings = yaml.safe_load((ROOT / "compose" / "gateway.yaml").read_text())
    addresses = [settings["erps"]["main"]["url"], settings["events"]["broker"]["url"]]
    assert [urlsplit(each).hostname for each in addresses] == ["erp", "nats"]
    assert {"erp", "nats"} <= set(SERVICES)
    assert ".[postgres,nats]" in (ROOT / "Dockerfile").read_text()
    GatewayText.model_validate(settings)


def test_no_password_stands_in_it_and_only_this_machine_gets_in():
    text = (ROOT / "docker-compose.yml").read_text()
    assert not re.search(r"(?i)password: *\"?(?!\$\{)[a-z0-9]", text)
    assert all(port.startswith("127.0.0.1:") for service in SERVICES.values() for port in service.get("ports", []))


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_one_that_the_gateway_reads(name):
    known = {f"GATEWAY_{field.upper()}" for field in Environment.model_fields}
    assert set(SERVICES[name]["environment"]) <= known


class Stand:
    """Where the services stand in for containers: host names and ports of the file, and what they are here."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder, self.database = folder, database
        self.ports: dict[tuple[str, str], int] = {}
        (folder / "vault").mkdir()

    def port(self, service: str, inside: str) -> int:
        return self.ports.setdefault((service, inside), free_port())

    def environment(self, service: str) -> dict[str, str]:
        given = dict(SERVICES[service].get("environment", {}))
        assert "@postgres:5432/gateway" in given["GATEWAY_DATABASE_URL"]
        here = {
            "GATEWAY_DATABASE_URL": self.database,
            "GATEWAY_CONFIG_DIR": str(self.folder / "config"),
            "GATEWAY_DATA_DIR": str(self.folder / service),
            "GATEWAY_VAULT": str(self.folder / "vault"),
            "GATEWAY_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port(service, given["GATEWAY_PORT"])),
        }
        assert set(given) == set(here), "each variable of the file is stood in for"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
        return kept | here

    def command(self, words: list[str], service: str) -> list[str]:
        inside = [port.split(":")[-1] for port in SERVICES[service].get("ports", [])] or ["8080"]
        made = []
        for word in words:
            for port in inside:
                word = re.sub(rf"\b{port}\b", str(self.port(service, port)), word)
            made.append(word.replace("/var/lib/gateway/", f"{self.folder}/").replace("0.0.0.0", "127.0.0.1"))
        programs = {"gateway": [str(Path(sys.executable).parent / "gateway")], "python": [sys.executable]}
        programs["python3"] = programs["python"]
        return [*programs[made[0]], *made[1:]]

    @asynccontextmanager
    async def running(self, *services: str):
        processes = []
        try:
            for service in services:
                variables = self.environment(service) if service in OURS else None
                command = self.command(SERVICES[service]["command"], service)
                log = (self.folder / f"{service}.log").open("wb")
                processes.append(
                    await asyncio.create_subprocess_exec(*command, env=variables, cwd=ROOT, stdout=log, stderr=log)
                )
                log.close()
            yield
        finally:
            for process in processes:
                process.terminate()
            codes = await asyncio.gather(*(process.wait() for process in processes))
        assert {code for code, service in zip(codes, services, strict=True) if service in OURS} == {0}, (
            "they stop in order"
        )

    async def healthy(self, service: str) -> bool:
        kind, *words = SERVICES[service]["healthcheck"]["test"]
        assert kind == "CMD"
        quiet = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(*self.command(words, service), stdout=quiet, stderr=quiet)
        return await process.wait() == 0

    async def until_healthy(self, *services: str) -> None:
        async with asyncio.timeout(60):
            for service in services:
                while not await self.healthy(service):
                    await asyncio.sleep(0.2)


async def test_its_commands_run_and_a_document_goes_from_a_receiver_to_the_erp(tmp_path):
    with own_server() as server:
        server.start()
        stand = Stand(tmp_path, f"{server.url}/postgres".replace("postgresql:", "postgresql+psycopg:"))
        text = (ROOT / "compose" / "gateway.yaml").read_text()
        assert "http://erp:9000/messages" in text
        erp = f"http://127.0.0.1:{stand.port('erp', '9000')}"
        dump(tmp_path / "config" / "gateway.yaml", yaml.safe_load(text.replace("http://erp:9000", erp)))
        dump(
            tmp_path / "config" / "partners" / "own.yaml", yaml.safe_load((ROOT / "partners" / "own.yaml").read_text())
        )
        dump(tmp_path / "config" / "partners" / "supplier.yaml", supplier())
        assert not await stand.healthy("receiver1"), "a check that nothing can fail says nothing"
        async with stand.running("erp", *STARTED), aiohttp.ClientSession() as session:
            await stand.until_healthy("erp", *STARTED)
            receivers = [name for name in STARTED if name.startswith("receiver")] * 2
            for name, number in zip(receivers, (1, 2), strict=False):
                door = f"http://127.0.0.1:{stand.port(name, '8080')}/api/v1/documents"
                body = invoice(number).replace("ACMEWORKS   ", "EXAMPLEWORKS").replace("ACMEWORKS", "EXAMPLEWORKS")
                headers = {"Authorization": f"Bearer {SUPPLIER_KEY}", "Content-Type": "application/edi-x12"}
                async with session.post(door, data=body, headers=headers) as response:
                    assert response.status == 202, await response.text()
            async with asyncio.timeout(30):
                while len(await _stored(session, erp)) < 2:
                    await asyncio.sleep(0.1)
            assert [(item["type"], item["received"]) for item in await _stored(session, erp)] == [("invoice", 1)] * 2


async def _stored(session, erp):
    async with session.get(f"{erp}/messages") as response:
        return await response.json()


async def test_the_database_is_asked_whether_it_is_ready(tmp_path):
    """The check of the service postgres, with the program of the same release."""
    kind, program, *words = SERVICES["postgres"]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "pg_isready")
    with own_server() as server:
        command = [str(binaries(tmp_path, user()) / program), *(str(server.port) if w == "5432" else w for w in words)]

        async def asked() -> int:
            return await (await asyncio.create_subprocess_exec(*command)).wait()

        assert await asked() == 2, "nobody answers"
        server.start()
        assert await asked() == 0


async def test_the_partner_is_healthy_when_it_speaks_ssh(tmp_path):
    stand = Stand(tmp_path, "")

    async def greet(_reader, writer):
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        await writer.drain()
        writer.close()

    assert not await stand.healthy("partner")
    server = await asyncio.start_server(greet, "127.0.0.1", stand.port("partner", "22"))
    async with server:
        assert await stand.healthy("partner")
