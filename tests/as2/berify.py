"""Writes DER anew as BER: lengths indefinite or longer than needed, strings in nested pieces. By hand, not by our own writer."""

from random import Random


def berify(data: bytes, chance: Random, content_tag: int | None = None) -> bytes:
    """Return the same values in another form; ``content_tag`` is a primitive context tag that is a string, too."""
    out = b""
    at = 0
    while at < len(data):
        tag, body, stop = _read(data, at)
        out += _written(tag, data[body:stop], chance, content_tag)
        at = stop
    return out


def _read(data: bytes, at: int) -> tuple[int, int, int]:
    size, body = data[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        size = int.from_bytes(data[body : body + count], "big")
        body += count
    return data[at], body, body + size


def _written(tag: int, content: bytes, chance: Random, content_tag: int | None) -> bytes:
    if tag & 0x20:
        return _constructed(tag, berify(content, chance, content_tag), chance)
    if tag in (0x04, content_tag) and chance.random() < 0.6:
        return _pieces(tag | 0x20, content, chance, 0)
    return bytes((tag,)) + _length(len(content), chance) + content


def _pieces(tag: int, content: bytes, chance: Random, depth: int) -> bytes:
    inside = b""
    at = 0
    while at < len(content) or (not inside and chance.random() < 0.5):
        piece = content[at : at + chance.randint(1, max(1, len(content)))]
        at += len(piece)
        if depth < 4 and chance.random() < 0.3:
            inside += _pieces(0x24, piece, chance, depth + 1)
        else:
            inside += b"\x04" + _length(len(piece), chance) + piece
    return _constructed(tag, inside, chance)


def _constructed(tag: int, inside: bytes, chance: Random) -> bytes:
    if chance.random() < 0.6:
        return bytes((tag, 0x80)) + inside + b"\0\0"
    return bytes((tag,)) + _length(len(inside), chance) + inside


def _length(size: int, chance: Random) -> bytes:
    if size < 128 and chance.random() < 0.7:
        return bytes((size,))
    count = max(1, (size.bit_length() + 7) // 8) + chance.randint(0, 2)
    return bytes((0x80 | count,)) + size.to_bytes(count, "big")
