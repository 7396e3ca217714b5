"""The Celery application: how tasks are sent, and what happens to those whose worker dies."""

from typing import Any

from celery import Celery, signals
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.retry import Retry

from callmodel.ids import CallId, ListId, RecordingId, TenantId
from callmodel.wire import DEFAULT_QUEUE
from control_plane.config import ControlPlaneSettings
from control_plane.times import now_ms
from servicekit import sentinel
from servicekit.redisio import ASK_SECONDS

KEY_PREFIX = "celery:"
TELL = "webhooks.follow-up"
TELL_DEAD_VOICE = "webhooks.voice-dead"
LOAD_LIST = "imports.load"
LOAD_DNC = "imports.do-not-call-file"
SOFT_LIMIT_SECONDS = 1800
TIME_LIMIT_SECONDS = 1860

# A queue for each kind of work, so that no kind waits for another: give long work workers of its own.  A task's name
# begins with its kind; whoever sends one with queue= (`recordings.node-1`) chooses another queue.
QUEUES = ("recordings", "imports", "exports", "reports", "webhooks", "default")
ROUTES = {
    "recordings.*": {"queue": "recordings"},
    "imports.*": {"queue": "imports"},
    "exports.*": {"queue": "exports"},
    "reports.*": {"queue": "reports"},
    "rollups.*": {"queue": "reports"},
    "webhooks.*": {"queue": "webhooks"},
}

SCHEDULE = {
    "recordings.sweep": {"task": "recordings.sweep", "schedule": 15.0, "options": {"expires": 15}},
    "recordings.gaps": {"task": "recordings.gaps", "schedule": 60.0, "options": {"expires": 60}},
    "campaigns.fill": {"task": "campaigns.fill", "schedule": 5.0, "options": {"expires": 5}},
    "imports.do-not-call": {"task": "imports.do-not-call", "schedule": 15.0, "options": {"expires": 15}},
    "imports.customers": {"task": "imports.customers", "schedule": 15.0, "options": {"expires": 15}},
    "imports.sweep": {"task": "imports.sweep", "schedule": 60.0, "options": {"expires": 60}},
    # Of the kind `default`: it may take long, and no recording that is to be finished waits for it.
    "retention.recordings": {"task": "retention.recordings", "schedule": 3600.0, "options": {"expires": 3600}},
}


def build_celery(settings: ControlPlaneSettings) -> Celery:
    """Return the application; nothing is connected yet.

    A task is acked when it is done.  Its worker vouches for it as long as it lives (`visibility`), so one that falls
    silent for visibility_seconds loses it to another, and a long task does not run twice.
    """
    app = Celery("trunkline", set_as_current=True)
    app.conf.update(
        broker_url=broker_url_of(settings.redis_url),
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "global_keyprefix": KEY_PREFIX,
            "visibility_timeout": settings.visibility_seconds,
            # By default restoring is looked at every 100 s, and held back for 5 minutes by whoever dies doing it.
            "unacked_restore_interval": 1,
            "unacked_restore_throttle": 1,
            "unacked_mutex_expire": 10,
            "socket_connect_timeout": 2,
            "socket_timeout": 5,
            "socket_keepalive": True,
            "health_check_interval": 15,
            **_sentinel_options(settings.redis_url),
        },
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_default_queue="default",
        task_routes=ROUTES,
        task_soft_time_limit=SOFT_LIMIT_SECONDS,
        task_time_limit=TIME_LIMIT_SECONDS,
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0.1},
        worker_prefetch_multiplier=1,
        worker_concurrency=settings.worker_concurrency,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_enable_remote_control=False,
        beat_schedule=SCHEDULE,
        # The leader renews its lock at each look; who waits looks as often: another leads within their sum.
        beat_max_loop_interval=2,
        redbeat_lock_timeout=8,
        redbeat_key_prefix=f"{KEY_PREFIX}redbeat:",
        **_redbeat_options(settings.redis_url),
        timezone="UTC",
    )
    return app


