"""Sends so many requests a second from one address: `flooder.py HOST BIND RATE`, until it is ended.

A process of its own, at the lowest priority, that sends one and the same datagram: its own work must not count as the
edge's on a machine with few cores.  Says at its end what it sent, and the CPU seconds that took.
"""

import os
import signal
import socket
import sys
import time

TICK_SECONDS = 0.01


def main() -> None:
    host, bind, rate = sys.argv[1], sys.argv[2], int(sys.argv[3])
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: ended.append(number))
    os.nice(19)
    request = (
        f"OPTIONS sip:{host} SIP/2.0\r\nVia: SIP/2.0/UDP {bind};branch=z9hG4bKflood\r\n"
        f"From: <sip:flood@{bind}>;tag=1\r\nTo: <sip:{host}>\r\nCall-ID: flood\r\nCSeq: 1 OPTIONS\r\n"
        "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    ).encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flood:
        flood.bind((bind, 5060))
        flood.connect((host, 5060))
        began, sent = time.monotonic(), 0
        while not ended:
            due = int((time.monotonic() - began) * rate)
            for _ in range(due - sent):
                flood.send(request)
            sent = due
            time.sleep(TICK_SECONDS)
    print(sent, time.monotonic() - began, time.process_time())


if __name__ == "__main__":
    main()
