"""Runs inside the private Asterisk tree's C library: reads messages with that Asterisk's own pjsip, by ctypes.

Standard library only.  Takes frames from stdin (`U` for a datagram or `S` for a stream, four bytes of length, the
bytes) and writes one JSON line for each, with bytes as Latin-1.
"""

import ctypes
import json
import struct
import sys
from ctypes import CFUNCTYPE, POINTER, byref, c_char_p, c_int, c_size_t, c_ssize_t, c_void_p
from typing import Any

POOL_BYTES, SPACE_BYTES = 64_000, 70_000
REQUEST = 0
IN_REQUEST_LINE = 0

# Offsets in pjsip's structures (x86-64 and arm64): pj_str_t is a pointer and a length, a header begins with its two
# links, type, name, short name and table of functions.
MSG_FIRST, MSG_URI, MSG_HEADERS, MSG_BODY = 8, 32, 40, 104
HDR_NEXT, HDR_NAME, HDR_VALUE = 8, 24, 64
BODY_DATA, BODY_LEN = 80, 88
URI_USER, URI_HOST, URI_PORT = 8, 40, 56


def _text_at(address: int) -> str:
    pointer, length = struct.unpack("=Qq", ctypes.string_at(address, 16))
    return ctypes.string_at(pointer, length).decode("latin-1") if pointer and length > 0 else ""


def _pointer_at(address: int) -> int:
    return int(struct.unpack("=Q", ctypes.string_at(address, 8))[0])


def _int_at(address: int) -> int:
    return int(struct.unpack("=i", ctypes.string_at(address, 4))[0])


