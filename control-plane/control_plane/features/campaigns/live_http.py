"""Routes of how campaigns run now, and of how well the tenant's numbers are answered."""

from control_plane.features.campaigns import live, numberhealth
from control_plane.features.campaigns.live_schemas import LiveView, NumbersHealthView
from control_plane.fields import CampaignIdText, E164Text, TenantIdText
from control_plane.people.permissions import Permission
from control_plane.web import Context, Route


async def running(context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText) -> LiveView:
    """How a campaign runs now: its lines, its agents, abandonment over both windows, and calls by the hour."""
    return await live.live_of(context, tenant_id, campaign_id)


async def health(context: Context, tenant_id: TenantIdText) -> NumbersHealthView:
    """How well the numbers that campaigns show are answered, against their own past, and which rest."""
    return await numberhealth.health_of(context, tenant_id)


async def wake(context: Context, tenant_id: TenantIdText, number: E164Text) -> NumbersHealthView:
    """Have a number that rests be shown again.  What made it rest is forgotten, and it is judged anew."""
    return await numberhealth.wake(context, tenant_id, number)


_TENANT = "/tenants/{tenant_id}"
_HEALTH = f"{_TENANT}/number-health"

routes = [
    Route(
        "GET",
        f"{_TENANT}/campaigns/{{campaign_id}}/running",
        running,
        Permission.CAMPAIGNS_READ,
        "How a campaign runs now",
        ("campaigns",),
    ),
    Route("GET", _HEALTH, health, Permission.NUMBERS_READ, "How well numbers are answered", ("number-health",)),
    Route(
        "POST",
        f"{_HEALTH}/{{number}}/wake",
        wake,
        Permission.CAMPAIGNS_WRITE,
        "Show a number that rests again",
        ("number-health",),
        shows=health,
    ),
]
