"""By which hot state knows a tenant's customers: their numbers stand in Redis as keyed hashes, never themselves."""

from callmodel.ids import TenantId
from servicekit.crypto import TenantCipher


def number_key_of(cipher: TenantCipher, tenant_id: TenantId) -> str:
    """Return the tenant's key, the same for ever.  It follows from the master key, which does not follow from it."""
    return cipher.keyed_hash(tenant_id, "key of numbers in hot state")
