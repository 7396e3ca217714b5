"""By what the numbers of a list fall: its own settings, and what the tenant knows of numbers."""

from callmodel.ids import TenantId
from control_plane.features.lists.store import ListRecord
from control_plane.web.context import Resources
from leadimport.rules import Rules


async def rules_of(resources: Resources, tenant_id: TenantId, record: ListRecord) -> Rules:
    """Return the rules of a list as they are now.  Raises RulesError, StoreUnavailableError."""
    settings = record.settings
    return Rules(
        settings["region"], frozenset(settings["blocked_regions"]), frozenset(settings["blocked_line_types"]), {}
    )
