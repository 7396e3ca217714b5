"""The API process: features wired into one aiohttp application, and the order of start and stop."""

import asyncio
import logging
from collections.abc import Sequence

from aiohttp import web

from control_plane.branch_listener import start_branch_listener
from control_plane.config import ControlPlaneSettings
from control_plane.features.agents import http as agents
from control_plane.features.agents import state_http as agent_states
from control_plane.features.auth import http as auth
from control_plane.features.auth.authenticator import BearerAuthenticator
from control_plane.features.bans import http as bans
from control_plane.features.calendars import http as calendars
from control_plane.features.calls import approvals
from control_plane.features.calls import followups_http as follow_ups
from control_plane.features.calls import handover_http as handover
from control_plane.features.calls import http as calls
from control_plane.features.campaigns import http as campaigns
from control_plane.features.campaigns import live_http as campaign_live
from control_plane.features.campaigns import whatif_http as campaign_whatif
from control_plane.features.campaigns import work_http as campaign_work
from control_plane.features.dnc import http as dnc
from control_plane.features.enrolment import http as enrolment
from control_plane.features.flows import http as flows
from control_plane.features.lists import http as lists
from control_plane.features.numbers import http as numbers
from control_plane.features.platform import http as platform
from control_plane.features.platform import messages
from control_plane.features.prompts import http as prompts
from control_plane.features.queues import http as queues
from control_plane.features.recordings import http as recordings
from control_plane.features.reports import http as reports
from control_plane.features.sites import http as sites
from control_plane.features.stations import http as stations
from control_plane.features.tenants import brand_http as brands
from control_plane.features.tenants import http as tenants
from control_plane.features.trunks import http as trunks
from control_plane.features.users import http as users
from control_plane.features.vips import http as vips
from control_plane.features.webhooks import http as webhooks
from control_plane.publishing.publisher import Changes, Publisher
from control_plane.resources import close_resources, open_resources
from control_plane.web import Route
from control_plane.web.application import build_application
from control_plane.web.context import Resources
from servicekit import lifecycle
from servicekit.crypto import KeyFileError
from servicekit.health import add_health_routes
from servicekit.lifecycle import Service
from servicekit.listener import serve_http
from servicekit.objects import FolderObjects
from servicekit.objects import add_routes as add_object_routes

# Every feature's routes; features know nothing of each other and meet here.
ROUTES: Sequence[Route] = [
    *auth.routes,
    *tenants.routes,
    *brands.routes,
    *sites.routes,
    *users.routes,
    *stations.routes,
    *trunks.routes,
    *prompts.routes,
    *queues.routes,
    *calendars.routes,
    *flows.routes,
    *vips.routes,
    *agents.routes,
    *agent_states.routes,
    *lists.routes,
    *campaigns.routes,
    *campaign_work.routes,
    *campaign_whatif.routes,
    *campaign_live.routes,
    *dnc.routes,
    *numbers.routes,
    *platform.routes,
    *messages.routes,
    *bans.routes,
    *calls.routes,
    *handover.routes,
    *follow_ups.routes,
    *approvals.routes,
    *webhooks.routes,
    *recordings.routes,
    *reports.routes,
    *enrolment.routes,
]

MAX_LINE_BYTES = 32_768
"""Of a request's first line: below it what is wrong with a query is said in a problem of ours, above by aiohttp."""

logger = logging.getLogger(__name__)


def build_api(resources: Resources) -> web.Application:
    """Return the API as an aiohttp application.  Raises RuntimeError for resources without the signing key."""
    app = build_application(
        ROUTES, resources, BearerAuthenticator(resources.store, resources.token_key(), resources.cipher)
    )
    if isinstance(resources.objects, FolderObjects):
        # S3 serves its own links; the embedded folder's are served here.
        add_object_routes(app, resources.objects)
    return app


async def listen(service: Service, app: web.Application, host: str, port: int) -> None:
    """Serve an application until the service stops: first no new connections, then running requests end."""
    settings = service.settings
    assert isinstance(settings, ControlPlaneSettings)
    runner = await serve_http(
        app,
        host,
        port,
        shutdown_seconds=settings.shutdown_seconds,
        most_connections=settings.most_connections,
        proxies=settings.trusted_proxies,
        max_line_bytes=MAX_LINE_BYTES,
    )
    service.on_drain(runner.cleanup)
    service.on_close(runner.cleanup)


async def start(service: Service) -> None:
    """Wire the API and start to listen."""
    settings = service.settings
    assert isinstance(settings, ControlPlaneSettings)
    if not settings.master_key_file.exists():
        # A key made here by mistake could open nothing that is in the store.
        raise KeyFileError(f"{settings.master_key_file} is missing: run `trunkline admin bootstrap`")
    changes = Changes()
    # Opening a store may migrate it: off the event loop.
    resources = await asyncio.to_thread(open_resources, settings, changes.tell, signs_tokens=True)
    service.on_close(lambda: close_resources(resources))
    service.add_check("store", lambda: resources.store.get("users", {"scope": "platform", "user_id": "-"}))
    service.add_check("redis", resources.redis.ping)
    service.spawn("snapshots", Publisher(resources, changes).run())
    app = build_api(resources)
    add_health_routes(app, service)
    await listen(service, app, settings.api_host, settings.api_port)
    branches = await start_branch_listener(resources, service.spawn)
    if branches is not None:
        service.on_drain(branches.cleanup)
    logger.info("API listens", extra={"api_host": settings.api_host, "api_port": settings.api_port})


def main() -> int:
    """Run the API.  Raises SettingsError for settings that can not be used."""
    return lifecycle.run(start, ControlPlaneSettings.load(), "api")
