"""Takes DER apart into nested lists and writes it again, to make messages that no product would make."""

Tree = tuple[int, "bytes | list[Tree]"]


def parse(data: bytes) -> list[Tree]:
    """Return the values in DER bytes: (tag, body) with a list of values as the body of a constructed one."""
    found: list[Tree] = []
    at = 0
    while at < len(data):
        tag, size, body = data[at], data[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7F
            size = int.from_bytes(data[body : body + count], "big")
            body += count
        content = data[body : body + size]
        found.append((tag, parse(content) if tag & 0x20 else content))
        at = body + size
    return found


def write(trees: list[Tree]) -> bytes:
    """Return the values as DER."""
    return b"".join(_value(tag, body if isinstance(body, bytes) else write(body)) for tag, body in trees)


def _value(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 128:
        return bytes((tag, size)) + body
    count = (size.bit_length() + 7) // 8
    return bytes((tag, 0x80 | count)) + size.to_bytes(count, "big") + body
