"""RTP packets, telephone events, and what one endpoint has received (RFC 3550, 4733).

A Reception keeps the newest packets only, so that a call of hours takes no more memory than a minute.
"""

from __future__ import annotations

import itertools
import math
import struct
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .g711 import DECODE, FRAME_SAMPLES, FRAME_SECONDS, RATE, Samples, decode

HEADER = struct.Struct("!BBHII")
EVENT = struct.Struct("!BBH")
DIGITS = "0123456789*#ABCD"
END_REPEATS = 3
# A new sender behind the same call starts anywhere; a jump of more than this opens a new stretch.
LONGEST_GAP_SAMPLES = 10 * RATE


class Packet(NamedTuple):
    """One audio packet; `at` is its monotonic arrival time in seconds, good to about 5 ms."""

    at: float
    sequence: int
    timestamp: int
    payload_type: int
    ssrc: int
    payload: bytes


@dataclass(frozen=True)
class ReceptionStatistics:
    """Of the packets kept: count, lost by sequence, longest gap between arrivals in seconds, senders."""

    packets: int
    lost: int
    longest_gap_seconds: float
    ssrcs: int


def parse_rtp(data: bytes, at: float) -> Packet | None:
    """Parse a packet, or return None for what is no RTP (RTCP, STUN, rubbish)."""
    if len(data) < HEADER.size or data[0] >> 6 != 2 or 192 <= data[1] <= 223:
        return None
    first, second, sequence, timestamp, ssrc = HEADER.unpack_from(data)
    start = HEADER.size + 4 * (first & 0x0F)
    if first & 0x10:
        if len(data) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    end = len(data) - (data[-1] if first & 0x20 else 0)
    return Packet(at, sequence, timestamp, second & 0x7F, ssrc, data[start:end])


def event_packets(digit: str, step: int, steps: int) -> list[bytes]:
    """Return the RFC 4733 payloads to send in frame `step` of a digit that lasts `steps` frames."""
    last = step == steps - 1
    payload = EVENT.pack(DIGITS.index(digit), (0x80 if last else 0) | 10, FRAME_SAMPLES * (step + 1))
    return [payload] * (END_REPEATS if last else 1)


class Reception:
    """The newest `keep_seconds` of audio and the newest digits of one stream.

    Written by the media clock's thread, read by any other: appends and copies of a deque are atomic.
    """

    def __init__(self, keep_seconds: float) -> None:
        self.packets: deque[Packet] = deque(maxlen=int(keep_seconds / FRAME_SECONDS))
        self.total_packets = 0
        self.undecryptable = 0
        self._digits: deque[tuple[str, int]] = deque(maxlen=256)

    @property
    def digits(self) -> str:
        return "".join(digit for digit, _ in self._digits.copy())

    def add(self, packet: Packet, telephone_event: int | None) -> None:
        if packet.payload_type == telephone_event:
            self._add_event(packet)
            return
        self.total_packets += 1
        self.packets.append(packet)

    def _add_event(self, packet: Packet) -> None:
        if len(packet.payload) < EVENT.size:
            return
        event, flags, _ = EVENT.unpack_from(packet.payload)
        # The end of an event is sent three times; its timestamp stays that of the beginning.
        repeated = bool(self._digits) and self._digits[-1][1] == packet.timestamp
        if flags & 0x80 and event < len(DIGITS) and not repeated:
            self._digits.append((DIGITS[event], packet.timestamp))

    def forget(self) -> None:
        """Drop the audio kept, so that what is heard next stands alone."""
        self.packets.clear()

    def samples(self, seconds: float | None = None) -> Samples:
        """Return the last `seconds` of audio, placed by RTP timestamp: what was lost is silence."""
        packets = [packet for packet in self.packets.copy() if packet.payload_type in DECODE]
        if seconds is not None:
            packets = packets[-math.ceil(seconds / FRAME_SECONDS - 1e-9) :]
        stretches: list[Samples] = []
        start = 0
        for index in range(1, len(packets) + 1):
            if index == len(packets) or not _continues(packets[index - 1], packets[index]):
                stretches.append(_place(packets[start:index]))
                start = index
        return np.concatenate(stretches) if stretches else np.zeros(0, np.int16)

    def statistics(self) -> ReceptionStatistics:
        packets = list(self.packets.copy())
        steps = [
            (later.sequence - earlier.sequence) & 0xFFFF
            for earlier, later in itertools.pairwise(packets)
            if earlier.ssrc == later.ssrc
        ]
        gaps = [later.at - earlier.at for earlier, later in itertools.pairwise(packets)]
        return ReceptionStatistics(
            packets=len(packets),
            lost=sum(step - 1 for step in steps if 1 < step < 1000),
            longest_gap_seconds=max(gaps, default=0.0),
            ssrcs=len({packet.ssrc for packet in packets}),
        )


def _signed(difference: int) -> int:
    return ((difference + 0x80000000) & 0xFFFFFFFF) - 0x80000000


def _continues(earlier: Packet, later: Packet) -> bool:
    step = _signed(later.timestamp - earlier.timestamp)
    return earlier.ssrc == later.ssrc and abs(step) < LONGEST_GAP_SAMPLES


def _place(packets: list[Packet]) -> Samples:
    offsets = [_signed(packet.timestamp - packets[0].timestamp) for packet in packets]
    base = min(offsets)
    placed = np.zeros(max(offsets) - base + max(len(packet.payload) for packet in packets), np.int16)
    for offset, packet in zip(offsets, packets, strict=True):
        audio = decode(packet.payload, packet.payload_type)
        placed[offset - base : offset - base + len(audio)] = audio
    return placed
