"""Lifecycle: refuse, wait, close; and a dead side task ends the service."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from servicekit import lifecycle
from servicekit.health import add_health_routes, run_checks
from servicekit.lifecycle import Main, Service, serve
from servicekit.settings import ServiceSettings


@pytest.fixture
def settings(tmp_path: Path) -> ServiceSettings:
    return ServiceSettings(run_dir=tmp_path, shutdown_seconds=5)


async def served(main: Main, settings: ServiceSettings) -> int:
    return await asyncio.wait_for(serve(main, settings, "test", signals=False), 10)


async def test_stop_refuses_then_waits_then_closes_last_in_first_out(settings: ServiceSettings):
    story: list[str] = []

    async def main(service: Service) -> None:
        async def tell(word: str) -> None:
            story.append(f"{word} {service.state}")

        async def work() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                story.append("task ended")

        service.on_close(lambda: tell("close 1"))
        service.on_close(lambda: tell("close 2"))
        service.on_drain(lambda: tell("drain"))
        service.spawn("work", work())
        service.spawn("stopper", stopper(service))

    async def stopper(service: Service) -> None:
        while not service.ready:  # noqa: ASYNC110 - ready is a state, not an event
            await asyncio.sleep(0)
        service.stop()

    assert await served(main, settings) == 0
    assert story == ["drain draining", "task ended", "close 2 closing", "close 1 closing"]


async def test_dead_side_task_stops_the_service_with_1(settings: ServiceSettings, caplog: pytest.LogCaptureFixture):
    drained = []

    async def die() -> None:
        raise ValueError

    async def main(service: Service) -> None:
        async def drain() -> None:
            drained.append(service.state)

        service.on_drain(drain)
        service.spawn("heartbeat", die())

    assert await served(main, settings) == 1
    assert drained == ["draining"]
    [record] = [record for record in caplog.records if record.message == "side task died"]
    assert record.__dict__["task"] == "heartbeat"


async def test_main_that_fails_closes_what_it_opened(settings: ServiceSettings):
    closed = []

    async def main(service: Service) -> None:
        async def close() -> None:
            closed.append(True)

        service.on_close(close)
        raise OSError("port taken")

    assert await served(main, settings) == 1
    assert closed == [True]


async def test_side_task_that_swallows_a_cancellation_is_told_again(
    settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(lifecycle, "CANCEL_AGAIN_SECONDS", 0.01)
    heard = []

    async def deaf() -> None:
        while len(heard) < 3:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                heard.append(True)

    async def main(service: Service) -> None:
        service.spawn("deaf", deaf())
        service.stop()

    assert await served(main, settings) == 0
    assert len(heard) == 3


async def test_ended_side_task_is_no_death(settings: ServiceSettings):
    async def main(service: Service) -> None:
        async def last() -> None:
            await task
            service.stop()

        task = service.spawn("short", asyncio.sleep(0))
        service.spawn("last", last())

    assert await served(main, settings) == 0


async def test_waiting_is_bounded_and_failing_parts_stop_nobody(settings: ServiceSettings):
    settings.shutdown_seconds = 0.1
    closed = []

    async def main(service: Service) -> None:
        async def fail() -> None:
            raise TimeoutError

        async def close() -> None:
            closed.append(True)

        service.on_drain(asyncio.Event().wait)
        service.on_drain(fail)
        service.on_close(close)
        service.on_close(fail)
        service.stop()

    assert await served(main, settings) == 0
    assert closed == [True]


async def test_spawning_outside_of_life_is_refused(settings: ServiceSettings):
    service = Service("test", settings)
    with pytest.raises(RuntimeError, match="not running"):
        service.spawn("late", asyncio.sleep(0))


async def test_main_may_run_until_the_service_stops(settings: ServiceSettings):
    async def main(service: Service) -> None:
        service.mark_ready()
        service.spawn("stopper", stop(service))
        await service.stopping()

    async def stop(service: Service) -> None:
        assert service.ready
        service.stop(3)

    assert await served(main, settings) == 3


async def test_readyz_follows_state_and_checks(settings: ServiceSettings):
    service = Service("test", settings)
    healthy = True

    async def check() -> bool:
        return healthy

    service.add_check("redis", check)
    app = web.Application()
    add_health_routes(app, service)
    async with TestClient(TestServer(app)) as client:

        async def ask(path: str) -> int:
            return (await client.get(path)).status

        assert (await ask("/healthz"), await ask("/readyz")) == (200, 503)
        service.mark_ready()
        assert await ask("/readyz") == 200
        healthy = False
        answer = await client.get("/readyz")
        assert answer.status == 503
        assert (await answer.json())["checks"]["redis"]["problem"] == "failed"
        healthy = True
        service.state = "draining"
        assert (await ask("/healthz"), await ask("/readyz")) == (200, 503)


async def test_checks_fail_by_name_and_by_time_without_telling_secrets():
    async def refuse() -> None:
        raise ConnectionError("redis://:secret@host")

    checks = {"slow": asyncio.Event().wait, "broken": refuse, "fine": lambda: asyncio.sleep(0)}
    results = await run_checks(checks, 0.05)
    assert [(name, result["ok"], result.get("problem")) for name, result in results.items()] == [
        ("slow", False, "timed out"), ("broken", False, "ConnectionError"), ("fine", True, None)]  # fmt: skip


async def test_health_port_that_is_taken_is_an_error_at_start(settings: ServiceSettings):
    async with TestServer(web.Application()) as taken:
        settings.health_port = taken.port or 0

        async def main(_: Service) -> None:
            raise AssertionError("must not begin")

        with pytest.raises(OSError):
            await served(main, settings)
