"""The tenant comes first, everywhere: in every table of a tenant's rows, and in every function that touches one."""

import ast
import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

import control_plane
from servicekit.stores import TableSpec

# Tables whose rows are no tenant's, and why.
PLATFORM_TABLES = {
    "enrolment_tokens": "sites are HQ's, and serve several tenants",
    "site_certificates": "sites are HQ's, and serve several tenants",
    "site_links": "sites are HQ's, and serve several tenants",
    "tenants": "the list of tenants itself",
    "tenant_domains": "claims: whose a SIP domain is, before anyone knows",
    "sites": "sites are HQ's, and serve several tenants",
    "trunks": "trunks are HQ's, and carry several tenants' calls",
    "numbers": "numbers are HQ's; who holds one is what the row says",
    "sessions": "a user may serve several tenants",
    "second_factors": "a user may serve several tenants",
    "refresh_tokens": "found by hash, before anyone knows whose it is",
    "users": "a user may serve several tenants; roles in the row name them",
    "user_names": "who signs in is known by name only",
}
# How a store function is handed its connection; the tenant comes right after it.
CONNECTIONS = ("self", "cls", "store", "database", "rows", "context")


def control_plane_modules() -> list[ModuleType]:
    return [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(control_plane.__path__, "control_plane.")
        if not module.name.endswith("__main__")
    ]


def tables() -> dict[str, TableSpec]:
    """Every table, by the name of the constant that holds it."""
    return {
        name: value
        for module in control_plane_modules()
        for name, value in vars(module).items()
        if isinstance(value, TableSpec)
    }


def is_a_tenants(table: TableSpec) -> bool:
    return table.partition[0] == "tenant_id"


def test_every_table_is_a_tenants_or_says_why_not():
    strangers = {table.name for table in tables().values() if not is_a_tenants(table)}

    assert strangers - PLATFORM_TABLES.keys() == set(), "partition by tenant_id first, or say here why not"


def test_functions_that_touch_a_tenants_rows_take_the_tenant_first():
    of_tenants = {name for name, table in tables().items() if is_a_tenants(table)}
    assert of_tenants, "there are tables to hold to account"
    wrong = []
    for module in control_plane_modules():
        path = Path(module.__file__ or "")
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or function.name.startswith("_"):
                continue
            touched = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)} & of_tenants
            if touched and not tenant_comes_first(function):
                wrong.append(f"{module.__name__}.{function.name} touches {', '.join(sorted(touched))}")

    assert wrong == []


def test_rows_that_are_archived_are_paged_in_one_place():
    used_by = {
        module.__name__
        for module in control_plane_modules()
        if "page_of_rows(" in Path(module.__file__ or "").read_text()
    }

    assert used_by == {"control_plane.inventory.archive", "control_plane.inventory.rows"}


def tenant_comes_first(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether the first argument after the connection is the tenant's id, or a value that carries it."""
    arguments = [item for item in (*function.args.posonlyargs, *function.args.args) if item.arg not in CONNECTIONS]
    if not arguments:
        return False
    return arguments[0].arg == "tenant_id" or carries_tenant(arguments[0])


def carries_tenant(argument: ast.arg) -> bool:
    """Whether the argument's class has a tenant_id of its own (a CDR, a recording)."""
    if not isinstance(argument.annotation, ast.Name):
        return False
    for module in (*control_plane_modules(), *domain_modules()):
        cls = vars(module).get(argument.annotation.id)
        if isinstance(cls, type) and "tenant_id" in getattr(cls, "__annotations__", {}):
            return True
    return False


def domain_modules() -> list[ModuleType]:
    import callmodel

    return [
        importlib.import_module(f"callmodel.{module.name}") for module in pkgutil.iter_modules(callmodel.__path__)
    ]
