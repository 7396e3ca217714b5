"""Wiring of a branch: enrol once, then follow the snapshot, keep the edge running, watch the line, renew."""

import logging
import sys
from functools import partial

from branch_gateway.config import BranchSettings
from branch_gateway.enrolment import (
    BadTokenError,
    ForeignAuthorityError,
    enrol,
    parse_token,
    renew_for_ever,
)
from branch_gateway.headquarters import HttpHeadquarters, connect_as_stranger, tls_with
from branch_gateway.identity import Identity, IdentityError, load_identity
from branch_gateway.kamailio import KamailioRegistrar
from branch_gateway.link import LinkWatch, OptionsProbe, TcpProbe
from branch_gateway.ports import Probe, RefusedError
from branch_gateway.sitesnapshot import Contact, SnapshotKeeper
from branch_gateway.supervision import Supervisor
from servicekit import lifecycle
from servicekit.settings import SettingsError

logger = logging.getLogger(__name__)


def say(text: str) -> None:
    """Tell the person at the terminal, in a plain line on stdout; logs go to stderr."""
    print(f"branch: {text}", flush=True)


async def identify(settings: BranchSettings) -> Identity:
    """Return who this branch is, enrolling it when it is new here.

    Raises BadTokenError, RefusedError, ForeignAuthorityError, IdentityError.
    """
    identity = load_identity(settings.identity_folder)
    if identity is not None and identity.site_id != settings.site_id:
        raise IdentityError(
            f"{settings.identity_folder} belongs to site {identity.site_id}, and this is {settings.site_id}"
        )
    if identity is not None and not identity.expired():
        say(f"enrolled as site {identity.site_id} (certificate until {identity.ends:%Y-%m-%d})")
        return identity
    text = settings.read_token()
    if text is None:
        why = "is not enrolled" if identity is None else f"has a certificate that ended on {identity.ends:%Y-%m-%d}"
        raise BadTokenError(
            f"site {settings.site_id} {why}: make a token at HQ and give it as TRUNKLINE_ENROLMENT_TOKEN_FILE"
        )
    token = parse_token(text, settings.site_id)
    say(f"enrolling site {settings.site_id} at {settings.branch_api_url}")
    connect = partial(connect_as_stranger, settings.branch_api_url)
    identity = await enrol(
        connect,
        settings.identity_folder,
        token,
        lambda reason: say(f"headquarters is away; not enrolled yet ({reason})"),
    )
    say(f"enrolled as site {identity.site_id} (certificate until {identity.ends:%Y-%m-%d})")
    return identity


async def build(service: lifecycle.Service, settings: BranchSettings) -> None:
    """Wire the branch and return once its edge has been started."""
    identity = await identify(settings)
    headquarters = HttpHeadquarters(settings.branch_api_url, tls_with(identity))
    service.on_close(headquarters.close)

    keeper = SnapshotKeeper(headquarters, settings.snapshot_file, lambda contact: _tell(contact, keeper))
    service.spawn("snapshots", keeper.run())
    registrar = KamailioRegistrar(settings.rpc_address, settings.rpc_port, settings.edge_secrets_file)
    supervisor = Supervisor(settings.programs(identity))

    async def renewed(fresh: Identity) -> None:
        await headquarters.use(fresh)
        # Kamailio keeps files in memory; where it can not reload them, a restart does.
        if not await registrar.reload_certificates():
            await supervisor.restart("kamailio")
        say(f"certificate renewed until {fresh.ends:%Y-%m-%d}")

    service.spawn("renewal", renew_for_ever(identity, headquarters, renewed))
    watch = LinkWatch(_probe_of(settings), registrar, headquarters, lambda: keeper.version)
    service.spawn("link", watch.run())

    # The first time ever there is nothing to run on before HQ has said who works here.
    if not keeper.arrived.is_set():
        say("waiting for the first snapshot")
    await keeper.arrived.wait()
    say(f"starting the edge on {settings.edge_address} with snapshot {keeper.version}")
    service.on_drain(supervisor.stop)
    service.on_close(_killer(supervisor))
    service.add_check("edge", supervisor.all_run)
    service.spawn("edge", supervisor.run())


def _tell(contact: Contact, keeper: SnapshotKeeper) -> None:
    if contact.there:
        say("connected to headquarters")
        return
    what = "headquarters refuses this branch" if contact.refused else "headquarters is away"
    say(f"{what}; running on snapshot {keeper.version} ({contact.reason})")
    logger.warning(what, extra={"reason": contact.reason})


def _killer(supervisor: Supervisor) -> lifecycle.AsyncFn:
    async def kill() -> None:
        supervisor.kill()

    return kill


def _probe_of(settings: BranchSettings) -> Probe:
    kind, host, port = settings.probe_target
    return OptionsProbe(host, port) if kind == "udp" else TcpProbe(host, port)


def main() -> int:
    """Run the branch to its exit code: 0 stopped, 1 broken, 2 wrong settings, 3 refused by HQ."""
    try:
        settings = BranchSettings.load()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    refused: list[str] = []

    async def start(service: lifecycle.Service) -> None:
        try:
            await build(service, settings)
        except (BadTokenError, ForeignAuthorityError, IdentityError, RefusedError) as error:
            # Nothing that trying again would mend: say it to the operator and end.
            refused.append(str(error))
            logger.error("branch can not be enrolled", extra={"error": type(error).__name__})
            service.stop(3)
            await service.stopping()

    code = lifecycle.run(start, settings, "branch")
    for text in refused:
        print(f"trunkline branch: {text}", file=sys.stderr)
    return code