class Pjsip:
    def __init__(self, asterisk: str) -> None:
        # libasteriskpj takes its allocator and level of logging from the program that it is part of.
        ctypes.CDLL(asterisk, ctypes.RTLD_GLOBAL)
        self._lib = lib = ctypes.CDLL("libasteriskpj.so.2")
        lib.pj_log_set_level(0)
        lib.pj_pool_create.restype = lib.pjsip_parse_msg.restype = c_void_p
        lib.pjsip_parse_msg.argtypes = [c_void_p, c_void_p, c_size_t, c_void_p]
        lib.pjsip_find_msg.argtypes = [c_char_p, c_size_t, c_int, POINTER(c_size_t)]
        lib.pj_pool_create.argtypes = [c_void_p, c_char_p, c_size_t, c_size_t, c_void_p]
        lib.pj_pool_reset.argtypes = [c_void_p]
        self._factory = ctypes.create_string_buffer(8192)
        endpoint = c_void_p()
        lib.pj_caching_pool_init(self._factory, None, c_size_t(0))
        for failed in (lib.pj_init(), lib.pjlib_util_init(), self._create(endpoint)):
            if failed:
                raise OSError(f"pjsip does not start: {failed}")
        # What Asterisk registers parsers for.
        for module in ("tsx_layer", "replaces", "timer", "evsub"):
            getattr(lib, f"pjsip_{module}_init_module")(endpoint)
        self._pool = lib.pj_pool_create(self._factory, b"fuzz", POOL_BYTES, POOL_BYTES, None)
        self._space = ctypes.create_string_buffer(SPACE_BYTES)
        self._print = ctypes.create_string_buffer(SPACE_BYTES)

    def _create(self, endpoint: c_void_p) -> int:
        return int(self._lib.pjsip_endpt_create(self._factory, b"fuzz", byref(endpoint)))

    def read_datagram(self, data: bytes) -> dict[str, Any]:
        """Return what the UDP transport makes of a datagram: no framing but its own end."""
        reading = self._read(data)
        return reading

    def read_stream(self, data: bytes) -> dict[str, Any]:
        """Return the messages that the TCP transport finds one after another, and how many bytes are left."""
        found = []
        while data := data.lstrip(b"\r\n"):
            size = c_size_t()
            if self._lib.pjsip_find_msg(data + b"\0", len(data), 0, byref(size)) != 0:
                break
            found.append(self._read(data[: size.value]))
            data = data[size.value :]
        return {"messages": found, "left": len(data)}

    def _read(self, data: bytes) -> dict[str, Any]:
        self._lib.pj_pool_reset(self._pool)
        # The parser wants a NUL behind the message.
        ctypes.memmove(self._space, data + b"\0", len(data) + 1)
        errors = ctypes.create_string_buffer(64)
        head = ctypes.addressof(errors)
        struct.pack_into("=QQ", errors, 0, head, head)
        message = self._lib.pjsip_parse_msg(self._pool, self._space, len(data), head)
        failed, each = [], _pointer_at(head + 8)
        while each != head:
            failed.append(_text_at(each + 32))
            each = _pointer_at(each + 8)
        if not message:
            return {"errors": failed or ["message"]}
        return {"errors": failed} | self._reading_of(message)

    def _reading_of(self, message: int) -> dict[str, Any]:
        reading: dict[str, Any] = {"headers": self._headers_of(message + MSG_HEADERS)}
        if _int_at(message) == REQUEST:
            reading |= {"method": _text_at(message + MSG_FIRST + 8), "uri": self._uri(_pointer_at(message + MSG_URI))}
        else:
            reading |= {"status": _int_at(message + MSG_FIRST), "reason": _text_at(message + MSG_FIRST + 8)}
        body = _pointer_at(message + MSG_BODY)
        if body:
            size = struct.unpack("=I", ctypes.string_at(body + BODY_LEN, 4))[0]
            reading["body"] = ctypes.string_at(_pointer_at(body + BODY_DATA), size).decode("latin-1")
        return reading

    def _headers_of(self, head: int) -> list[tuple[str, Any]]:
        headers, each = [], _pointer_at(head + HDR_NEXT)
        while each != head:
            name = _text_at(each + HDR_NAME)
            headers.append((name, self._value_of(name.lower(), each)))
            each = _pointer_at(each + HDR_NEXT)
        return headers

    def _value_of(self, name: str, header: int) -> Any:
        at = header + HDR_VALUE
        match name:
            case "from" | "to":
                return {**self._uri(_pointer_at(at)), "tag": _text_at(at + 8)}
            case "contact":
                return {"star": True} if _int_at(at) else self._uri(_pointer_at(at + 8))
            case "route" | "record-route":
                return self._uri(_pointer_at(at + 24))
            case "call-id":
                return _text_at(at)
            case "cseq":
                return [struct.unpack("=I", ctypes.string_at(at, 4))[0], _text_at(at + 16)]
            case "content-length" | "max-forwards" | "expires":
                return _int_at(at)
            case _:
                return self._printed(header)

    def _printed(self, header: int) -> str:
        printing = CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t)
        table = _pointer_at(header + 56)
        size = printing(_pointer_at(table + 16))(header, ctypes.addressof(self._print), SPACE_BYTES)
        return ctypes.string_at(self._print, size).decode("latin-1").partition(":")[2].strip(" ") if size > 0 else ""

    def _uri(self, uri: int) -> dict[str, Any]:
        """Return the parts of a SIP URI, or the text of another."""
        table = _pointer_at(uri)
        inner = CFUNCTYPE(c_void_p, c_void_p)(_pointer_at(table + 8))(uri)
        table = _pointer_at(inner)
        scheme = _text_at(CFUNCTYPE(c_void_p, c_void_p)(_pointer_at(table))(inner)).lower()
        if scheme in ("sip", "sips"):
            return {
                "scheme": scheme,
                "user": _text_at(inner + URI_USER),
                "host": _text_at(inner + URI_HOST),
                "port": _int_at(inner + URI_PORT),
            }
        printing = CFUNCTYPE(c_ssize_t, c_int, c_void_p, c_void_p, c_size_t)
        size = printing(_pointer_at(table + 16))(IN_REQUEST_LINE, inner, ctypes.addressof(self._print), SPACE_BYTES)
        return {"scheme": scheme, "text": ctypes.string_at(self._print, max(size, 0)).decode("latin-1")}


def serve(asterisk: str) -> None:
    pjsip = Pjsip(asterisk)
    taken, given = sys.stdin.buffer, sys.stdout.buffer
    while head := taken.read(5):
        kind, size = struct.unpack("!cI", head)
        data = taken.read(size)
        reading = pjsip.read_datagram(data) if kind == b"U" else pjsip.read_stream(data)
        given.write(json.dumps(reading).encode() + b"\n")
        given.flush()


if __name__ == "__main__":
    serve(sys.argv[1])
