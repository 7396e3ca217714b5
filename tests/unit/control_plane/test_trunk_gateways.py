"""A gateway as the API takes it: what is usual where nothing is said, and what is left to DNS."""

import pytest

from callmodel.edgesnapshot import Gateway
from control_plane.features.trunks.schemas import GatewayShape
from control_plane.features.trunks.service import to_gateways


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"host": "192.0.2.1"}, Gateway("192.0.2.1", 5060, "udp")),
        ({"host": "192.0.2.1", "transport": "tls"}, Gateway("192.0.2.1", 5061, "tls")),
        ({"host": "192.0.2.1", "port": 5080}, Gateway("192.0.2.1", 5080, "udp")),
        ({"host": "sip.carrier.example", "port": 5060}, Gateway("sip.carrier.example", 5060, "udp")),
        ({"host": "sip.carrier.example"}, Gateway("sip.carrier.example", None, None)),
        ({"host": "sip.carrier.c2", "transport": "tcp"}, Gateway("sip.carrier.c2", None, "tcp")),
    ],
)
def test_only_a_name_without_a_port_is_left_to_dns(given, kept):
    assert to_gateways([GatewayShape(**given)]) == (kept,)
