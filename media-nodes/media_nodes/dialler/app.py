"""`trunkline dialler`: wires the process that paces campaigns."""

import secrets
import sys

from hotstate.acd import Acd
from hotstate.dnc import DoNotCall
from hotstate.leads import LeadQueue
from media_nodes.conductor import DirectoryShelf
from media_nodes.configuration import follow_directory
from media_nodes.dialler.campaign import Around
from media_nodes.dialler.campaigns import Campaigns
from media_nodes.dialler.config import DiallerSettings
from media_nodes.dialler.nodes import Nodes
from media_nodes.running import now_ms
from servicekit import lifecycle, logs, redisio
from servicekit.crypto import TenantCipher, load_or_create_key
from servicekit.lifecycle import Service
from servicekit.settings import load

NAME = "dialler"


def main() -> int:
    """Run until SIGTERM: others pace at once, and calls go on at their nodes."""
    settings = load(DiallerSettings)
    logs.configure(NAME, settings.log_level)
    settings.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return lifecycle.run(serve, settings, NAME)


async def serve(service: Service) -> None:
    """Wire and start; ready once a directory is loaded."""
    settings = service.settings
    assert isinstance(settings, DiallerSettings)
    redis = redisio.connect(settings.redis_url)
    service.on_close(redis.aclose)
    replicas = redisio.replicas_of(settings)
    cipher = TenantCipher(load_or_create_key(settings.leads_key_file))
    shelf = DirectoryShelf()
    campaigns = Campaigns(
        Around(
            redis=redis,
            queue=LeadQueue(redis, cipher, replicas),
            dnc=DoNotCall(redis, cipher),
            acd=Acd(redis, replicas),
            nodes=Nodes(redis),
            directory=lambda: shelf.current,
            now_ms=now_ms,
            # Another after each start: who was killed does not lead on.
            holder=f"{settings.dialler_id}-{secrets.token_hex(4)}",
        )
    )

    async def has_directory() -> bool:
        return shelf.current is not None

    service.add_check("directory", has_directory)
    service.spawn("directory", follow_directory(redis, shelf, settings.state_dir / "directory.db"))
    service.spawn("campaigns", campaigns.run())
    service.on_drain(campaigns.resign)


if __name__ == "__main__":
    sys.exit(main())
