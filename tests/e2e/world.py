"""The system under test with hands to reach into it, and what a test waits for."""

from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from devstack.dialling import AGENT_TONES_HZ, ALL_TONES_HZ
from devstack.seed import CARRIER_ACCOUNT, CARRIER_REALM, Seed, SeededStation, sow, sow_trunk
from devstack.stack import Stack
from devstack.voices import Voices, voices_in
from simulators.call import PhoneCall
from simulators.carrier import CallRecord, Carrier
from simulators.g711 import FRAME_SECONDS
from simulators.phone import Softphone
from tests.collector import Collector
from trunkline.apiclient import Api
from trunkline.conditions import until
from trunkline.plan import AddressPlan

SECOND_TRUNK = "carrier-b"
HQ_TONE_HZ = AGENT_TONES_HZ[3]


@dataclass
class World:
    stack: Stack
    plan: AddressPlan
    api: Api
    seed: Seed
    carrier: Carrier
    second_carrier: Carrier
    agent: Softphone
    colleague: Softphone
    hq_phone: Softphone
    collector: Collector = field(init=False)
    """Where all processes send their spans and metrics."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Every secret that went through the API's clients, with what it is."""
    numbers: list[str] = field(default_factory=list)
    """Those made by `new_number`."""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def phones(self) -> tuple[Softphone, ...]:
        return self.agent, self.colleague, self.hq_phone

    @property
    def path(self) -> str:
        return f"/tenants/{self.seed.tenant_id}"

    def new_number(self, behaviour: str = "100", prefix: str = "137") -> str:
        """A mobile number nobody has dialled yet; its last three digits say what the carrier does."""
        self.numbers.append(f"{prefix}{next(self._numbers):05d}{behaviour}")
        return self.numbers[-1]

    def seen(self, number: str) -> CallRecord | None:
        """The last call to a number that the first carrier judged."""
        records = [record for record in self.carrier.calls if record.dialled.endswith(number.lstrip("0"))]
        return records[-1] if records else None

    async def cdr_to(self, number: str, seconds: float = 15.0) -> dict[str, Any]:
        """The CDR of the one call to a number, once it is written."""
        return await self.cdr_where(
            lambda cdr: str(cdr["number"] or cdr["dialled"]).endswith(number.lstrip("0")), seconds
        )

    async def cdr_where(self, fits: Callable[[dict[str, Any]], bool], seconds: float = 15.0) -> dict[str, Any]:
        """The only CDR that fits, once it is written; with its legs."""
        found: list[dict[str, Any]] = []

        async def written() -> bool:
            page = await self.api.items(f"{self.path}/calls", day=today(), reveal="numbers")
            found[:] = [cdr for cdr in page if fits(cdr)]
            return bool(found)

        assert await until(written, seconds, pause_seconds=0.2), "no CDR was written"
        assert len(found) == 1, "a call has one CDR"
        cdr: dict[str, Any] = await self.api.get(f"{self.path}/calls/{found[0]['call_id']}", reveal="numbers")
        return cdr

    async def recording(self, recording_id: str, seconds: float = 30.0) -> dict[str, Any]:
        """The ledger's entry of a recording, once it is archived."""
        entry: dict[str, Any] = {}

        async def archived() -> bool:
            entry.update(await self.api.get(f"{self.path}/recordings/{recording_id}"))
            return bool(entry["state"] == "archived")

        assert await until(archived, seconds, pause_seconds=0.2), f"not archived: {entry}"
        return entry

    async def audio(self, recording_id: str) -> bytes:
        """A recording's file, by its presigned link."""
        link = await self.api.get(f"{self.path}/recordings/{recording_id}/download")
        return await self.api.download(link["url"])

    async def voices(self, recording_id: str) -> Voices:
        """Who speaks in an archived recording."""
        await self.recording(recording_id)
        return voices_in(await self.audio(recording_id), ALL_TONES_HZ)

    async def talk(self, number: str) -> tuple[PhoneCall, CallRecord]:
        """A call of the branch's agent to a customer who answers, once both have heard each other for a while."""
        call = await self.agent.dial(number)
        await call.wait_for("answered", 15)
        record = self.seen(number)
        assert record is not None
        assert record.line is not None
        assert record.tone_hz is not None
        await call.wait_for_tones({record.tone_hz}, ALL_TONES_HZ)
        await record.line.wait_for_tones({AGENT_TONES_HZ[0]}, ALL_TONES_HZ)
        await listen(call)
        return call, record

    async def live_calls(self) -> list[dict[str, Any]]:
        """What the platform holds for calls in progress."""
        page = await self.api.get(f"{self.path}/calls", state="live")
        return list(page["items"])

    async def no_calls(self) -> bool:
        """Whether the platform holds no call any more."""
        return not await self.live_calls()


async def listen(call: PhoneCall, seconds: float = 1.5) -> None:
    """Hear so many seconds more of a call: a recording of a blink proves nothing."""
    reception = call.media.endpoint.reception
    wanted = reception.total_packets + int(seconds / FRAME_SECONDS)

    async def heard() -> bool:
        return reception.total_packets >= wanted

    assert await until(heard, seconds + 5), "the audio stopped"


def today() -> str:
    return str(datetime.now(UTC).date())


async def build_world(parts: AsyncExitStack, block: int, folder: Path) -> World:
    """Start everything, in order, to be ended by `parts`."""
    plan = AddressPlan(block)
    stack = await parts.enter_async_context(Stack(plan, folder))
    carrier = Carrier(plan.carrier, accounts=dict([CARRIER_ACCOUNT]), port=5060, realm=CARRIER_REALM)
    second = Carrier(plan.second_carrier, port=5060, ip_authentication={plan.edge})
    for network in (carrier, second):
        await parts.enter_async_context(network)
    api = await parts.enter_async_context(Api(plan.api_url, "admin", stack.admin_password))
    seed = await sow(api, plan)
    dear = [{"prefix": "+86", "cost_per_minute": 0.5, "cost_class": "dear"}]
    await sow_trunk(api, SECOND_TRUNK, plan.second_carrier, credentials=None, rates=dear)
    await stack.start_branch(seed.enrolment_token)

    async def phone(station: SeededStation, edge: str, address: str, tone_hz: int) -> Softphone:
        made = Softphone(
            station.extension, seed.domain, station.password, proxy=(edge, 5060), bind=address, tone_hz=tone_hz
        )
        await parts.enter_async_context(made)
        await made.register()
        return made

    first, other = seed.branch_stations[:2]
    return World(
        stack,
        plan,
        api,
        seed,
        carrier,
        second,
        agent=await phone(first, plan.branch, plan.branch_phone(0), AGENT_TONES_HZ[0]),
        colleague=await phone(other, plan.branch, plan.branch_phone(1), AGENT_TONES_HZ[1]),
        hq_phone=await phone(seed.hq_stations[0], plan.edge, plan.hq_phone(0), HQ_TONE_HZ),
    )
