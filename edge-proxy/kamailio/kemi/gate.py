"""The lexical gate in Kamailio's hands: each message is read here before Kamailio parses it, and remembered."""

import KSR

from edge_proxy import lexis
from kemi.environment import OWN_HOST, SETTINGS

GO_ON, DROP, READ_ANEW = 1, -1, 2
_STREAMS = frozenset(("2", "3"))
"""Kamailio's numbers of TCP and TLS; a WebSocket has frames (RFC 7118, 5.2)."""
_OURSELVES = frozenset((SETTINGS["address"], OWN_HOST))
_HTTP_PORTS = frozenset(str(port) for port in SETTINGS["ws_ports"])
_PEER_PORT = str(SETTINGS["peer_port"]) if SETTINGS["peer_ports"] else ""
_NOTHING = lexis.Message("", 0, {})


class AtHand:
    """The message that this process works on: Kamailio reads one after the other."""

    def __init__(self) -> None:
        self.message = _NOTHING

    def receive(self, origin: str) -> int:
        """Read the message that has come, and say whether it goes on.

        origin: Kamailio's number of the transport, our port, and the sender's address.
        """
        self.message = _NOTHING
        transport, port, _address = origin.split()
        text = _received()
        if port in _HTTP_PORTS and text.startswith("GET "):
            return GO_ON
        if port == _PEER_PORT and " KDMQ\r\n" in text:
            # What the edges tell each other: route.py asks who says so.
            return GO_ON
        try:
            message = lexis.read(text, streamed=transport in _STREAMS)
        except lexis.UnreadableError as error:
            KSR.htable.sht_inc("refused", str(error))
            told_off = lexis.told_off(text)
            if told_off is None:
                return DROP
            message = told_off
        if message.status and not lexis.names_us(message, _OURSELVES):
            KSR.htable.sht_inc("refused", "answers-nobody")
            return DROP
        self.message = message
        if message.rewritten is None:
            return GO_ON
        # As digits: what is no UTF-8 cannot pass from Python to Kamailio as text.
        KSR.pv.sets("$var(anew)", message.rewritten.encode("utf-8", "surrogateescape").hex())
        return READ_ANEW

    def forget(self) -> None:
        """A message has come that is too long to be read."""
        self.message = _NOTHING

    def said(self, name: str) -> str:
        """Return the first value of a header by its long name in small letters, empty where there is none."""
        return self.message.headers.get(name, "")


def _received() -> str:
    try:
        return str(KSR.pv.get("$rcv(buf)"))
    except UnicodeDecodeError:
        return bytes.fromhex(str(KSR.pv.get("$(rcv(buf){s.encode.hexa})"))).decode("utf-8", "surrogateescape")


at_hand = AtHand()
