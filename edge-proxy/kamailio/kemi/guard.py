"""Orders to the guard of rtpengine's sockets (`edge_proxy.mediaguard`): whose packets they take."""

import json
import secrets
import socket

import KSR

from kemi.environment import SETTINGS

PATIENCE_SECONDS = 0.5
_SOCKETS: list[socket.socket] = []


def obeys(**order: str) -> bool:
    """Have an order carried out; say whether it holds."""
    mark = secrets.token_hex(6)
    try:
        asking = _socket()
        asking.send(json.dumps({"id": mark, **order}).encode())
        while True:
            answer = json.loads(asking.recv(4096))
            if answer["id"] == mark:
                break
    except (OSError, ValueError, KeyError) as error:
        KSR.err(f"media guard: {type(error).__name__}\n")
        return False
    if not answer["holds"]:
        KSR.err("media guard: a socket was not found\n")
    return bool(answer["holds"])


def _socket() -> socket.socket:
    # One for each worker: opened after the fork.
    if not _SOCKETS:
        host, port = SETTINGS["media_guard"]
        asking = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        asking.settimeout(PATIENCE_SECONDS)
        asking.connect((host, port))
        _SOCKETS.append(asking)
    return _SOCKETS[0]
