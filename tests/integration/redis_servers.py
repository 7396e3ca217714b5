"""Several Redis servers and their sentinels, for tests that kill some of them."""

from pathlib import Path

from devstack.children import Child, Spec
from devstack.redises import RedisesPlan
from tests.loopback import free_port, own_block
from trunkline.conditions import redis_reports, until
from trunkline.ports import is_free

PASSWORD = "of-the-servers-and-the-sentinels"


class Redises:
    """A master, two replicas and three sentinels, each a process that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        hosts = tuple(own_block().address(f"13.{host}") for host in (1, 2, 3))
        self.plan = RedisesPlan(folder / "redises", hosts, PASSWORD, _free_on_all(hosts), _free_on_all(hosts))
        self.url = self.plan.url
        self.children: dict[str, Child] = {}

    async def start(self) -> None:
        self.plan.folder.mkdir()
        await self._launch(self.plan.servers())
        await self._launch(self.plan.sentinels())

    async def _launch(self, specs: list[Spec]) -> None:
        for spec in specs:
            self.children[spec.name] = Child(spec, self.plan.folder / f"{spec.name}.log", lambda *_: None)
            await self.children[spec.name].start()
        for spec in specs:
            await self.children[spec.name].wait_ready()

    async def stop(self) -> None:
        for child in self.children.values():
            await child.kill()

    async def master(self) -> str:
        """Return the name of the server that takes writes."""
        for place, host in enumerate(self.plan.hosts):
            if await redis_reports(host, self.plan.port, "INFO replication", b"role:master", password=PASSWORD)():
                return self.plan.name_of(place)
        raise AssertionError("no master")

    async def kill_master(self) -> str:
        """SIGKILL the master and return its name; a replica will take its place."""
        name = await self.master()
        await self.children[name].kill()
        return name

    async def come_back(self, name: str) -> None:
        """Start a killed server again, and wait until it follows the new master."""
        await self.children[name].start()
        host = self.plan.hosts[int(name[-1]) - 1]
        wanted = (b"role:slave", b"master_link_status:up")
        follows = redis_reports(host, self.plan.port, "INFO replication", *wanted, password=PASSWORD)
        assert await until(follows, 40), f"{name} does not follow"


def _free_on_all(hosts: tuple[str, ...]) -> int:
    while True:
        port = free_port(hosts[0])
        if all(is_free("tcp", host, port) for host in hosts[1:]):
            return port
