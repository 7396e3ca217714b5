"""The contacts that Kamailio's registrar keeps for an account, as values."""

from collections.abc import Iterator

import KSR

from edge_proxy import registration
from edge_proxy.registration import Binding
from kemi.environment import text


def bindings_of(aor: str) -> Iterator[Binding]:
    """Yield what is registered for an address of record, `sip:user@domain`."""
    if KSR.registrar.reg_fetch_contacts("location", aor, "known") < 0:
        return
    for number in range(int(text("$(ulc(known=>count))") or 0)):
        yield _binding(number)


def lives_at(aor: str, address: str) -> bool:
    """Say whether a phone of an account is registered from an address."""
    return any(binding.address == address for binding in bindings_of(aor))


def _binding(number: int) -> Binding:
    def told(what: str) -> str:
        value = text(f"$(ulc(known=>{what})[{number}])")
        # The registrar's own word for a phone that does not say what it is.
        return "" if value in ("<null>", "n/a") else value

    contact, instance = told("addr"), told("instance").strip('"<>').lower()
    address = registration.address_of(contact, told("received"))
    return Binding(told("ruid"), contact, address, told("user_agent"), instance, int(told("modified") or 0))
