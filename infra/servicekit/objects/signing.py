"""Presigned links of our own: an HMAC over method, key, expiry and file name."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from servicekit.objects.ports import MAX_PRESIGN_SECONDS

ROUTE = "/objects"


class LinkRefusedError(Exception):
    """The link is forged, damaged or expired."""

    error_id = "link-refused"


class LinkSigner:
    """Makes and checks links.  Raises ValueError for a secret under 16 bytes."""

    def __init__(self, secret: bytes, public_url: str = "") -> None:
        if len(secret) < 16:
            raise ValueError("the secret that signs links needs 16 bytes or more")
        self._secret = secret
        self._public_url = public_url.rstrip("/")

    def link(self, key: str, expires_seconds: int, method: str, filename: str | None) -> str:
        """Return the link, `/objects/<key>?...` behind the public address.

        Raises ValueError for a method other than GET, HEAD and PUT, or an expiry out of range.
        """
        if method not in ("GET", "HEAD", "PUT") or not 1 <= expires_seconds <= MAX_PRESIGN_SECONDS:
            raise ValueError(f"links are for GET, HEAD or PUT, and last 1..{MAX_PRESIGN_SECONDS} seconds")
        expires = int(time.time()) + expires_seconds
        query = {"expires": str(expires), "signature": self._sign(method, key, expires, filename)}
        if filename is not None:
            query["filename"] = filename
        return f"{self._public_url}{ROUTE}/{quote(key)}?{urlencode(query)}"

    def check(self, method: str, key: str, query: Mapping[str, str]) -> None:
        """Raise LinkRefusedError unless the link is ours and lives; one for GET or HEAD is good for both."""
        try:
            expires = int(query["expires"])
            signature = query["signature"].encode()
            wanted = self._sign(method, key, expires, query.get("filename")).encode()
        except (KeyError, ValueError):
            raise LinkRefusedError("the link is damaged") from None
        if not hmac.compare_digest(signature, wanted):
            raise LinkRefusedError("the link is not valid")
        if expires <= time.time():
            raise LinkRefusedError("the link has expired")

    def _sign(self, method: str, key: str, expires: int, filename: str | None) -> str:
        text = json.dumps(["GET" if method == "HEAD" else method, key, expires, filename]).encode()
        digest = hmac.digest(self._secret, text, hashlib.sha256)
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
