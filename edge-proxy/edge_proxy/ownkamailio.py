"""This edge's own Kamailio, by RPC."""

import json
from pathlib import Path

from kamailio_helpers.rpc import KamailioRpc


def own_kamailio(host: str, port: int, secrets_file: Path) -> KamailioRpc:
    """Return what commands the Kamailio at this address; secrets_file: what the edge made at its start."""

    def token() -> str:
        # Each time: whoever asks may be there before the file is.
        return str(json.loads(secrets_file.read_text(encoding="utf-8"))["rpc"])

    return KamailioRpc(host, port, token)
