"""`trunkline admin`: what an operator does on the control plane's own machine, without the API."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from callmodel.ids import SiteId, UserId
from control_plane.bootstrap import UserExistsError, create_administrator
from control_plane.bootstrap import bootstrap as make_platform
from control_plane.config import ControlPlaneSettings
from control_plane.features.enrolment import service as enrolment
from control_plane.keyring import pki
from control_plane.keyring.signing import SigningKeyError
from control_plane.migrations import MIGRATIONS
from control_plane.people.passwords import WeakPasswordError
from control_plane.resources import close_resources, open_resources
from control_plane.web import Principal, Problem
from control_plane.web.context import Resources, context_of
from servicekit.crypto import KeyFileError
from servicekit.files import write_atomically
from servicekit.objects import FolderObjects, ObjectError
from servicekit.settings import SettingsError
from servicekit.stores import Migration, Phase, StoreError
from servicekit.stores import migrate as migrate_store

T = TypeVar("T")

app = typer.Typer(
    help="Administer the platform: bootstrap, certificates, enrolment tokens, users, the bucket.",
    no_args_is_help=True,
)

# What an operator can mend: told in a line, without a traceback.
MENDABLE = (
    SettingsError,
    SigningKeyError,
    KeyFileError,
    StoreError,
    ObjectError,
    WeakPasswordError,
    UserExistsError,
    pki.AuthorityMissingError,
    OSError,
    ValueError,
    Problem,
)


@app.command()
def bootstrap() -> None:
    """Make keys, certificate authority, schema and the first HQ administrator; what is there stays as it is."""
    report = _run(lambda: make_platform(ControlPlaneSettings.load()))
    for line in report.made:
        typer.echo(f"made {line}")
    typer.echo("the platform is ready")


@app.command()
def migrate(
    phase: Annotated[
        Phase, typer.Option(help="pre: before the new version runs; post: after the old one is gone")
    ] = Phase.PRE,
) -> None:
    """Bring the store's schema to this version.

    An upgrade goes in three steps, and nobody notices any of them:

      trunkline admin migrate --phase pre     with the new version's program, while the old version runs

      restart the processes one by one        both versions work on the store at once

      trunkline admin migrate --phase post    when no process of the old version is left

    Phase pre only adds, and a process applies it at its start where nobody did before; on a big cluster do it by
    hand, so that no process waits.  Phase post only takes away what the old version needed: there is no way back to
    the old version after it.  Running either again changes nothing.
    """

    async def bring() -> list[Migration]:
        settings = ControlPlaneSettings.load()
        return await migrate_store(settings.store_url, MIGRATIONS, phase, **settings.store_login)

    applied = _run(bring)
    for migration in applied:
        typer.echo(f"applied {migration.version} ({migration.name}), phase {migration.phase.value}")
    typer.echo("the schema is complete" if phase is Phase.POST else "the schema has all that this version needs")


@app.command("create-user")
def create_user(
    username: Annotated[str, typer.Argument(help="name of the new HQ administrator")],
    password_file: Annotated[
        Path | None, typer.Option(help="file with the password; asked for on the terminal otherwise")
    ] = None,
) -> None:
    """Create an HQ administrator, for instance when the only one is locked out.  Others are created by the API."""
    password = password_file.read_text().strip() if password_file else typer.prompt("Password", hide_input=True)

    async def create(resources: Resources) -> None:
        await create_administrator(resources.store, resources.passwords, username, password)

    _with_resources(create)
    typer.echo(f"created HQ administrator {username}")


@app.command("issue-certificate")
def issue_certificate(
    names: Annotated[list[str] | None, typer.Argument(help="DNS names of the server")] = None,
    ip: Annotated[list[str] | None, typer.Option("--ip", help="IP addresses of the server")] = None,
    out: Annotated[Path, typer.Option("--out", help="folder for tls.crt, tls.key and ca.crt")] = Path(),
) -> None:
    """Issue a server certificate, such as an HQ edge's, from the platform's authority."""

    async def issue() -> None:
        _check_names(names or [])
        authority = pki.open_authority(_pki_dir())
        issued = pki.issue_server_certificate(authority, names or [], ip or [])
        write_atomically(out / "tls.key", issued.key_pem.encode(), 0o600)
        write_atomically(out / "tls.crt", issued.certificate_pem.encode(), 0o644)
        write_atomically(out / "ca.crt", authority.certificate_pem.encode(), 0o644)

    _run(issue)
    typer.echo(f"wrote tls.crt, tls.key and ca.crt to {out}")


@app.command("enrolment-token")
def enrolment_token(site_id: Annotated[str, typer.Argument(help="the branch office's site id")]) -> None:
    """Print a token with which the branch gateway of a site enrols, once, within the hour."""

    async def issue(resources: Resources) -> str:
        operator = Principal(UserId("operator"), "operator", is_hq_admin=True)
        token, _ = await enrolment.issue_token(context_of(resources, operator), SiteId(site_id))
        return token

    typer.echo(_with_resources(issue))


@app.command("objects-setup")
def objects_setup(
    expire: Annotated[
        list[str] | None,
        typer.Option("--expire", help="PREFIX=DAYS: S3 removes what lies under the prefix after so many days"),
    ] = None,
) -> None:
    """Make the bucket and give it its rules; may be run again at any time, and after each change of the address.

    The bucket gets object lock (legal hold needs it, and it can not be added later), encryption by default, no public
    access, and a lifecycle: uploads that never ended and versions that were replaced go after a day.  Rules of your
    own stay; those of --expire are the last run's.  Give recordings none: it would hide held ones from the ledger.

    Example:  trunkline admin objects-setup --expire acme/exports=30
    """

    async def set_up(resources: Resources) -> list[str]:
        if isinstance(resources.objects, FolderObjects):
            return ["objects lie in a folder: there is nothing to set up"]
        from servicekit.objects.s3_setup import days_of, set_up_bucket

        return await set_up_bucket(resources.objects, days_of(expire or []))

    for line in _with_resources(set_up):
        typer.echo(line)


def _check_names(names: list[str]) -> None:
    domain = ControlPlaneSettings.load().platform_domain
    outside = [name for name in names if name != domain and not name.endswith(f".{domain}")]
    if outside:
        # Its name constraints (RFC 5280, 4.2.1.10) would make every peer refuse the certificate.
        raise ValueError(f"the platform's authority is bound to names under {domain}: not {', '.join(outside)}")


def _pki_dir() -> Path:
    pki_dir = ControlPlaneSettings.load().pki_dir
    if pki_dir is None:
        raise SettingsError("TRUNKLINE_PKI_DIR is missing; it should be: the folder of the platform's authority")
    return pki_dir


def _with_resources(action: Callable[[Resources], Awaitable[T]]) -> T:
    async def with_resources() -> T:
        resources = open_resources(ControlPlaneSettings.load())
        try:
            return await action(resources)
        finally:
            await close_resources(resources)

    return _run(with_resources)


def _run(action: Callable[[], Coroutine[Any, Any, T]]) -> T:
    try:
        return asyncio.run(action())
    except MENDABLE as error:
        _fail(str(error))


def _fail(text: str) -> NoReturn:
    typer.echo(f"trunkline admin: {text}", err=True)
    sys.exit(1)
