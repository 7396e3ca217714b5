"""RTP endpoints and the one clock thread that serves all of them.

The thread runs in steps of 5 ms: endpoints are spread over four steps, so that a hundred calls neither
burst nor starve, and every step takes in what has arrived.  Frames are encoded beforehand.
"""

from __future__ import annotations

import base64
import contextlib
import logging
import os
import secrets
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial

from pylibsrtp import Error as SrtpError
from pylibsrtp import Policy, Session

from .g711 import FRAME_SAMPLES, PCMU, SILENCE, Frames, Samples, to_frames
from .rtp import HEADER, Packet, Reception, event_packets, parse_rtp
from .sdp import AudioSession, sends
from .tones import tone_frames
from .transport import Endpoint

Sound = Callable[[int], Frames]

STEP_SECONDS = 0.005
STEPS_PER_FRAME = 4
URGENT = -10
"""Nice value of the clock, where we may set it."""
LATEST_SECONDS = 0.08
"""Who was held up for longer leaves frames out, and does not send them in a burst: a jitter buffer throws away what
comes so late, and MixMonitor all that it holds."""

logger = logging.getLogger(__name__)
KEEP_SECONDS = 60.0
DIGIT_FRAMES, PAUSE_FRAMES = 5, 4
COMFORT_NOISE, QUIET_LINE = 13, bytes([64])
"""Its static payload type (RFC 3551), and a level of -64 dBov."""
RESTART_STEPS = 20_000
"""Less than half of all numbers: who compares them takes the new ones for late."""


def silent(payload_type: int) -> Frames:
    return (SILENCE[payload_type],)


def tone_sound(hz: int | None) -> Sound:
    """Return an endless tone of a whole number of hertz, or silence for None."""
    return partial(tone_frames, hz) if hz else silent


def new_srtp_key() -> str:
    """Return base64 of a fresh master key and salt for AES_CM_128_HMAC_SHA1_80."""
    return base64.b64encode(secrets.token_bytes(30)).decode()


def _srtp_session(key: str, ssrc_type: int) -> Session:
    policy = Policy(key=base64.b64decode(key), ssrc_type=ssrc_type)
    return Session(policy=policy)


