"""The OpenAPI 3.1 document, made from the same declarations that serve."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from control_plane.inventory.archive import ArchivedError
from control_plane.people.permissions import Permission
from control_plane.web.problems import (
    MalformedJsonError,
    TokenExpiredError,
    TokenInvalidError,
    UnauthenticatedError,
    UnsupportedMediaTypeError,
)
from control_plane.web.routes import Access, Route
from servicekit.problems import (
    CONTENT_TYPE,
    BodyTooLargeError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    Problem,
    TimedOutError,
    TooManyRequestsError,
    UnavailableError,
)

Document = dict[str, Any]

REF = "#/components/schemas/{model}"
PROBLEM_SCHEMA: Document = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. `error_id` is stable; texts are for people and may change.",
    "required": ["type", "title", "status", "detail", "error_id", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "error_id": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "message"],
                "properties": {"where": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "used_by": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["kind", "id"],
                "properties": {"kind": {"type": "string"}, "id": {"type": "string"}, "tenant_id": {"type": "string"}},
            },
        },
    },
}


def build_document(routes: Sequence[Route], server_url: str, prefix: str = "/api/v1") -> Document:
    """Return the document for these routes."""
    models = _models_of(routes)
    refs, definitions = models_json_schema(models, ref_template=REF)
    _close_maps(definitions)
    paths: Document = {}
    for route in routes:
        paths.setdefault(prefix + route.path, {})[route.method.lower()] = _operation(route, refs)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Trunkline control plane",
            "version": "1",
            "description": "Configuration, calls and recordings.  Errors are `application/problem+json` with a "
            "stable `error_id`.  What belongs to a tenant in which you have no role does not exist for you (404).",
        },
        "servers": [{"url": server_url}],
        "paths": paths,
        "components": {
            "schemas": {**definitions.get("$defs", {}), "Problem": PROBLEM_SCHEMA},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "branchCertificate": {"type": "mutualTLS"},
            },
        },
    }


def problems_of(route: Route) -> list[type[Problem]]:
    """Return every problem a route may answer with: its own, and those that come with how it is declared."""
    found: list[type[Problem]] = [*route.errors, Problem, UnavailableError, TimedOutError]
    if route.needs is not Access.PUBLIC:
        found += [UnauthenticatedError, TokenExpiredError, TokenInvalidError]
    if isinstance(route.needs, Permission) or route.needs is Access.BRANCH:
        found.append(ForbiddenError)
    if route.placeholders:
        found.append(NotFoundError)
    if "tenant_id" in route.placeholders and route.changes and not route.of_archived:
        found.append(ArchivedError)
    if route.signature.body is not None:
        found += [MalformedJsonError, BodyTooLargeError, UnsupportedMediaTypeError]
    if route.signature.file or route.signature.stream:
        found += [BodyTooLargeError, UnsupportedMediaTypeError]
    if route.limited:
        found.append(TooManyRequestsError)
    # A query where none is taken is refused too, so any route can say 422.
    return [*found, InvalidRequestError]


def _models_of(routes: Iterable[Route]) -> list[tuple[type[BaseModel], Any]]:
    found: dict[tuple[type[BaseModel], str], None] = {}
    for route in routes:
        signature = route.signature
        if signature.body is not None:
            found[(signature.body, "validation")] = None
        if _is_shape(signature.result):
            found[(signature.result, "serialization")] = None  # type: ignore[index]
    return list(found)


def _close_maps(schema: Any) -> None:
    """Say that maps take no other keys than their pattern's: pydantic refuses them, and forgets to say so."""
    if isinstance(schema, dict):
        if "patternProperties" in schema:
            schema.setdefault("additionalProperties", False)
        for part in schema.values():
            _close_maps(part)
    elif isinstance(schema, list):
        for part in schema:
            _close_maps(part)


def _is_shape(result: Any) -> bool:
    return isinstance(result, type) and issubclass(result, BaseModel)


def _operation(route: Route, refs: Any) -> Document:
    signature = route.signature
    operation: Document = {
        "operationId": route.operation_id,
        "summary": route.summary,
        "description": _description(route),
        "tags": list(route.tags),
        "parameters": [*_path_parameters(route), *_query_parameters(signature.query)],
        "responses": {**_success(route, refs), **_failures(route)},
        "security": _security(route),
    }
    if signature.body is not None:
        content: Document = {"schema": refs[(signature.body, "validation")]}
        if route.examples:
            content["examples"] = {name: {"value": value} for name, value in route.examples.items()}
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    if signature.file or signature.stream:
        binary = {"schema": {"type": "string", "format": "binary", "maxLength": route.most_bytes}}
        operation["requestBody"] = {"required": True, "content": {"application/octet-stream": binary}}
    return operation


def _description(route: Route) -> str:
    if isinstance(route.needs, Permission):
        return f"{route.description}\n\nNeeds the permission `{route.needs.value}`."
    return route.description


def _security(route: Route) -> list[Document]:
    if route.needs is Access.PUBLIC:
        return []
    return [{"branchCertificate": []}] if route.needs is Access.BRANCH else [{"bearer": []}]


def _path_parameters(route: Route) -> list[Document]:
    return [
        {"name": name, "in": "path", "required": True, "schema": adapter.json_schema()}
        for name, adapter in route.signature.path.items()
    ]


def _query_parameters(shape: type[BaseModel] | None) -> list[Document]:
    if shape is None:
        return []
    schema = shape.model_json_schema()
    required = set(schema.get("required", ()))
    parameters = []
    for name, field in schema["properties"].items():
        description = field.pop("description", "")
        parameter = {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": _without_null(field, schema),
        }
        parameters.append({**parameter, "description": description} if description else parameter)
    return parameters


def _without_null(field: Document, schema: Document) -> Document:
    """Return the schema of an optional query parameter: in a query there is no null, one leaves it out."""
    choices = [choice for choice in field.get("anyOf", ()) if choice.get("type") != "null"]
    kept = {name: value for name, value in field.items() if name not in ("anyOf", "default") or value is None}
    kept.pop("default", None)
    found = {**kept, **choices[0]} if len(choices) == 1 else dict(field)
    reference = found.pop("$ref", None)
    return {**schema["$defs"][reference.rsplit("/", 1)[-1]], **found} if reference else found


def _success(route: Route, refs: Any) -> Document:
    result = route.signature.result
    if result is None:
        return {"204": {"description": "Done; there is nothing to say."}}
    if not _is_shape(result):
        return {str(route.status): {"description": "See the description."}}
    return {
        str(route.status): {
            "description": route.summary,
            "content": {"application/json": {"schema": refs[(result, "serialization")]}},
        }
    }


def _failures(route: Route) -> Document:
    by_status: dict[int, list[type[Problem]]] = {}
    for problem in dict.fromkeys(problems_of(route)):
        by_status.setdefault(problem.status, []).append(problem)
    responses: Document = {}
    for status, problems in sorted(by_status.items()):
        schema = {
            "allOf": [
                {"$ref": REF.format(model="Problem")},
                {"properties": {"error_id": {"enum": sorted({problem.error_id for problem in problems})}}},
            ]
        }
        responses[str(status)] = {
            "description": "; ".join(f"`{problem.error_id}`: {problem.title}" for problem in problems),
            "content": {CONTENT_TYPE: {"schema": schema}},
        }
    return responses
