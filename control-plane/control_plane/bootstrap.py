"""What a platform needs before its first request: keys, authority, schema, and somebody who may sign in."""

import secrets
from dataclasses import dataclass, field

from callmodel.ids import UserId, uuid7
from control_plane.config import ControlPlaneSettings
from control_plane.keyring import pki
from control_plane.keyring.signing import create_signing_key
from control_plane.people.accounts import Account, account_named, add_account
from control_plane.people.passwords import Passwords, check_password
from control_plane.resources import close_resources, open_resources
from control_plane.times import now_ms
from servicekit.crypto import load_or_create_key
from servicekit.stores import Store


class UserExistsError(Exception):
    """Another user has the name."""


@dataclass
class Report:
    """What a bootstrap made, in words; what was there already is left alone and not named."""

    made: list[str] = field(default_factory=list)


async def bootstrap(settings: ControlPlaneSettings) -> Report:
    """Make whatever is missing; running it again changes nothing.

    Raises WeakPasswordError, KeyFileError, SigningKeyError, StoreError, OSError, ValueError.
    """
    report = Report()
    if not settings.master_key_file.exists():
        load_or_create_key(settings.master_key_file)
        report.made.append(f"master key {settings.master_key_file} (keep a copy: without it secrets are lost)")
    if create_signing_key(settings.signing_key_file):
        report.made.append(f"token key {settings.signing_key_file}")
    if settings.pki_dir is not None and not (settings.pki_dir / pki.CA_CERTIFICATE).exists():
        pki.create_authority(settings.pki_dir, [settings.platform_domain])
        report.made.append(f"certificate authority {settings.pki_dir}")
    # With every key, so that one which can not be used is found now.
    resources = open_resources(settings, signs_tokens=True)
    try:
        await _first_administrator(settings, resources.store, resources.passwords, report)
    finally:
        await close_resources(resources)
    return report


async def create_administrator(store: Store, passwords: Passwords, username: str, password: str) -> Account:
    """Keep an HQ administrator.  Raises WeakPasswordError, UserExistsError."""
    check_password(password, username)
    at_ms = now_ms()
    account = Account(
        user_id=UserId(uuid7(at_ms, secrets.randbits(74))),
        username=username,
        display_name=username,
        password_hash=await passwords.hash(password),
        belongs_to="platform",
        is_hq_admin=True,
        roles={},
        enabled=True,
        sessions_from_ms=0,
        created_ms=at_ms,
    )
    if not await add_account(store, account):
        raise UserExistsError(f"there is a user {username}")
    return account


async def _first_administrator(
    settings: ControlPlaneSettings, store: Store, passwords: Passwords, report: Report
) -> None:
    if await account_named(store, settings.admin_user) is not None:
        return
    if settings.admin_password is None:
        raise ValueError("set TRUNKLINE_ADMIN_PASSWORD_FILE to a file with the first administrator's password")
    await create_administrator(store, passwords, settings.admin_user, settings.admin_password.get_secret_value())
    report.made.append(f"HQ administrator {settings.admin_user}")
