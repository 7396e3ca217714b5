"""`/why/...`: what went wrong with a call, by what its user may read: record, messages, recording (ADR 42)."""

import re
from typing import Any

from aiohttp import web

from callmodel.cdr import Cdr
from callmodel.codec import from_wire, to_wire
from callmodel.ladder import SipHead
from callmodel.why.explaining import explain
from callmodel.why.finding import Case, Recorded
from servicekit.problems import ForbiddenError, NotFoundError, UnavailableError
from tenant_portal.controlplane import Caller
from tenant_portal.desk import Desk
from tenant_portal.problems import SignedOutError
from tenant_portal.sessions import Session

Document = dict[str, Any]

MOST_ASKED = 32
"""Of dialogs, and of accounts, in one question."""
_NAME = re.compile("[0-9A-Za-z-]{1,64}")
_REFUSED = {401: SignedOutError, 403: ForbiddenError, 404: NotFoundError}


class WhyRoutes:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/why/{tenant_id}/{call_id}", self._desk.with_session(self.serve), allow_head=False)

    async def serve(self, request: web.Request, session: Session) -> web.StreamResponse:
        """Return findings, messages, and what could not be read.

        Raises NotFoundError, ForbiddenError for a client's people, SignedOutError, UnavailableError, TimedOutError.
        """
        tenant_id, call_id = request.match_info["tenant_id"], request.match_info["call_id"]
        if not all(_NAME.fullmatch(each) for each in (tenant_id, call_id)):
            raise NotFoundError()
        caller = self._desk.caller(request, session)
        place = f"/tenants/{tenant_id}"
        call = await self._read(f"{place}/calls/{call_id}", caller)
        if call["node_id"] is None:
            # Findings name gateways and nodes, of which this user is shown nothing.
            raise ForbiddenError()
        ladder = await self._messages(place, call, caller)
        recording = await self._recording(place, call, caller)
        heads = tuple(from_wire(SipHead, head) for head in (ladder or {}).get("items", ()))
        case = Case(from_wire(Cdr, call), heads, None if recording is None else from_wire(Recorded, recording))
        missing = ["messages"] if ladder is None else []
        missing += ["recording"] if recording is None and call["recording_id"] is not None else []
        said = {
            "findings": to_wire(explain(case)),
            "messages": (ladder or {}).get("items", []),
            "silent_edges": (ladder or {}).get("silent_edges", []),
            "missing": missing,
        }
        return web.json_response(said, headers={"Cache-Control": "no-store"})

    async def _read(self, path: str, caller: Caller) -> Document:
        answer = await self._desk.api.ask("GET", path, caller)
        if answer.status != 200:
            raise _REFUSED.get(answer.status, UnavailableError)()
        found: Document = answer.body
        return found

    async def _messages(self, place: str, call: Document, caller: Caller) -> Document | None:
        """Return the messages of a call's dialogs, and of phones rung in vain; None where they may not be read."""
        domain = (await self._read(place, caller))["domain"]
        rung = [leg["extension"] for leg in call["legs"] if leg["extension"] and leg["answered_ms"] is None]
        question = {
            "call_id": call["call_id"],
            "dialogs": [leg["sip_call_id"] for leg in call["legs"] if leg["sip_call_id"]][:MOST_ASKED],
            "accounts": [f"{extension}@{domain}" for extension in dict.fromkeys(rung)][:MOST_ASKED],
        }
        answer = await self._desk.api.ask("POST", "/platform/messages", caller, question)
        return answer.body if answer.status == 200 else None

    async def _recording(self, place: str, call: Document, caller: Caller) -> Document | None:
        if call["recording_id"] is None:
            return None
        answer = await self._desk.api.ask("GET", f"{place}/recordings/{call['recording_id']}", caller)
        return answer.body if answer.status == 200 else None
