"""Sets the supplier that speaks SFTP to work, and compares what it saw with what the gateway says and the ERP stored."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.demo.processes import DemoFailed, Processes
from gateway.demo.sftp_desk import FILES, PARTNER
from gateway.transports.sftp.host_keys import HostKeys

_DOOR = re.compile(r"sftp://127\.0\.0\.1:(\d+)")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the supplier saw: texts that it fetched, what it was told to fix for each file, and why it failed if it did."""

    fetched: dict[str, str] = field(default_factory=dict)
    explained: dict[str, list[str]] = field(default_factory=dict)
    problem: str = ""


def door_of(log: Path) -> int:
    """Return the port that the gateway took for SFTP; it has said so by the time at which all of its doors are open."""
    found = _DOOR.findall(log.read_text(encoding="utf-8"))
    if not found:
        raise DemoFailed(f"the gateway opened no door for SFTP. Look for sftp in {log}")
    return int(found[-1])


class SFTPSupplier:
    """The supplier's process: it does its job once, and ends."""

    def __init__(self, processes: Processes, folder: Path, port: int) -> None:
        self._processes = processes
        self._folder = folder
        self._port = port

    async def start(self) -> None:
        """Tell it our host keys, as its contact at our side would, and set it to work."""
        theirs = self._folder / PARTNER
        keys = HostKeys(self._folder / "data" / "sftp" / "host_keys").all()
        lines = [f"[127.0.0.1]:{self._port} {each.line}\n" for each in keys]
        (theirs / "known_hosts").write_text("".join(lines), encoding="utf-8")
        command = [sys.executable, "-m", "gateway.demo.sftp_desk", str(self._port), str(theirs)]
        await self._processes.start(PARTNER, command, wait=False)

    async def ended(self) -> Seen:
        """Wait for its end; return what it saw."""
        code, said = await self._processes.ended(PARTNER)
        if code == 0:
            return Seen(**json.loads(said))
        return Seen(problem=said.strip() or f"it ended with {code}")


def compare(
    seen: Seen, documents: list[dict[str, Any]], details: dict[str, Any], stored: list[dict[str, Any]]
) -> tuple[list[str], str]:
    """Return what is not as it must be, and the line for the screen."""
    if seen.problem:
        words = f"the supplier that speaks SFTP did not come through: {seen.problem}. Look for sftp in gateway.log of this run"
        return [words], "Over SFTP: nothing that counts"
    theirs = [each for each in documents if each["partner"] == PARTNER]
    keys = {row["key"] for row in stored}
    kept = [each for each in theirs if each["state"] == "delivered" and each["id"] in keys]
    refused = [each for each in theirs if each["state"] == "rejected"]
    written = [answer for each in theirs for answer in details[each["id"]]["acknowledgments"]]
    answers = sorted(answer["content"] for answer in written if answer["state"] == "sent")
    problems = []
    if len(kept) != 1 or len(refused) != 1:
        problems.append(f"of 2 files put over SFTP the ERP has {len(kept)}, and {len(refused)} were refused")
    if sorted(seen.fetched.values()) != answers or len(answers) != len(FILES):
        problems.append("what was fetched over SFTP are not the acknowledgments that the gateway counts as sent")
    fixes = [[fault["fix"] for fault in each["faults"]] for each in refused]
    if list(seen.explained.values()) != fixes or not all(fixes):
        problems.append("rejected/ does not explain what was refused over SFTP")
    line = (
        f"Over SFTP: {PARTNER} put {len(FILES)} files: {len(kept)} is at the ERP, rejected/ explains"
        f" {', '.join(seen.explained) or 'nothing'}; it fetched {len(seen.fetched)} acknowledgments from outbound/"
    )
    return problems, line
