"""Wiring of the portal, and the process `trunkline portal`."""

import asyncio
import logging
import ssl
import time

from aiohttp import web
from redis.asyncio import Redis

from hotstate.acd import Acd
from servicekit import lifecycle
from servicekit.health import add_health_routes
from servicekit.lifecycle import Service
from servicekit.listener import serve_http
from servicekit.redisio import connect
from tenant_portal.brands import BrandRoutes
from tenant_portal.config import PortalSettings
from tenant_portal.controlplane import ControlPlane
from tenant_portal.desk import Desk
from tenant_portal.document import add_document
from tenant_portal.http import SessionRoutes
from tenant_portal.live.hub import Hub
from tenant_portal.live.socket import EventRoutes
from tenant_portal.middleware import build_middleware, build_signer
from tenant_portal.pages import Pages
from tenant_portal.passing import PassingOn
from tenant_portal.phone import PhoneRoutes
from tenant_portal.prompts import PromptRoutes
from tenant_portal.recordings import RecordingRoutes
from tenant_portal.service import SignIns
from tenant_portal.sessionstore import Lives, SessionStore
from tenant_portal.why import WhyRoutes

logger = logging.getLogger(__name__)


def now_ms() -> int:
    """Return the time, milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def build_desk(settings: PortalSettings, redis: Redis, api: ControlPlane) -> Desk:
    """Return what requests need."""
    lives = Lives(settings.portal_idle_seconds * 1000, settings.portal_session_seconds * 1000)
    return Desk(settings, api, SignIns(SessionStore(redis, lives), api, now_ms), now_ms)


def build_portal(desk: Desk, hub: Hub) -> web.Application:
    """Return the portal as an aiohttp application; the console's pages are to be added last."""
    app = web.Application(middlewares=[build_middleware(desk)])
    app.on_response_prepare.append(build_signer(desk))
    add_document(app)
    talking = (SessionRoutes(desk), PhoneRoutes(desk), EventRoutes(desk, hub), BrandRoutes(desk))
    for part in (*talking, RecordingRoutes(desk), PromptRoutes(desk), WhyRoutes(desk), PassingOn(desk)):
        part.add_to(app)
    return app


async def start(service: Service) -> None:
    """Wire the portal and start to listen."""
    settings = service.settings
    assert isinstance(settings, PortalSettings)
    redis = connect(settings.redis_url)
    service.on_close(redis.aclose)
    api = ControlPlane(settings.api_urls, settings.portal_api_from)
    await api.start()
    service.on_close(api.close)
    service.add_check("redis", redis.ping)
    service.add_check("api", api.ping)
    desk = build_desk(settings, redis, api)
    hub = Hub(redis, api, Acd(redis))
    for name, part in (("feed", hub.feed.run()), ("figures", hub.run_figures()), ("looks", hub.run_looks())):
        service.spawn(name, part)
    service.spawn("pools", hub.run_pools())
    app = build_portal(desk, hub)
    add_health_routes(app, service)
    Pages(desk).add_to(app)
    runner = await serve_http(
        app,
        settings.portal_host,
        settings.portal_port,
        tls=await asyncio.to_thread(_tls_of, settings),
        shutdown_seconds=settings.shutdown_seconds,
        most_connections=settings.most_connections,
        proxies=settings.trusted_proxies,
    )
    service.on_drain(runner.cleanup)
    service.on_close(runner.cleanup)
    extra = {"portal_host": settings.portal_host, "portal_port": settings.portal_port}
    logger.info("portal listens", extra=extra)


def _tls_of(settings: PortalSettings) -> ssl.SSLContext | None:
    if settings.portal_tls_cert is None or settings.portal_tls_key is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.portal_tls_cert, settings.portal_tls_key)
    return context


def main() -> int:
    """Run the portal.  Raises SettingsError for settings that can not be used."""
    return lifecycle.run(start, PortalSettings.load(), "portal")
