"""Routes of reports."""

from aiohttp import web

from callmodel.ids import TenantId
from control_plane.features.reports import schemas, service
from control_plane.features.reports.counting import Kind
from control_plane.features.reports.files import XLSX, as_csv, as_xlsx, table_of
from control_plane.fields import TenantIdText
from control_plane.people.permissions import Permission
from control_plane.web import Context, ForbiddenError, Route, UnavailableError

_NEEDS = {Kind.AGENT: Permission.AGENTS_READ, Kind.TRUNK: Permission.SPEND_READ}


class ReportNotReadyError(UnavailableError):
    error_id = "report-not-ready"
    title = "Half hours are still to be summed up: ask for the report until none is pending"


async def show(context: Context, tenant_id: TenantIdText, query: schemas.ReportQuery) -> schemas.ReportView:
    """Figures by interval, each with its definition.

    What was never asked for before is summed up first, some seconds' worth in each request: while half hours are
    `pending`, ask again.
    """
    needs = _NEEDS.get(query.kind)
    if needs is not None and not context.principal.may(needs, tenant_id):
        raise ForbiddenError(f"this report needs the permission {needs.value}")
    found = await service.report(context, tenant_id, query.to_asked())
    return schemas.to_view(found, _currency(context, tenant_id))


async def download(context: Context, tenant_id: TenantIdText, query: schemas.FileQuery) -> web.Response:
    """The same as a file for spreadsheets, CSV or XLSX; text that looks like a formula stays text."""
    view = await show(context, tenant_id, query)
    if view.pending:
        raise ReportNotReadyError()
    rows = table_of(view)
    body, kind = (as_xlsx(rows), XLSX) if query.format == "xlsx" else (as_csv(rows), "text/csv")
    name = f"{tenant_id}-{view.kind}-{view.interval}.{query.format}"
    return web.Response(
        body=body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _currency(context: Context, tenant_id: TenantId) -> str | None:
    return context.settings.currency if context.principal.may(Permission.SPEND_READ, tenant_id) else None


_TAGS = ("reports",)
_REPORTS = "/tenants/{tenant_id}/reports"
_ERRORS = (service.ReportTooBigError, ForbiddenError)

routes = [
    Route(
        "GET",
        _REPORTS,
        show,
        Permission.REPORTS_READ,
        "Figures by interval",
        _TAGS,
        errors=_ERRORS,
        timeout_seconds=30,
    ),
    Route(
        "GET",
        _REPORTS + "/file",
        download,
        Permission.REPORTS_READ,
        "The same as a file",
        _TAGS,
        errors=(*_ERRORS, ReportNotReadyError),
        timeout_seconds=30,
    ),
]
