"""The driver's side of `tests.crash.zygote`: begin a life, wait until it died or has nothing to do."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

from tests.architecture.house import ROOT

_PATIENCE = 60.0


class Lives:
    """Lives of one gateway, one after the other."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.born = 0
        self.killed = 0
        self._process = process
        self._pid = 0
        self._news: asyncio.Queue[str] = asyncio.Queue()
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    @asynccontextmanager
    async def of(
        cls, folder: Path, group: int, url: str = "", role: str = "everything", log: Path | None = None
    ) -> AsyncIterator["Lives"]:
        """Start the zygote on ``folder``, and leave no process behind; its log goes to our own, or to the file ``log``."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = (
            sys.executable,
            "-m",
            "tests.crash.zygote",
            str(folder / "config"),
            str(folder / "data"),
            str(port),
            str(group),
            url,
            role,
        )
        pipe = asyncio.subprocess.PIPE
        with log.open("ab") if log is not None else nullcontext() as errors:
            process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=errors, cwd=ROOT)
        lives = cls(process, port)
        try:
            yield lives
        finally:
            lives.kill()
            process.stdin.close()
            await process.wait()
            await lives._listening

    @property
    def pid(self) -> int:
        """The process of the present life."""
        return self._pid

    async def _listen(self) -> None:
        while line := await self._process.stdout.readline():
            await self._news.put(line.decode().strip())
        await self._news.put("gone")

    async def begin(self, when: str, number: int) -> None:
        """Begin a life that dies at its N-th commit, unless it finds nothing to commit."""
        self._process.stdin.write(f"{when} {number}\n".encode())
        self.born += 1
        self._pid = int((await self._next()).split()[1])

    async def quiet_or_dead(self) -> str:
        """Wait until the life has died (``dead``) or has nothing due (``quiet``)."""
        word = await self._next()
        if word == "quiet":
            return "quiet"
        status = int(word.split()[1])
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, f"it ended by itself: {word}"
        self.killed += 1
        self._pid = 0
        return "dead"

    async def strike(self) -> None:
        """Kill this life now, whatever it is about."""
        os.kill(self._pid, signal.SIGKILL)
        while (word := await self._next()) == "quiet":
            pass
        assert os.waitstatus_to_exitcode(int(word.split()[1])) == -signal.SIGKILL, f"it ended by itself: {word}"
        self.killed += 1
        self._pid = 0

    async def end(self) -> None:
        """Stop a life as an operator would."""
        os.kill(self._pid, signal.SIGTERM)
        while (word := await self._next()) == "quiet":
            pass
        assert word == "died 0", word
        self._pid = 0

    def kill(self) -> None:
        """Leave nothing running, whatever happened."""
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            self._pid = 0

    async def _next(self) -> str:
        async with asyncio.timeout(_PATIENCE):
            word = await self._news.get()
        assert word != "gone", "the process that begins lives has ended; its errors stand above"
        return word
