"""`/phone`: what the browser needs to be the phone of its user's own seat.

The station's password is known to nobody; the control plane hands out its HA1 (RFC 7616, 3.4.2) for the seat of who
asks, and audits it.
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from servicekit.problems import UnavailableError
from tenant_portal.desk import Desk
from tenant_portal.problems import NoStationError
from tenant_portal.sessions import Session

BROWSERS = "webrtc"


def is_for_browsers(station: Mapping[str, Any]) -> bool:
    """Say whether an edge offers the station what a browser takes."""
    return bool(station["media"] == BROWSERS)


class PhoneRoutes:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/phone", self._desk.with_session(self.show), allow_head=False)

    async def show(self, request: web.Request, session: Session) -> web.StreamResponse:
        """Return what JsSIP is set up with.  Raises NoStationError."""
        desk, caller = self._desk, self._desk.caller(request, session)
        if session.tenant_id is None:
            raise NoStationError()
        stations = f"/tenants/{session.tenant_id}/stations"
        found = await desk.api.all_of(stations, caller, user_id=session.identity.user_id)
        mine = next((each for each in found or [] if is_for_browsers(each)), None)
        if mine is None:
            raise NoStationError()
        answer = await desk.api.ask("POST", f"{stations}/{mine['extension']}/phone", caller)
        if answer.status in (403, 404, 409):
            raise NoStationError()
        if answer.status != 200:
            raise UnavailableError()
        return web.json_response(self._document(answer.body))

    def _document(self, station: Mapping[str, Any]) -> dict[str, Any]:
        settings = self._desk.settings
        servers = [
            each.model_dump(exclude_none=True, exclude={"credential"})
            | ({"credential": each.credential.get_secret_value()} if each.credential is not None else {})
            for each in settings.portal_ice_servers
        ]
        return {
            "uri": f"sip:{station['extension']}@{station['domain']}",
            "extension": station["extension"],
            "domain": station["domain"],
            "websocket": settings.phone_edges,
            "ice_servers": servers,
            "authorization": {"realm": station["domain"], "ha1": station["ha1"]},
            "display_name": station["display_name"],
        }
