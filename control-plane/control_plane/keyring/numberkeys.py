"""By which hot state knows a tenant's customers: their numbers stand in Redis as keyed hashes, never themselves."""

from callmodel.ids import E164, TenantId
from callmodel.privacy import number_hash
from servicekit.crypto import TenantCipher


def number_key_of(cipher: TenantCipher, tenant_id: TenantId) -> str:
    """Return the tenant's key, the same for ever.  It follows from the master key, which does not follow from it."""
    return cipher.keyed_hash(tenant_id, "key of numbers in hot state")


class NumberTokens:
    """The keyed hashes of a tenant's customers, as media nodes and diallers make them."""

    def __init__(self, cipher: TenantCipher, tenant_id: TenantId) -> None:
        self._key = number_key_of(cipher, tenant_id)

    def token_of(self, number: E164) -> str:
        """Return a number's keyed hash."""
        return number_hash(self._key, number)
