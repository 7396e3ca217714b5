"""From a declared route to an aiohttp handler: authenticate, authorise, validate, call, answer."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Protocol

from aiohttp import web
from pydantic import BaseModel, TypeAdapter, ValidationError

from callmodel.ids import TenantId
from control_plane.audit import record
from control_plane.fields import TenantIdText
from control_plane.inventory.archive import ArchivedError
from control_plane.inventory.references import find_tenant
from control_plane.people.permissions import Permission
from control_plane.web.context import ANONYMOUS, Context, Principal, Resources, context_of
from control_plane.web.problems import MalformedJsonError, UnauthenticatedError, UnsupportedMediaTypeError
from control_plane.web.routes import Access, Route
from control_plane.web.trail import changes_between, named_in, secrets_in
from servicekit.gate import client_address, vouch
from servicekit.problems import BodyTooLargeError, ForbiddenError, InvalidRequestError, NotFoundError, TimedOutError

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
FILE_TYPE = "application/octet-stream"
PIECE_BYTES = 1 << 16
_FIELD = re.compile("[A-Za-z][a-z_]{0,39}")
_TENANT: TypeAdapter[TenantId] = TypeAdapter(TenantIdText)


class Authenticator(Protocol):
    """Who sent a request.  Raises UnauthenticatedError for credentials that are wrong; None for no credentials."""

    async def principal_of(self, request: web.Request) -> Principal | None: ...


class Limiter(Protocol):
    """Lets an address pass so often.  Raises TooManyRequestsError."""

    async def admit(self, address: str) -> None: ...


def add_routes(
    app: web.Application,
    routes: Sequence[Route],
    resources: Resources,
    authenticator: Authenticator,
    limiter: Limiter,
    prefix: str = "/api/v1",
) -> None:
    """Add the routes to an application.  Raises TypeError for a handler that does not fit its route."""
    for route in routes:
        _ = route.signature  # a wrong declaration stops the process at its start, not at the first request
        endpoint = _Endpoint(route, resources, authenticator, limiter)
        app.router.add_route(route.method, prefix + route.path, endpoint.serve)


class _Endpoint:
    """One route's aiohttp handler."""

    def __init__(self, route: Route, resources: Resources, authenticator: Authenticator, limiter: Limiter) -> None:
        self._route = route
        self._authenticator = authenticator
        self._limiter = limiter
        self._resources = resources

    async def serve(self, request: web.Request) -> web.StreamResponse:
        route = self._route
        address = client_address(request, self._resources.settings.trusted_proxies)
        if route.limited:
            await self._limiter.admit(address)
        try:
            async with asyncio.timeout(route.timeout_seconds):
                principal = await self._authorise(request)
                context = context_of(self._resources, principal, address=address, request_id=REQUEST_ID.get())
                async with self._resources.files if route.signature.file else contextlib.nullcontext():
                    arguments = await self._arguments(request)
                    before = await self._shown(context, arguments) if route.changes else None
                    result = await route.handler(context, **arguments)
        except TimeoutError:
            raise TimedOutError() from None
        if route.changes:
            await self._after_change(context, arguments, before, result)
        return self._answer(result)

    async def _authorise(self, request: web.Request) -> Principal:
        needs = self._route.needs
        if needs is Access.PUBLIC:
            return ANONYMOUS
        principal = await self._authenticator.principal_of(request)
        if principal is None:
            raise UnauthenticatedError("send `Authorization: Bearer <access token>`")
        vouch(request)
        if needs is Access.BRANCH and principal.site_id is None:
            raise ForbiddenError("only a branch with its client certificate may do this")
        tenant = request.match_info.get("tenant_id")
        if tenant is not None:
            await self._require_tenant(principal, tenant)
        if isinstance(needs, Permission):
            tenant_id = TenantId(tenant) if tenant is not None else None
            if not principal.may(needs, tenant_id):
                raise ForbiddenError(f"this needs the permission {needs.value}")
        return principal

    async def _require_tenant(self, principal: Principal, tenant: str) -> None:
        """Raise NotFoundError for a tenant that is not there, as far as the user may tell.

        One that is archived HQ administrators may still look at: a change raises ArchivedError.
        """
        if not principal.knows(TenantId(tenant)):
            raise NotFoundError()
        try:
            # Of an HQ administrator it is only known that they would know it.
            found = await find_tenant(self._resources.store, _TENANT.validate_python(tenant))
        except ValidationError:
            raise NotFoundError() from None  # an id in a form that none has
        if found is None or (found.archived and not principal.is_hq_admin):
            raise NotFoundError()
        if found.archived and self._route.changes and not self._route.of_archived:
            raise ArchivedError(f"the tenant {tenant} is archived; restore it first")

    async def _arguments(self, request: web.Request) -> dict[str, Any]:
        signature = self._route.signature
        arguments: dict[str, Any] = {}
        for name, adapter in signature.path.items():
            try:
                arguments[name] = adapter.validate_python(request.match_info[name])
            except ValidationError:
                # An id in a form that none has names nothing.
                raise NotFoundError() from None
        if signature.query is not None:
            arguments["query"] = _read_query(signature.query, request)
        elif request.query:
            raise InvalidRequestError(errors=[{"where": "query", "message": "this address takes no query"}])
        if signature.body is not None:
            arguments["body"] = await _read_body(signature.body, request)
        if signature.file:
            arguments["file"] = await _read_file(request, self._route.most_bytes)
        if signature.stream:
            arguments["stream"] = _some(_pieces_of(request, self._route.most_bytes))
        return arguments

    async def _shown(self, context: Context, ids: Mapping[str, Any]) -> BaseModel | None:
        """Return the thing that this route changes as the API shows it; None where there is none, or none yet."""
        reads = self._route.shows
        wanted = self._route.shown_by
        if reads is None or not set(wanted) <= ids.keys():
            return None
        try:
            shown = await reads(context, **{name: ids[name] for name in wanted})
        except NotFoundError:
            return None
        return shown if isinstance(shown, BaseModel) else None

    async def _after_change(
        self, context: Context, arguments: Mapping[str, Any], before: BaseModel | None, result: Any
    ) -> None:
        tenant = arguments.get("tenant_id")
        tenant_id = TenantId(tenant) if tenant is not None else None
        if self._route.configures:
            context.configuration_changed(tenant_id)
        if not context.principal.user_id:
            return
        body = arguments.get("body")
        ids = {name: str(arguments[name]) for name in self._route.placeholders}
        if self._route.own and ids[self._route.own] == context.principal.user_id:
            return
        ids |= named_in(self._route.names, result, body)
        after = await self._shown(context, ids)
        await record(
            context.store,
            tenant_id,
            at_ms=context.now_ms(),
            actor=context.principal.username,
            action=self._route.operation_id,
            # Who changes nothing else, such as their password, changes their own account.
            subject=ids or {"user_id": context.principal.user_id},
            changes=changes_between(before, after) | secrets_in(body),
            address=context.address,
            request_id=context.request_id,
            retention=context.retention,
        )

    def _answer(self, result: Any) -> web.StreamResponse:
        if isinstance(result, web.StreamResponse):
            return result
        if result is None:
            return web.Response(status=204)
        if not isinstance(result, BaseModel):
            raise TypeError(f"{self._route.operation_id} returned {type(result).__name__}, not a shape")
        return web.Response(
            body=result.model_dump_json(by_alias=True).encode(),
            status=self._route.status,
            content_type="application/json",
        )


