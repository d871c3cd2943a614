"""One measurement of pyas2lib for `bench.as2`; runs in the environment of the peers and knows nothing of the gateway.

python run_pyas2lib.py SIZE COMPRESS TURNS FOLDER
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from as2_payload import payload, peak_memory
from pyas2lib.as2 import Message, Organization, Partner


def main() -> None:
    """Measure and print."""
    size, compress, turns, folder = int(sys.argv[1]), sys.argv[2] == "1", int(sys.argv[3]), Path(sys.argv[4])
    certificate = (folder / "certificate.pem").read_bytes()
    both = (folder / "key.pem").read_bytes() + certificate
    own = Organization("A", both, None, both, None)
    partner = Partner(
        "A", verify_cert=certificate, encrypt_cert=certificate, validate_certs=False, compress=compress, sign=True,
        digest_alg="sha256", encrypt=True, enc_alg="aes_256_cbc", mdn_mode="SYNC", mdn_digest_alg="sha256",
    )  # fmt: skip
    data = b"".join(payload(size))

    def build() -> bytes:
        message = Message(own, partner)
        message.build(data, filename="invoice.edi", content_type="application/edi-x12")
        return message.headers_str + b"\r\n" + message.content

    def receive(raw: bytes) -> None:
        message = Message()
        status, _, mdn = message.parse(raw, lambda _: own, lambda _: partner)
        assert status == "processed"
        assert message.content == data
        assert mdn.content

    def timed(work: Callable[[], object]) -> tuple[float, object]:
        """As for ours: the best of up to ten rows of turns."""
        row = max(1, turns // 10)
        best, made = float("inf"), None
        for _ in range(max(1, turns // row)):
            begin = time.process_time()
            for _ in range(row):
                made = work()
            best = min(best, (time.process_time() - begin) / row)
        return best, made

    took, raw = timed(build)
    found = {"build": took, "receive": timed(lambda: receive(raw))[0]}
    sys.stdout.write(json.dumps(found | {"memory": peak_memory()}) + "\n")


main()
