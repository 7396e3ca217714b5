"""Registrations at carriers that want one (RFC 3261, 10), held by Kamailio's uac module."""

import re
from dataclasses import dataclass

from edge_proxy.trunkbook import TrunkBook
from edge_proxy.trunking import attempt_at
from kamailio_helpers.rpc import Parameter

EXPIRES_SECONDS = 300
_EMPTY = "."
_WORD = re.compile(r"[A-Za-z0-9._+:@-]{1,128}")


@dataclass(frozen=True)
class CarrierRegistration:
    """One binding at a carrier; `trunk_id` is also the user part of our Contact there."""

    trunk_id: str
    username: str
    domain: str
    realm: str
    ha1: str
    proxy: str

    def parameters(self, socket: str) -> list[Parameter]:
        """Return the parameters of `uac.reg_add`.  socket: `address:port` that we register from."""
        return [
            self.trunk_id, self.username, self.domain, self.username, self.domain, self.realm, self.username,
            _EMPTY, self.ha1, self.proxy, EXPIRES_SECONDS, 0, 0, socket, _EMPTY,
        ]  # fmt: skip


def registrations_of(trunks: TrunkBook) -> dict[str, CarrierRegistration]:
    """Return the wanted registrations by trunk: at the first gateway whose address is known.

    At one only: two bindings of the same account would let the carrier ring us twice.
    Trunks whose words could not pass through RPC unharmed are left out.
    """
    wanted: dict[str, CarrierRegistration] = {}
    for trunk in trunks.trunks:
        first = attempt_at(trunks, trunk, "", trunk.trunk_id)
        if not trunk.registers or trunk.credentials is None or first is None:
            continue
        keys = trunk.credentials
        words = (trunk.trunk_id, keys.username, trunk.domain, keys.realm, keys.ha1)
        if all(_WORD.fullmatch(word) for word in words):
            wanted[trunk.trunk_id] = CarrierRegistration(
                trunk.trunk_id, keys.username, trunk.domain, keys.realm, keys.ha1, first.next_hop
            )
    return wanted
