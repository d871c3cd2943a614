"""The ``openssl`` command as an oracle that is not us: every call is a process, every file lies in a folder of the test."""

import subprocess
from pathlib import Path

from tests.support.identities import pem, private_pem


class OpenSSL:
    """Runs ``openssl`` with files of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, name: str, data: bytes = b"") -> str:
        """Write a file and return its path."""
        path = self.folder / name
        path.write_bytes(data)
        return str(path)

    def certificate(self, name: str, kind: str = "rsa") -> str:
        """Return the file with the certificate of a name."""
        return self.file(f"{name}-{kind}.pem", pem(name, kind))

    def key(self, name: str, kind: str = "rsa") -> str:
        """Return the file with the private key of a name."""
        return self.file(f"{name}-{kind}.key", private_pem(name, kind))

    def run(self, *words: str, data: bytes = b"") -> bytes:
        """Run ``openssl words``, and return what it writes; it must succeed."""
        done = subprocess.run(["openssl", *words], input=data, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def sign(self, data: bytes, name: str, kind: str, *more: str) -> bytes:
        """Return a SignedData over the data."""
        signer = ("-signer", self.certificate(name, kind), "-inkey", self.key(name, kind))
        return self.run("cms", "-sign", "-binary", "-outform", "DER", *signer, *more, data=data)

    def verify(self, message: bytes, content: bytes, name: str, kind: str = "rsa") -> bytes:
        """Return the content that a detached signature is about."""
        trust = ("-CAfile", self.certificate(name, kind), "-certfile", self.certificate(name, kind), "-purpose", "any")
        content_file = self.file("content", content)
        return self.run("cms", "-verify", "-binary", "-inform", "DER", "-content", content_file, *trust, data=message)

    def encrypt(self, data: bytes, *more: str) -> bytes:
        """Return an enveloped message; recipients are among ``more``."""
        return self.run("cms", "-encrypt", "-binary", "-outform", "DER", *more, data=data)

    def decrypt(self, message: bytes, name: str) -> bytes:
        """Return what was in an envelope."""
        ours = ("-recip", self.certificate(name), "-inkey", self.key(name))
        return self.run("cms", "-decrypt", "-binary", "-inform", "DER", *ours, data=message)