@signals.before_task_publish.connect  # type: ignore[untyped-decorator]  # Celery has no types
def _stamp(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """Write on each message when it was sent: Redis does not know how long it has waited."""
    if headers is not None:
        headers["sent_ms"] = now_ms()


def broker_url_of(redis_url: str) -> str:
    """Return the address as Celery's transport spells it.

    `unix:///path?db=1` is `redis+socket:///path?...` there, and each sentinel has a URL of its own.
    """
    if sentinel.is_sentinel(redis_url):
        address = sentinel.parse(redis_url)
        sentinels = (f"sentinel://{address.user_info}{host}:{port}" for host, port in address.sentinels)
        return ";".join(f"{each}/{address.database}" for each in sentinels)
    if not redis_url.startswith("unix://"):
        return redis_url
    return redis_url.replace("unix://", "redis+socket://", 1).replace("db=", "virtual_host=", 1)


def _sentinel_options(redis_url: str) -> dict[str, Any]:
    if not sentinel.is_sentinel(redis_url):
        return {}
    address = sentinel.parse(redis_url)
    return {"master_name": address.master, "sentinel_kwargs": _ask_options(address)}


def _redbeat_options(redis_url: str) -> dict[str, Any]:
    if not sentinel.is_sentinel(redis_url):
        return {"redbeat_redis_url": redis_url, "redbeat_redis_options": {"socket_timeout": 5}}
    address = sentinel.parse(redis_url)
    options = {
        "sentinels": list(address.sentinels),
        "service_name": address.master,
        "db": address.database,
        "username": address.username,
        "password": address.password,
        "socket_timeout": 5,
        "sentinel_kwargs": _ask_options(address),
    }
    return {"redbeat_redis_url": "redis-sentinel", "redbeat_redis_options": options}


def _ask_options(address: sentinel.SentinelAddress) -> dict[str, Any]:
    # No tries at a sentinel that is gone: there are others.
    seconds = {"socket_timeout": ASK_SECONDS, "socket_connect_timeout": ASK_SECONDS}
    return {**seconds, "retry": Retry(NoBackoff(), 0), "password": address.sentinel_password}


def finish_recording_later(
    app: Celery, tenant_id: TenantId, recording_id: RecordingId, queue: str = DEFAULT_QUEUE
) -> None:
    """Ask a worker of the queue to finish a recording; blocks.  Raises ConnectionError when the broker is away."""
    try:
        kwargs = {"tenant_id": tenant_id, "recording_id": recording_id}
        app.send_task("recordings.finish", kwargs=kwargs, queue=queue)
    except OperationalError as error:
        raise ConnectionError("the broker is away") from error


def tell_follow_up_later(app: Celery, tenant_id: TenantId, call_id: CallId) -> None:
    """Ask a worker to tell a tenant of a call; blocks.  Raises ConnectionError when the broker is away."""
    try:
        app.send_task(TELL, kwargs={"tenant_id": tenant_id, "call_id": call_id})
    except OperationalError as error:
        raise ConnectionError("the broker is away") from error


def tell_dead_voice_later(app: Celery, tenant_id: TenantId, voice: dict[str, str | int]) -> None:
    """Ask a worker to tell a tenant of a dead voice; blocks.  Raises ConnectionError when the broker is away.

    voice: `call_id`, `leg_id`, `direction` and `since_ms`.
    """
    try:
        app.send_task(TELL_DEAD_VOICE, kwargs={"tenant_id": tenant_id, **voice})
    except OperationalError as error:
        raise ConnectionError("the broker is away") from error


def import_list_later(app: Celery, tenant_id: TenantId, list_id: ListId, turn: int) -> None:
    """Ask a worker to import a list; blocks.  Raises ConnectionError when the broker is away."""
    try:
        app.send_task(LOAD_LIST, kwargs={"tenant_id": tenant_id, "list_id": list_id, "turn": turn})
    except OperationalError as error:
        raise ConnectionError("the broker is away") from error


def import_dnc_later(app: Celery, tenant_id: TenantId, scope: str, file_id: str) -> None:
    """Ask a worker to read a do-not-call file; blocks.  Raises ConnectionError when the broker is away."""
    try:
        app.send_task(LOAD_DNC, kwargs={"tenant_id": tenant_id, "scope": scope, "file_id": file_id})
    except OperationalError as error:
        raise ConnectionError("the broker is away") from error