class RtpEndpoint:
    """One side of one call's audio: a socket that listens from the start and sends once connected.

    `quiet` says that nothing is sent for now, as by a phone with silence suppression whose user only listens;
    `comfort_every` that meanwhile each so manieth frame is comfort noise (RFC 3389; 0: none); `lose_every` that each
    so manieth frame is lost on its way (0: none).
    """

    def __init__(
        self,
        host: str,
        *,
        keep_seconds: float = KEEP_SECONDS,
        clock: MediaClock | None = None,
    ) -> None:
        self.socket = _even_port_socket(host)
        self.local: Endpoint = self.socket.getsockname()[:2]
        self.reception = Reception(keep_seconds)
        self.sent_packets = 0
        self.quiet = False
        self.comfort_every = 0
        self.lose_every = 0
        self._remote: Endpoint | None = None
        self._payload_type = PCMU
        self._telephone_event: int | None = None
        self._sending = False
        self._sound: Sound = silent
        self._frames: Frames = silent(PCMU)
        self._loop = True
        self._position = 0
        self._digits: deque[str] = deque()
        self._digit_step = 0
        self._digit_timestamp = 0
        self._sequence = secrets.randbelow(1 << 15)
        self._timestamp = secrets.randbelow(1 << 31)
        self._ssrc = secrets.randbelow(1 << 32)
        self._protect: Session | None = None
        self._unprotect: Session | None = None
        self._keys: tuple[str, str] | None = None
        self._clock = clock or shared_clock
        self._clock.add(self)

    def connect(self, remote: AudioSession, payload_type: int, direction: str, own_key: str | None) -> None:
        """Send to the other side's session from now on, or again after a new offer or answer."""
        keys = (own_key, remote.crypto.key) if own_key and remote.crypto else None
        if keys is None:
            self._protect = self._unprotect = self._keys = None
        elif keys != self._keys:
            self._protect = _srtp_session(keys[0], Policy.SSRC_ANY_OUTBOUND)
            self._unprotect = _srtp_session(keys[1], Policy.SSRC_ANY_INBOUND)
            self._keys = keys
        self._telephone_event = remote.telephone_event
        if payload_type != self._payload_type:
            self._payload_type = payload_type
            self._frames = self._sound(payload_type)
        self._remote = (remote.host, remote.port)
        self._sending = sends(direction) and remote.port != 0

    def play(self, sound: Sound, *, loop: bool = True) -> None:
        """Play from its beginning, for ever or once and then silence."""
        frames = sound(self._payload_type)
        self._sound, self._frames, self._loop, self._position = sound, frames, loop, 0

    def play_samples(self, samples: Samples) -> None:
        """Play int16 samples at 8 kHz once."""
        self.play(lambda payload_type: to_frames(samples, payload_type), loop=False)

    def start_anew(self) -> None:
        """Go on as another stream: new SSRC and timestamps, and sequence numbers that are lower than before."""
        self._ssrc = secrets.randbelow(1 << 32)
        self._timestamp = secrets.randbelow(1 << 31)
        self._sequence = (self._sequence - RESTART_STEPS) & 0xFFFF

    def send_dtmf(self, digits: str) -> None:
        """Send digits as RFC 4733 events of 100 ms with pauses of 80 ms."""
        self._digits.extend(digits.upper())

    @property
    def encrypts(self) -> bool:
        """Say whether it sends SRTP, and hears nothing else."""
        return self._protect is not None

    @property
    def dtmf_pending(self) -> bool:
        return bool(self._digits)

    def close(self) -> None:
        self._clock.remove(self)
        self.socket.close()

    # -- called by the clock's thread

    def tick(self) -> None:
        """Send one frame of 20 ms."""
        if not self._sending or self.quiet:
            if self._sending and self.comfort_every and self._timestamp // FRAME_SAMPLES % self.comfort_every == 0:
                self._transmit(COMFORT_NOISE, self._timestamp, QUIET_LINE)
            self._timestamp += FRAME_SAMPLES
            return
        if self._digits:
            self._tick_digit()
        else:
            self._transmit(self._payload_type, self._timestamp, self._next_frame())
        self._timestamp += FRAME_SAMPLES

    def skip(self, frames: int) -> None:
        self._timestamp += frames * FRAME_SAMPLES

    def _next_frame(self) -> bytes:
        frames, position = self._frames, self._position
        if position >= len(frames):
            if not self._loop:
                return SILENCE[self._payload_type]
            position = 0
        self._position = position + 1
        return frames[position]

    def _tick_digit(self) -> None:
        step = self._digit_step
        if step == 0:
            self._digit_timestamp = self._timestamp
        if step < DIGIT_FRAMES and self._telephone_event is not None:
            for payload in event_packets(self._digits[0], step, DIGIT_FRAMES):
                self._transmit(self._telephone_event | (0 if step else 0x80), self._digit_timestamp, payload)
        self._digit_step += 1
        if self._digit_step == DIGIT_FRAMES + PAUSE_FRAMES:
            self._digits.popleft()
            self._digit_step = 0

    def _transmit(self, second_byte: int, timestamp: int, payload: bytes) -> None:
        self._sequence = (self._sequence + 1) & 0xFFFF
        if self.lose_every and self._sequence % self.lose_every == 0:
            return
        packet = HEADER.pack(0x80, second_byte, self._sequence, timestamp & 0xFFFFFFFF, self._ssrc) + payload
        if self._protect is not None:
            packet = self._protect.protect(packet)
        remote = self._remote
        if remote is not None:
            with contextlib.suppress(OSError):
                self.socket.sendto(packet, remote)
                self.sent_packets += 1

    def receive_one(self) -> None:
        """Take in one datagram; called when the socket is readable."""
        try:
            data = self.socket.recv(2048)
        except OSError:
            return
        if self._unprotect is not None:
            try:
                data = self._unprotect.unprotect(data)
            except SrtpError:
                self.reception.undecryptable += 1
                return
        packet: Packet | None = parse_rtp(data, time.monotonic())
        if packet is not None:
            self.reception.add(packet, self._telephone_event)


