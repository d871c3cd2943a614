"""Runs the command line in this process, as a shell would see it: bytes out, bytes in, an exit code."""

import io
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import gateway.cli
from tests.conftest import ROOT


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    data: bytes
    err: str

    @property
    def out(self) -> str:
        return self.data.decode()

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def gateway_command(
    *arguments: object, config: Path = ROOT, data: Path | None = None, stdin: bytes = b"", **variables: str
) -> Result:
    """Run ``gateway ARGUMENTS`` on a configuration and a data folder. A traceback fails the test that asked for it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    kept |= {"GATEWAY_CONFIG_DIR": str(config), "GATEWAY_DATA_DIR": str(data or config / "no-data")} | variables
    streams = [io.TextIOWrapper(io.BytesIO(content), encoding="utf-8") for content in (stdin, b"", b"")]
    with (
        mock.patch.dict(os.environ, kept, clear=True),
        mock.patch.object(sys, "argv", ["gateway", *map(str, arguments)]),
        mock.patch.multiple(sys, stdin=streams[0], stdout=streams[1], stderr=streams[2]),
    ):
        try:
            gateway.cli.main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    out, err = (stream.flush() or stream.buffer.getvalue() for stream in streams[1:])
    assert "Traceback" not in err.decode() + out.decode(errors="replace")
    return Result(code, out, err.decode())
