"""What a run must not tell: secrets as they pass through its API, those in files, and customers' numbers."""

import base64
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

SECRET_NAMES = frozenset({"password", "current_password", "new_password", "token", "access_token", "refresh_token"})
LEAST_CHARACTERS = 8
"""A shorter text is found everywhere, and is no secret."""
ALWAYS_SECRET = (
    re.compile(r'response\s*=\s*"?[0-9a-f]{32}'),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    re.compile(r"(?i)authorization['\"]?\s*[:=]\s*['\"]?(digest|bearer|basic|aws4)\b"),
    re.compile(r"(X-Amz-S|[?&]s)ignature="),
)

Call = Callable[..., Awaitable[Any]]


def noting(call: Call, found: dict[str, str]) -> Call:
    """Return the API client's `call` that also notes each secret sent or told, with what it is."""

    async def noted(self: Any, method: str, path: str, body: Any = None, query: Any = None, **details: Any) -> Any:
        found.update(secrets_in(body))
        answer = await call(self, method, path, body, query, **details)
        found.update(secrets_in(answer))
        return answer

    return noted


def secrets_in(document: Any) -> Iterator[tuple[str, str]]:
    """Yield the secrets of a document of the API: passwords with what is made of them, tokens, links' signatures."""
    if isinstance(document, list):
        for item in document:
            yield from secrets_in(item)
    if not isinstance(document, dict):
        return
    for name, value in document.items():
        if name in SECRET_NAMES and isinstance(value, str) and len(value) >= LEAST_CHARACTERS:
            # Of a token each part is a secret, but for the site's name and the CA's fingerprint.
            parts = value.split(".")
            yield (parts[1] if len(parts) == 3 and name == "token" else value), name
            if len(parts) == 3 and name == "access_token":
                yield parts[2], "signature of an access token"
        if name == "url" and isinstance(value, str) and "ignature=" in value:
            yield value.partition("ignature=")[2].partition("&")[0], "signature of a link"
        yield from secrets_in(value)
    user = document.get("extension", document.get("username"))
    realm = document.get("domain", document.get("realm"))
    if user and realm and document.get("password"):
        ha1 = hashlib.md5(f"{user}:{realm}:{document['password']}".encode(), usedforsecurity=False)
        yield ha1.hexdigest(), f"HA1 of {user}"


def secrets_in_files(run_dir: Path) -> Iterator[tuple[str, str]]:
    """Yield the secrets that lie in the files of a run."""
    for path in run_dir.rglob("*"):
        name = str(path.relative_to(run_dir))
        if path.name in ("secrets.json", "passwords.json"):
            yield from ((value, f"{key} of {name}") for key, value in json.loads(path.read_text()).items())
        elif path.name in ("admin-password", "edge-secret", "redis-password"):
            yield path.read_text().strip(), name
        elif path.name == "enrolment-token":
            yield path.read_text().split(".")[1], name
        elif path.name == "master.key":
            yield path.read_text().strip(), name
            yield base64.b64decode(path.read_text()).hex(), name
        elif path.is_file() and path.suffix in (".pem", ".key") and "PRIVATE KEY" in path.read_text():
            body = path.read_text().partition("PRIVATE KEY-----")[2].split()
            # The first line of many keys is the same: it tells the kind.
            yield body[1 if len(body) > 3 and len(body[1]) > LEAST_CHARACTERS else 0], name


def forms_of(number: str) -> list[str]:
    """Return in what forms a number may be told: with any prefix, and with all of it percent-encoded."""
    significant = number.lstrip("+0")
    significant = significant.removeprefix("86") if len(significant) > 11 else significant
    return [significant, "".join(f"%{ord(digit):x}" for digit in significant)]
