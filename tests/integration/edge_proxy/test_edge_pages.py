"""What the edge's HTTP says: its WebSocket port is open to everybody, and names no software."""

import asyncio
import re

import pytest
from edge_harness import HQ, PAGE

KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
UPGRADE = f"Upgrade: websocket\r\nConnection: Upgrade\r\nOrigin: {PAGE}\r\n{KEY}\r\n"
OLD = "Sec-WebSocket-Version: 7\r\nSec-WebSocket-Protocol: sip\r\n"
ASKED = {
    "a page": "GET /s3cret-mark HTTP/1.1\r\nHost: x\r\n\r\n",
    "another origin": f"GET / HTTP/1.1\r\nHost: x\r\n{UPGRADE.replace(PAGE, 'https://evil.example')}\r\n",
    "no protocol": f"GET / HTTP/1.1\r\nHost: x\r\n{UPGRADE}Sec-WebSocket-Version: 13\r\n\r\n",
    "old version": f"GET / HTTP/1.1\r\nHost: x\r\n{UPGRADE}{OLD}\r\n",
    "a procedure": "POST /RPC HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
}


@pytest.mark.parametrize("request_text", ASKED.values(), ids=ASKED)
async def test_a_page_of_the_edge_names_no_software_and_repeats_nothing(patient_hq, request_text: str):
    reader, writer = await asyncio.open_connection(HQ, 8088)
    writer.write(request_text.encode())
    async with asyncio.timeout(5):
        said = (await reader.read()).decode()
    writer.close()

    assert said.startswith("HTTP/1.1 4"), said
    assert "\r\nServer: trunkline\r\n" in said
    assert re.search(r"kamailio|s3cret|[0-9]+\.[0-9]+\.[0-9]+ ", said, re.IGNORECASE) is None, said