def _read_query(shape: type[BaseModel], request: web.Request) -> BaseModel:
    repeated = [name for name in request.query if len(request.query.getall(name)) > 1]
    if repeated:
        raise InvalidRequestError(errors=[{"where": f"query.{_step(repeated[0])}", "message": "give this once"}])
    try:
        return shape.model_validate_strings(dict(request.query))
    except ValidationError as error:
        raise _invalid(error, "query") from None


async def _read_body(shape: type[BaseModel], request: web.Request) -> BaseModel:
    if request.content_type != "application/json":
        raise UnsupportedMediaTypeError("send the body as application/json")
    try:
        data = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise BodyTooLargeError("send a smaller body") from None
    try:
        return shape.model_validate_json(data, strict=True)
    except ValidationError as error:
        if error.errors()[0]["type"] == "json_invalid":
            raise MalformedJsonError("the body can not be read as JSON") from None
        raise _invalid(error, "body") from None


async def _read_file(request: web.Request, most_bytes: int) -> bytes:
    data = bytearray()
    async for piece in _pieces_of(request, most_bytes):
        data += piece
    return bytes(data)


def _pieces_of(request: web.Request, most_bytes: int) -> AsyncIterator[bytes]:
    """Yield a body that is a file.  Raises UnsupportedMediaTypeError; BodyTooLargeError on the way."""
    if request.content_type != FILE_TYPE:
        raise UnsupportedMediaTypeError(f"send the file as {FILE_TYPE}")

    async def pieces() -> AsyncIterator[bytes]:
        size = 0
        async for piece in request.content.iter_chunked(PIECE_BYTES):
            size += len(piece)
            if size > most_bytes:
                raise BodyTooLargeError(f"send a file of {most_bytes} bytes at most")
            yield piece

    return pieces()


async def _some(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the pieces.  Raises InvalidRequestError at the end of none."""
    size = 0
    async for piece in pieces:
        size += len(piece)
        yield piece
    if not size:
        raise InvalidRequestError(errors=[{"where": "body", "message": "the file is empty"}])


def _step(step: object) -> str:
    """Return a step on the way to what is wrong: a place in a list or a name like those of our fields, nothing else.

    Keys are what the client wrote: they may be numbers of people, or a page's code.
    """
    return str(step) if isinstance(step, int) or _FIELD.fullmatch(str(step)) else "?"


def _invalid(error: ValidationError, part: str) -> InvalidRequestError:
    # Messages never repeat the value: it may be a password.
    errors = [
        {
            "where": ".".join([part, *map(_step, item["loc"])]),
            "message": item["msg"].removeprefix("Value error, "),
        }
        for item in error.errors(include_input=False, include_url=False, include_context=False)[:20]
    ]
    first = errors[0]
    return InvalidRequestError(f"{first['where']}: {first['message']}", errors=errors)
