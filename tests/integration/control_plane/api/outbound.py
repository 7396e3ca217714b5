"""What tests of lists and campaigns share: files are sent and imported, and campaigns are ready to run."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from api_house import Answer, Client, World, fresh

FILE = {"Content-Type": "application/octet-stream"}


async def a_tenant(world: World) -> str:
    """Return a tenant with a queue, a prompt and a number of its own."""
    made = fresh("t")
    admin = world.admin
    await admin.make("/tenants", {"tenant_id": made, "name": "Some Firm"})
    await admin.make(f"/tenants/{made}/queues", {"queue_id": "sales"})
    await admin.make(f"/tenants/{made}/prompts", {"prompt_id": "sorry"})
    return made


async def a_number(world: World, tenant_id: str) -> str:
    """Return a number that is lent to the tenant."""
    number = f"+8621{int(fresh('n')[2:], 16) % 100_000_000:08}"
    await world.admin.make("/numbers", {"number": number, "tenant_id": tenant_id})
    return number


async def send(client: Client, tenant_id: str, list_id: str, data: bytes, part: int = 0) -> Answer:
    return await client.call("PUT", f"/tenants/{tenant_id}/lists/{list_id}/file/{part}", data=data, headers=FILE)


async def until(found: Callable[[], Awaitable[Any]], seconds: float = 60, pause: float = 0.1) -> Any:
    """Return what is found, once it is."""
    async with asyncio.timeout(seconds):
        while True:
            if value := await found():
                return value
            await asyncio.sleep(pause)


async def done(client: Client, tenant_id: str, list_id: str) -> dict[str, Any]:
    """Return the list once a worker is done with it."""

    async def look() -> dict[str, Any] | None:
        found: dict[str, Any] = await client.get(f"/tenants/{tenant_id}/lists/{list_id}")
        return None if found["state"] in ("open", "waiting", "importing") else found

    said: dict[str, Any] = await until(look)
    return said


async def imported(
    client: Client, tenant_id: str, data: bytes, list_id: str = "bought", **settings: Any
) -> dict[str, Any]:
    """Create a list, send its file, and return it once it is imported."""
    await client.make(f"/tenants/{tenant_id}/lists", {"list_id": list_id} | settings)
    sent = await send(client, tenant_id, list_id, data)
    assert sent.status == 200, sent.body
    begun = await client.call("POST", f"/tenants/{tenant_id}/lists/{list_id}/import", {})
    assert begun.status == 200, begun.body
    return await done(client, tenant_id, list_id)


def a_campaign(number: str, **changes: Any) -> dict[str, Any]:
    """Return a campaign that lacks nothing."""
    week = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    return {
        "campaign_id": "spring",
        "kind": "predictive",
        "queue_id": "sales",
        "lists": [{"list_id": "bought"}],
        "callers": {"numbers": [number]},
        "hours": {"hours": week},
        "pacing": {"abandon_message": "sorry"},
    } | changes
