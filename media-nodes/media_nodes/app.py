"""`trunkline media-node conductor`: wires the conductor of one Asterisk."""

import fcntl
import logging
import os
import sys
import time
from pathlib import Path

from callmodel.edgesnapshot import NodeHealth
from callmodel.ids import NodeId
from callmodel.wire import HeldCalls
from hotstate.acd import Acd
from hotstate.callbacks import CallBacks
from hotstate.leads import LeadCalls
from media_nodes import drain, heartbeat, telemetry
from media_nodes.ami import Ami
from media_nodes.ari import Ari
from media_nodes.asterisk import AriSwitch
from media_nodes.callbacks import HeldCallBacks
from media_nodes.callersounds import build_ear, build_machine_ear, build_player, build_sounds
from media_nodes.claims import RedisClaims
from media_nodes.conductor import Conductor, DirectoryShelf
from media_nodes.config import MediaSettings
from media_nodes.configuration import follow_directory
from media_nodes.edges import EdgeChoice, edges_of
from media_nodes.handdialling import RedisHandDialling
from media_nodes.journal import Entry, Journal
from media_nodes.leads import RedisLeads
from media_nodes.lines import RedisLines
from media_nodes.listener import Listener, SupersededError
from media_nodes.lookups import HttpLookUps
from media_nodes.neighbours import RedisNeighbours
from media_nodes.orders import OrderBook
from media_nodes.outbox import RedisOutbox
from media_nodes.recorder import Recorder
from media_nodes.rendering import passwords_of
from media_nodes.running import now_ms
from media_nodes.spending import Spending
from media_nodes.spool import Limits, SpoolWatch
from media_nodes.surroundings import Surroundings
from media_nodes.vips import CrmVips
from media_nodes.voicereadings import VoiceReadings
from media_nodes.voicewatch import VoiceWatch
from servicekit import lifecycle, logs, redisio
from servicekit.lifecycle import Service
from servicekit.settings import load

USER = "conductor"
NAME = "media-node"
LOCK_RETRY_SECONDS = 0.05

logger = logging.getLogger(__name__)


def main() -> int:
    """Run until SIGTERM: new calls are refused, held ones finish or are left to a successor.

    While another conductor serves this node it stands by with everything loaded, and with the same settings: it
    binds no port before it takes over.
    """
    settings = load(MediaSettings)
    logs.configure(NAME, settings.log_level)
    settings.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return lifecycle.run(serve, settings, NAME) if _take_lock(settings.state_dir) else 0


