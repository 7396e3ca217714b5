"""Whom a TLS connection belongs to, by the certificate that our CA signed (RFC 5922 binds SIP to SANs likewise)."""

import re

_SITE = re.compile(r"urn:trunkline:site:([A-Za-z0-9][A-Za-z0-9-]{0,62})")


def site_of_certificate(*, verified: bool, common_name: str, san_uri: str) -> str | None:
    """Return the site whose gateway holds the certificate, None when it is no verified branch certificate.

    Subject and SAN must name the same site: a certificate that contradicts itself was not made by us.
    """
    match = _SITE.fullmatch(san_uri)
    if not verified or match is None or match.group(1) != common_name:
        return None
    return match.group(1)


def is_headquarters(*, verified: bool, san_uri: str) -> bool:
    """Say, at a branch, whether the peer is HQ: our CA signed it, and it is no other branch."""
    return verified and not san_uri.startswith("urn:trunkline:site:")
