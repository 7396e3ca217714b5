"""What of a list lies in the object store: the uploaded parts, and the rows that were refused."""

from callmodel.ids import ListId, TenantId
from control_plane.features.lists.store import ListRecord, ListStore
from control_plane.web.context import Resources


def refused_key(tenant_id: TenantId, list_id: ListId, turn: int, number: int) -> str:
    """Name a slice of the rows that an import refused."""
    return f"{tenant_id}/lists/{list_id}/refused/{turn}-{number:05}.csv"


def refused_keys(tenant_id: TenantId, record: ListRecord) -> list[str]:
    """Name the slices of the list's refused rows, in order."""
    slices = 0 if record.summary is None else int(record.summary["slices"])
    return [refused_key(tenant_id, record.list_id, record.turn, number) for number in range(slices)]


async def drop_file(resources: Resources, tenant_id: TenantId, list_id: ListId) -> int:
    """Delete the uploaded parts of a list; return how many.  Raises ObjectsUnavailableError."""
    store = ListStore(resources.store)
    parts = await store.parts(tenant_id, list_id)
    for part in parts:
        await resources.objects.delete(part.object_key)
        await store.drop_part(tenant_id, list_id, part.number)
    return len(parts)
