"""As much of curl as the walk of the README needs, for machines that have none: -H, --data-binary @file, --silent, --fail."""

import sys
import urllib.error
import urllib.request
from pathlib import Path


def main(words: list[str]) -> int:
    headers, data, url = {}, None, ""
    rest = iter(words)
    for word in rest:
        if word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value
        elif word == "--data-binary":
            data = Path(next(rest).removeprefix("@")).read_bytes()
        elif not word.startswith("--"):
            url = word
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as answer:
            sys.stdout.write(answer.read().decode())
    except urllib.error.HTTPError:
        return 22
    except OSError:
        return 7
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
