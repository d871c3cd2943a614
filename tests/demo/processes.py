"""Runs the demonstration as its users do, and finds every process that it has started."""

import asyncio
import os
import sys
import uuid
from pathlib import Path


class Demo:
    """One run of ``gateway demo``; its processes are known by a mark in their environment, which children inherit."""

    def __init__(self, folder: Path, corpus: Path) -> None:
        self.folder = folder
        self.mark = f"DEMO_TEST_MARK={uuid.uuid4().hex}"
        name, _, value = self.mark.partition("=")
        self.environment = os.environ | {"GATEWAY_CORPUS": str(corpus), "TMPDIR": str(folder), name: value}

    async def start(self, *options: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway", "demo", *options),
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, *options: str) -> tuple[int, str, str]:
        """Play to the end; give exit code, output and errors."""
        process = await self.start(*options)
        async with asyncio.timeout(90):
            out, err = await process.communicate()
        return process.returncode, out.decode(), err.decode()

    def running(self) -> list[int]:
        """The ids of all processes of this run that are alive."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if self.mark.encode() in (path / "environ").read_bytes().split(b"\0"):
                    found.append(int(path.name))
            except (OSError, ValueError):
                continue  # It has ended since, or belongs to somebody else.
        return found

    async def until(self, condition):
        async with asyncio.timeout(60):
            while not (found := condition()):
                await asyncio.sleep(0.05)
        return found
