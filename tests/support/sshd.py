"""SFTP servers of partners for tests: OpenSSH's own sshd where the machine has it, and a plain server of asyncssh elsewhere.

Each is a process of its own on loopback with a folder of its own, and none of them knows our code. `GATEWAY_SSHD` names an sshd
that lies somewhere else; its libraries are found by LD_LIBRARY_PATH.
"""

import asyncio
import os
import pwd
import shutil
import signal
import socket
import sys
import tempfile
import weakref
from pathlib import Path

import asyncssh

from tests.support.sftp import Keys

_PLAIN = """
import asyncio, os, sys
import asyncssh
root, key, authorized, port = sys.argv[1:]
class Server(asyncssh.SSHServer):
    def begin_auth(self, username):
        return True
class Files(asyncssh.SFTPServer):
    def __init__(self, channel):
        super().__init__(channel, chroot=root)
    def rename(self, old, new):
        if os.path.lexists(self.map_path(new)):
            raise asyncssh.SFTPFailure("there is one already")
        os.rename(self.map_path(old), self.map_path(new))
async def main():
    await asyncssh.listen("127.0.0.1", int(port), server_host_keys=[key], authorized_client_keys=authorized,
                          server_factory=Server, sftp_factory=Files, config=None)
    print("ready", flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


def sshd_path() -> str | None:
    """Where OpenSSH's server is; None where the machine has none."""
    found = os.environ.get("GATEWAY_SSHD") or shutil.which("sshd") or "/usr/sbin/sshd"
    return found if Path(found).exists() else None


# What our own client is proved against on this machine: an sshd is preferred to nothing, and never the only one.
KINDS = ("openssh", "plain") if sshd_path() else ("plain",)


class Sshd:
    """A server of somebody else. Files lie in ``folder``, which the server shows at ``path``."""

    def __init__(self, keys: Keys, base: Path, kind: str) -> None:
        self.keys, self.kind = keys, kind
        self.base = base
        if kind == "openssh" and os.getuid() == 0:
            # It runs as another user, and pytest closes its folders to others whenever a second run of it begins.
            self.base = Path(tempfile.mkdtemp(prefix="sshd-"))
            weakref.finalize(self, shutil.rmtree, self.base, ignore_errors=True)
        self.folder = self.base / "theirs"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.user = "daemon" if os.getuid() == 0 and kind == "openssh" else pwd.getpwuid(os.getuid()).pw_name
        self.process: asyncio.subprocess.Process | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def path(self, name: str = "") -> str:
        root = str(self.folder) if self.kind == "openssh" else "/"
        return f"{root.rstrip('/')}/{name}" if name else root

    def text(self, **more: object) -> dict[str, object]:
        """The server as a partner file has it."""
        pins = {"host_keys": [self.keys.line(f"host-{self.kind}")]}
        key = {"key": f"file:{self.keys.path('ours')}", "timeout": "10s"}
        return {"host": "127.0.0.1", "port": self.port, "user": self.user} | pins | key | more

    async def start(self) -> None:
        authorized = self.base / "authorized"
        authorized.write_text(self.keys.line("ours") + "\n")
        host = self.keys.path(f"host-{self.kind}")
        if self.kind == "plain":
            command = [sys.executable, "-c", _PLAIN, str(self.folder), str(host), str(authorized), str(self.port)]
            self.process = await asyncio.create_subprocess_exec(*command)
        else:
            await self._start_openssh(authorized, host)
        async with asyncio.timeout(20):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    assert self.process.returncode is None, "the server ended; its words stand above"
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    return

    async def _start_openssh(self, authorized: Path, host: Path) -> None:
        """Run sshd as a user without rights: then it needs nothing of the machine, and lets in that user alone."""
        host = Path(shutil.copy(host, self.base / "host"))
        config = self.base / "sshd_config"
        lines = [
            f"ListenAddress 127.0.0.1:{self.port}", f"HostKey {host}", f"AuthorizedKeysFile {authorized}",
            "PasswordAuthentication no", "KbdInteractiveAuthentication no", "UsePAM no", "StrictModes no",
            "Subsystem sftp internal-sftp", "ForceCommand internal-sftp", "PidFile none",
            "MaxStartups 100", "MaxSessions 100",
        ]  # fmt: skip
        config.write_text("\n".join(lines) + "\n")
        how = {}
        if os.getuid() == 0:
            who = pwd.getpwnam(self.user)
            for path in (self.base, host, authorized, config, self.folder):
                os.chown(path, who.pw_uid, who.pw_gid)
            how = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
        self.process = await asyncio.create_subprocess_exec(
            sshd_path(), "-D", "-e", "-q", "-f", str(config), start_new_session=True, **how
        )

    def allow(self) -> None:
        """Let the server's user read and write what a test has put there."""
        if self.user == "daemon":
            who = pwd.getpwnam("daemon")
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, who.pw_uid, who.pw_gid, follow_symlinks=False)

    def put(self, name: str, data: bytes | str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        self.allow()
        return path

    def make(self, *names: str) -> None:
        for name in names:
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.allow()

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            if self.kind == "openssh":
                os.killpg(self.process.pid, signal.SIGKILL)  # It made a group of its own for itself and its sessions.
            else:
                self.process.kill()
            await self.process.wait()
        self.process = None


def other_key() -> asyncssh.SSHKey:
    """A key that nobody knows."""
    return asyncssh.generate_private_key("ssh-ed25519")