async def serve(service: Service) -> None:
    """Wire and start; ready once Asterisk is connected and a directory is loaded."""
    settings = service.settings
    assert isinstance(settings, MediaSettings)
    node_id = NodeId(settings.node_id)
    redis = redisio.connect(settings.redis_url)
    service.on_close(redis.aclose)
    passwords = passwords_of(settings)
    ari = Ari(settings.control_address, settings.ari_port, USER, passwords.ari)
    ami = Ami(settings.control_address, settings.ami_port, USER, passwords.ami)
    replicas = redisio.replicas_of(settings)
    outbox = RedisOutbox(settings.state_dir / "outbox", redis, replicas)
    spool = settings.spool_dir.resolve()
    spool.mkdir(parents=True, exist_ok=True, mode=0o700)
    watch = SpoolWatch(spool, Limits(settings.spool_max_bytes, settings.spool_min_free_bytes))
    recorder = Recorder(spool, node_id, outbox, watch, settings.recording_queue)
    edges = EdgeChoice(edges_of(settings.edges), ari)
    shelf = DirectoryShelf()
    sounds = build_sounds(service, settings, ari, lambda: shelf.current)
    switch = AriSwitch(ari, ami, edges, recorder.live, sounds.music)
    player = build_player(service, switch, sounds)
    ear = build_ear(service, settings, switch)
    journal = Journal(settings.state_dir / "calls")
    claims = RedisClaims(redis, replicas, Spending(lambda: shelf.current))
    acd = Acd(redis, replicas)
    leads = RedisLeads(node_id, LeadCalls(redis, replicas), now_ms)
    call_backs = HeldCallBacks(node_id, CallBacks(redis, replicas), acd, lambda: shelf.current, now_ms)
    lines = RedisLines(node_id, acd, call_backs, lambda: shelf.current, now_ms)
    look_ups = HttpLookUps(settings.lookup_allowed)
    service.on_close(look_ups.close)
    around = Surroundings(
        switch=switch,
        claims=claims,
        outbox=outbox,
        recordings=recorder,
        player=player,
        ear=ear,
        machines=build_machine_ear(service, settings, switch),
        lines=lines,
        neighbours=RedisNeighbours(redis),
        leads=leads,
        call_backs=call_backs,
        look_ups=look_ups,
        vips=CrmVips(look_ups, redis, lambda: shelf.current),
        hand_dialling=RedisHandDialling(redis, lambda: shelf.current),
        journal=journal,
        directory=lambda: shelf.current,
    )
    conductor = Conductor(node_id, around, settings.capacity)
    claims.attend(lambda: conductor.calls, conductor.stop_spending)
    lines.attend(lambda: conductor.calls, conductor.offer)
    drain_flag = drain.Flag(settings.state_dir)

    def found() -> list[Entry]:
        entries = journal.entries()
        for entry in entries:
            claims.adopt(entry.call)
            lines.adopt(entry.call)
        return entries

    readings = VoiceReadings(settings.control_address, settings.ami_port, USER, passwords.ami)
    service.on_close(readings.close)
    voices = VoiceWatch(conductor, readings, switch)

    def adopted() -> None:
        recorder.close_all_but(conductor.recording_ids)

    listener = Listener(ari, switch, conductor, found, adopted, voices.ended)

    def health() -> NodeHealth | None:
        if shelf.current is None:
            return None
        sip = f"{settings.node_address}:{settings.node_sip_port}"
        # Without its Asterisk a node takes no calls either, and edges learn it sooner by a word than by silence.
        away = conductor.draining or not listener.connected.is_set()
        return NodeHealth(
            node_id,
            sip,
            settings.capacity,
            len(conductor.calls),
            away,
            now_ms(),
            watch.reading.level.value,
            watch.reading.used_bytes,
            watch.limits.max_bytes,
        )

    def held() -> HeldCalls | None:
        # Before the switch was listed, a former conductor's calls are still in the journal alone.
        if not listener.connected.is_set():
            return None
        return HeldCalls(node_id, now_ms(), tuple(call.call_id for call in conductor.calls))

    async def is_connected() -> bool:
        return listener.connected.is_set()

    async def has_directory() -> bool:
        return shelf.current is not None

    def can_place() -> bool:
        return listener.connected.is_set() and shelf.current is not None

    call_backs.attend(conductor.call_back, conductor.holds, lambda: can_place() and not conductor.draining)
    telemetry.watch(conductor, settings.capacity, lambda: outbox.waiting, lambda: claims.held)
    service.add_check("asterisk", is_connected)
    service.add_check("directory", has_directory)
    service.spawn("ami", ami.run())
    service.spawn("voices", voices.run())
    service.spawn("conductor", conductor.run())
    service.spawn("outbox", outbox.run())
    service.spawn("recorder", recorder.run())
    service.spawn("spool", watch.run())
    service.spawn("claims", claims.run())
    service.spawn("lines", lines.run())
    service.spawn("call-backs", call_backs.run())
    service.spawn("leads", leads.run())
    service.spawn("directory", follow_directory(redis, shelf, settings.state_dir / "directory.db"))
    service.spawn("edges", edges.run())
    service.spawn("listener", _listen(listener, service))
    service.spawn("heartbeat", heartbeat.beat(redis, health, held))
    orders = OrderBook(conductor, settings.state_dir / "placed", can_place)
    service.spawn("orders", orders.reader(redis, node_id).run())
    service.spawn("drain", drain.watch(drain_flag, conductor, service))

    async def refuse_and_wait() -> None:
        conductor.draining = True
        await conductor.idle()
        await outbox.flushed()

    service.on_drain(refuse_and_wait)
    service.on_close(ari.close)


def _take_lock(state_dir: Path) -> bool:
    """Wait until no other conductor of this node lives, and say whether to take its place.

    The kernel frees the lock of one that was killed, and ours when this process ends; the file names who had it last.
    A node that drains needs no successor.
    """
    descriptor = os.open(state_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    drain_flag = drain.Flag(state_dir)
    waiting = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            return True
        except BlockingIOError:
            if not waiting:
                logger.warning("another conductor serves this node: standing by")
            waiting = True
        if drain_flag.is_raised():
            logger.info("the node drains: standing by no more")
            return False
        time.sleep(LOCK_RETRY_SECONDS)


async def _listen(listener: Listener, service: Service) -> None:
    try:
        await listener.run()
    except* SupersededError:
        logger.error("another conductor took over: stepping down")
        service.stop(1)


if __name__ == "__main__":
    sys.exit(main())
