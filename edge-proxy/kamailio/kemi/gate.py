"""The lexical gate in Kamailio's hands: each message is read here before Kamailio parses it, and remembered."""

import KSR

from edge_proxy import lexis, plain
from kemi.environment import OWN_HOST, SETTINGS, look

GO_ON, DROP, READ_ANEW = 1, -1, 2
_STREAMS = (2, 3)
"""Kamailio's numbers of TCP and TLS; a WebSocket has frames (RFC 7118, 5.2)."""
_OURSELVES = tuple(f"{host}{end}" for host in (SETTINGS["address"], OWN_HOST) if host for end in ":;")
_NOTHING = lexis.Message()
PEER_PORT = SETTINGS["peer_port"] if SETTINGS["peer_ports"] else 0


class AtHand:
    """The message that this process works on: Kamailio reads one after the other."""

    def __init__(self) -> None:
        self.message: lexis.Reading = _NOTHING

    def receive(self) -> int:
        """Read the message that has come, and say whether it goes on."""
        self.message = _NOTHING
        look()
        try:
            text = str(KSR.pv.get("$rcv(buf)"))
        except UnicodeDecodeError:
            text = _with_other_bytes()
        message: lexis.Reading | None = plain.read(text)
        if message is None:
            if _is_no_call(text):
                return GO_ON
            message = _read_closely(text)
            if message is None:
                return DROP
        if message.status and not (message.names_us(_OURSELVES) and lexis.leads_back(text, message.method)):
            KSR.htable.sht_inc(lexis.REFUSED_TABLE, "answers-nobody")
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
        look()


def _read_closely(text: str) -> lexis.Message | None:
    """Return what a message says or is told, None where it deserves no answer."""
    try:
        return lexis.read_closely(text, streamed=KSR.pv.get("$rcv(proto)") in _STREAMS)
    except lexis.UnreadableError as error:
        KSR.htable.sht_inc(lexis.REFUSED_TABLE, str(error))
        return lexis.told_off(text)


def _is_no_call(text: str) -> bool:
    """Say whether it is HTTP where browsers come, or what edges tell each other: others ask who says so."""
    if text[:256].partition("\r\n")[0].endswith((" HTTP/1.1", " HTTP/1.0")):
        return KSR.pv.get("$rcv(rcvport)") in SETTINGS["ws_ports"]
    return " KDMQ\r\n" in text and KSR.pv.get("$rcv(rcvport)") == PEER_PORT


def _with_other_bytes() -> str:
    return bytes.fromhex(str(KSR.pv.get("$(rcv(buf){s.encode.hexa})"))).decode("utf-8", "surrogateescape")


at_hand = AtHand()
