"""`/prompt-audio/...`: what callers hear, from the portal's own origin, as players want it."""

from aiohttp import web

from servicekit.problems import ForbiddenError, NotFoundError, UnavailableError
from tenant_portal.desk import Desk
from tenant_portal.problems import SignedOutError
from tenant_portal.recordings import is_name, sound_through
from tenant_portal.sessions import Session


class PromptRoutes:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_to(self, app: web.Application) -> None:
        serve = self._desk.with_session(self.serve)
        app.router.add_get("/prompt-audio/{tenant_id}/{prompt_id}/{language}", serve, allow_head=False)

    async def serve(self, request: web.Request, session: Session) -> web.StreamResponse:
        """Return a prompt's audio in a language.

        Raises NotFoundError, ForbiddenError, SignedOutError, UnavailableError.
        """
        names = [request.match_info[name] for name in ("tenant_id", "prompt_id", "language")]
        if not all(is_name(each) for each in names):
            raise NotFoundError()
        tenant_id, prompt_id, language = names
        path = f"/tenants/{tenant_id}/prompts/{prompt_id}/audio/{language}"
        answer = await self._desk.api.ask("GET", path, self._desk.caller(request, session))
        if answer.status != 200:
            problem = {401: SignedOutError, 403: ForbiddenError, 404: NotFoundError}
            raise problem.get(answer.status, UnavailableError)()
        return await sound_through(self._desk, request, answer.body["url"])
