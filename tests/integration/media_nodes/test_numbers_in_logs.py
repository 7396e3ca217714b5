"""Whatever reaches a media node, nobody's number comes into what Asterisk writes."""

import asyncio
import socket

from media_harness import Node, until

NUMBER = "13812345678"


def broken(node: Node, port: int) -> list[bytes]:
    """Return requests with a number, each broken in another place, and one that is whole for nobody."""
    whole = "\r\n".join(
        (
            f"INVITE sip:{NUMBER}@{node.address} SIP/2.0",
            f"Via: SIP/2.0/UDP {node.edge_address}:{port};branch=z9hG4bKn",
            f'From: "{NUMBER}" <sip:{NUMBER}@x>;tag=1',
            f"To: <sip:{NUMBER}@y>",
            f"Call-ID: {NUMBER}",
            "CSeq: 1 INVITE",
            f"Contact: <sip:{NUMBER}@{node.edge_address}:{port}>",
            "Content-Type: application/sdp",
            "Content-Length: 13",
            "",
            f"{NUMBER}\r\n",
        )
    )
    ways = (
        ("", ""), ("z9hG4bKn", 'z9hG4bKn;x="'), (";tag=1", ";tag"), ("@y>", "@y"), ("1 INVITE", NUMBER * 2),
        ("1 INVITE", "1 BYE"), ("sip:", "sip::"), ("Length: 13", f"Length: {NUMBER}"), ("Contact: <", "Contact: "),
        ("SIP/2.0\r\nVia", "SIP/2.1\r\nVia"), ("Call-ID", "Call ID"), ("Contact", f"Replaces: {NUMBER}\r\nContact"),
    )  # fmt: skip
    return [whole.replace(*way).replace("z9hG4bKn", f"z9hG4bKn{place}").encode() for place, way in enumerate(ways)]


async def test_no_number_comes_into_what_asterisk_writes(node: Node):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((node.edge_address, 0))
        for data in broken(node, sender.getsockname()[1]):
            await asyncio.to_thread(sender.sendto, data, (node.address, 5060))

    await until(lambda: "pjproject" in node.log("asterisk"), 5)
    call = await node.call_in("+8657112345678")
    await call.wait_for("ended")
    written = [path for path in (node.folder / "run").rglob("*") if path.is_file() and path.suffix != ".conf"]
    told = [str(path) for path in (*written, *node.folder.glob("*.log")) if NUMBER.encode() in path.read_bytes()]
    assert told == []