def _even_port_socket(host: str) -> socket.socket:
    """Bind to an even port: the odd one above belongs to RTCP (RFC 3550 section 11)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        candidate = socket.socket(family, socket.SOCK_DGRAM)
        candidate.bind((host, 0))
        if candidate.getsockname()[1] % 2 == 0:
            candidate.setblocking(False)
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 18)
            return candidate
        candidate.close()


class MediaClock:
    """Ticks every endpoint each 20 ms on an absolute clock; its thread lives while there are endpoints."""

    def __init__(self) -> None:
        self.late_steps = 0
        self._lock = threading.Lock()
        self._by_descriptor: dict[int, RtpEndpoint] = {}
        self._groups: list[list[RtpEndpoint]] = [[] for _ in range(STEPS_PER_FRAME)]
        self._poll: select.epoll | None = None
        self._running = False

    def add(self, endpoint: RtpEndpoint) -> None:
        with self._lock:
            if self._poll is None:
                self._poll = select.epoll()
            self._by_descriptor[endpoint.socket.fileno()] = endpoint
            min(self._groups, key=len).append(endpoint)
            self._poll.register(endpoint.socket.fileno(), select.EPOLLIN)
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name=f"media-clock-{os.getpid()}", daemon=True).start()

    def remove(self, endpoint: RtpEndpoint) -> None:
        with self._lock:
            descriptor = endpoint.socket.fileno()
            if self._by_descriptor.pop(descriptor, None) is None or self._poll is None:
                return
            self._poll.unregister(descriptor)
            for group in self._groups:
                if endpoint in group:
                    group.remove(endpoint)

    def _run(self) -> None:
        # People do not stall because our machine is busy, and where they do a recording has a hole.  The thread
        # alone: what the process starts runs as usual.
        with contextlib.suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), URGENT)
        due = time.monotonic()
        step = 0
        while True:
            with self._lock:
                if not self._by_descriptor:
                    self._running = False
                    return
                group = tuple(self._groups[step])
            self._receive()
            for endpoint in group:
                self._tick(endpoint)
            step = (step + 1) % STEPS_PER_FRAME
            due = self._wait(due + STEP_SECONDS)

    def _tick(self, endpoint: RtpEndpoint) -> None:
        try:
            endpoint.tick()
        except Exception:
            # All calls share this thread: one that fails must not silence the others.
            logger.exception("endpoint failed, it is silent from now on")
            self.remove(endpoint)

    def _receive(self) -> None:
        assert self._poll is not None
        # One datagram a readable socket, until none is left: that avoids an exception per socket.
        for _ in range(64):
            ready = self._poll.poll(0)
            if not ready:
                return
            for descriptor, _ in ready:
                endpoint = self._by_descriptor.get(descriptor)
                if endpoint is not None:
                    endpoint.receive_one()

    def _wait(self, due: float) -> float:
        """Sleep until `due`, and return it, or a new start when the machine had stopped us for long."""
        ahead = due - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
            return due
        self.late_steps += 1
        if -ahead < LATEST_SECONDS:
            return due
        skipped = int(-ahead / (STEP_SECONDS * STEPS_PER_FRAME))
        with self._lock:
            for endpoint in self._by_descriptor.values():
                endpoint.skip(skipped)
        return due + skipped * STEP_SECONDS * STEPS_PER_FRAME


shared_clock = MediaClock()
