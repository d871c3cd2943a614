"""Starts and stops the processes of the demonstration, by their ids and nothing else."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

# What a process listens on: a line of its own, or what the gateway says when all of its doors are open.
_ADDRESS = re.compile(r"(?:^|listens on )(http://127\.0\.0\.1:\d+)", re.MULTILINE)


class DemoFailed(Exception):
    """Something of the play did not start or did not answer as it must."""


class Processes:
    """The processes of one run; each writes its log into the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, asyncio.subprocess.Process] = {}

    @property
    def pids(self) -> list[int]:
        """The ids of what runs."""
        return [process.pid for process in self._running.values()]

    async def start(
        self, name: str, command: list[str], environment: dict[str, str] | None = None, *, wait: bool = True
    ) -> str:
        """Start a process; with ``wait`` return the address that it says it listens on."""
        log = self._folder / f"{name}.log"
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *command,
                env=surroundings() | (environment or {}),
                stdout=output,
                stderr=output,
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        self._running[name] = process
        for _ in range(300 if wait else 0):
            found = _ADDRESS.findall(log.read_text(encoding="utf-8"))
            if found:
                return str(found[-1])
            if process.returncode is not None:
                raise DemoFailed(f"{name} ended at once: {log.read_text(encoding='utf-8')[-2000:]}")
            await asyncio.sleep(0.1)
        if wait:
            raise DemoFailed(f"{name} did not say its address within 30 s; see {log}")
        return ""

    async def ended(self, name: str) -> tuple[int, str]:
        """Wait until a process has ended by itself; return its exit code and what it said."""
        code = await self._running[name].wait()
        del self._running[name]
        return code, (self._folder / f"{name}.log").read_text(encoding="utf-8")

    def let_go(self) -> None:
        """Leave everything running."""
        self._running.clear()

    async def stop(self) -> None:
        """Stop everything."""
        for process in reversed(list(self._running.values())):
            await self._end(process)
        self._running.clear()

    @staticmethod
    async def _end(process: asyncio.subprocess.Process) -> None:
        if process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(15):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def surroundings() -> dict[str, str]:
    """Return our environment without the settings of a gateway: the play must never write into somebody's real ledger."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
