"""A thin layer over aiohttp: routes declared with their shapes, from which the OpenAPI document is made too."""

from control_plane.web.context import ANONYMOUS, Context, Principal
from control_plane.web.problems import ConflictError
from control_plane.web.routes import Access, Route
from control_plane.web.shapes import NestedPatch, NewestPageQuery, PageOf, PageQuery, Shape, ThingsQuery
from servicekit.problems import ForbiddenError, InvalidRequestError, NotFoundError, Problem, UnavailableError

__all__ = [
    "ANONYMOUS",
    "Access",
    "ConflictError",
    "Context",
    "ForbiddenError",
    "InvalidRequestError",
    "NestedPatch",
    "NewestPageQuery",
    "NotFoundError",
    "PageOf",
    "PageQuery",
    "Principal",
    "Problem",
    "Route",
    "Shape",
    "ThingsQuery",
    "UnavailableError",
]
