"""Lists go from the store into hot state: a file when it came, and everything when hot state lost it."""

import asyncio
import io
import logging
import shutil

import numpy as np
from numpy.typing import NDArray

from callmodel.ids import CampaignId, TenantId
from control_plane.inventory.references import campaign_keys, every_tenant
from control_plane.keyring.sealedfiles import SealedPart, open_sealed
from control_plane.leads.dncstore import DncFile
from control_plane.leads.forbidding import store_of
from control_plane.web.context import Resources
from hotstate.dnc import NATIONAL, SYSTEM, DncScope, campaign_scope, tenant_scope
from leadimport.errors import FileError
from leadimport.numberlists import read_numbers
from leadimport.numbersets import NumberSet
from leadimport.rules import RulesError

AT_ONCE = 200_000
READY, FAILED = "ready", "failed"

logger = logging.getLogger(__name__)


async def import_file(resources: Resources, scope: DncScope, file_id: str) -> None:
    """Have the numbers of a file that was sent count, and those of the file before it no more.

    A file without an upload was dropped.  Raises StoreUnavailableError, ObjectsUnavailableError, redis errors.
    """
    store = store_of(resources)
    file = await store.file(scope, file_id)
    if file is None or file.state != "waiting":
        return
    before = NumberSet.of([]) if file.set_key is None else await store.set_of(scope, file.set_key)
    if file.upload_key is None:
        await store.drop_file(scope, file_id)
    else:
        try:
            numbers = await _read(resources, scope, file)
        except (FileError, RulesError) as error:
            await store.change_file(scope, file, state=FAILED, reason=str(error)[:500], upload_key=None)
            await resources.objects.delete(file.upload_key)
            return
        set_key = f"{file.upload_key}.numbers"
        await store.keep_set(scope, set_key, numbers)
        done = {"state": READY, "set_key": set_key, "numbers": len(numbers), "reason": None, "upload_key": None}
        if not await store.change_file(scope, file, **done, changed_ms=resources.now_ms()):
            return
        await resources.objects.delete(file.upload_key)
    wanted = await store.numbers_of([scope])
    old = before.numbers()
    await _send(resources, scope, wanted.numbers(), old[~wanted.contains(old)])
    if file.set_key is not None:
        await resources.objects.delete(file.set_key)


async def publish_everything(resources: Resources) -> bool:
    """Bring all lists back into hot state if it lost them; say whether it had."""
    if await resources.dnc.is_complete():
        return False
    scopes = [SYSTEM, NATIONAL]
    for tenant_id in await every_tenant(resources.store):
        scopes.append(tenant_scope(tenant_id))
        keys = await campaign_keys(resources.store, tenant_id)
        scopes += [campaign_scope(TenantId(key.tenant_id), CampaignId(key.campaign_id)) for key in keys]
    count = 0
    for scope in scopes:
        numbers = (await store_of(resources).numbers_of([scope])).numbers()
        await _send(resources, scope, numbers, numbers[:0])
        count += len(numbers)
    await resources.dnc.complete()
    logger.info("do-not-call lists are in hot state", extra={"numbers": count})
    return True


async def _send(resources: Resources, scope: DncScope, numbers: NDArray[np.uint64], gone: NDArray[np.uint64]) -> None:
    for begin in range(0, len(numbers), AT_ONCE):
        await resources.dnc.add(scope, numbers[begin : begin + AT_ONCE].tolist())
    for begin in range(0, len(gone), AT_ONCE):
        await resources.dnc.remove(scope, gone[begin : begin + AT_ONCE].tolist())


async def _read(resources: Resources, scope: DncScope, file: DncFile) -> NumberSet:
    assert file.upload_key is not None
    folder = resources.settings.run_dir / "imports" / f"dnc.{scope.tenant_id}.{scope.name}.{file.file_id}.{file.turn}"
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True, mode=0o700)
    try:
        path = folder / "file"
        with path.open("wb") as target:
            async for piece in resources.objects.stream(file.upload_key):
                await asyncio.to_thread(target.write, piece)
        part = SealedPart(path, file.upload_key, file.upload_bytes)

        def read() -> NumberSet:
            if not file.upload_bytes:
                return read_numbers(io.BytesIO(), file.region)
            with open_sealed(resources.cipher, TenantId(scope.tenant_id), [part]) as source:
                return read_numbers(source, file.region)

        return await asyncio.to_thread(read)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
