"""Socket filters (classic BPF, Linux' filter.h) by the source address of a packet."""

import ipaddress
import struct

_LOAD, _EQUAL_ELSE, _RETURN = 0x20, 0x15, 0x06
_NETWORK_HEADER = 0xFFF00000
"""Offsets from here count from the IP header (SKF_NET_OFF), though the filter of a UDP socket begins at UDP's."""
_SOURCE_V4, _SOURCE_V6 = 12, 8
_WHOLE_PACKET = 0xFFFF

NOBODY = struct.pack("=HBBI", _RETURN, 0, 0, 0)
"""The program that takes no packet."""


def only_from(address: str) -> bytes:
    """Return the program that takes packets of one IP address, of any port.  Raises ValueError."""
    ip = ipaddress.ip_address(address)
    first = _SOURCE_V4 if ip.version == 4 else _SOURCE_V6
    words = struct.unpack(f"!{len(ip.packed) // 4}I", ip.packed)
    program = b""
    for place, word in enumerate(words):
        left = 2 * (len(words) - place) - 1
        program += struct.pack("=HBBI", _LOAD, 0, 0, _NETWORK_HEADER + first + 4 * place)
        program += struct.pack("=HBBI", _EQUAL_ELSE, 0, left, word)
    return program + struct.pack("=HBBI", _RETURN, 0, 0, _WHOLE_PACKET) + NOBODY
