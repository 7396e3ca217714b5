"""The environment variables of each process of a stack: what systemd units and images set in production."""

import json
import os
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from devstack.datastores import DataStores
from trunkline.plan import (
    BRANCH_SITE,
    DESK_ORIGINS,
    HQ_SITE,
    PLATFORM_DOMAIN,
    PORTAL_PORT,
    AddressPlan,
    asterisk_folder,
)
from trunkline.shape import SINGLE, Shape

AGENT_OF_BRANCH = 9107
PASSED_ON = (
    "TRUNKLINE_LOG_LEVEL", "TRUNKLINE_OTLP_ENDPOINT", "TRUNKLINE_TRACE_SAMPLING", "TRUNKLINE_METRICS_SECONDS",
)  # fmt: skip
"""How much a stack tells is for the one who runs it to say; what it does is not."""
BRANCH_EDGE = f"{BRANCH_SITE}-edge"
COMMAND = (sys.executable, "-m", "trunkline.cli")


@dataclass(frozen=True)
class Environments:
    """Builds environments from an address plan, the stack's run folder and its shape.  Parts count from 1."""

    plan: AddressPlan
    run_dir: Path
    shape: Shape = SINGLE

    @cached_property
    def datastores(self) -> DataStores:
        """What the stack stands on."""
        return DataStores(self.plan, self.run_dir, self.shape)

    @property
    def control_dir(self) -> Path:
        return self.run_dir / "control"

    @property
    def admin_password_file(self) -> Path:
        return self.control_dir / "admin-password"

    @property
    def edge_secret_file(self) -> Path:
        """What HQ's edges share."""
        return self.run_dir / "edge-secret"

    @property
    def pki_dir(self) -> Path:
        return self.control_dir / "pki"

    def _common(self, folder: str, health: tuple[str, int] | None) -> dict[str, str]:
        # Settings of the one who runs this must not leak into the stack; engines are in /usr/sbin.
        env = {
            name: value
            for name, value in os.environ.items()
            if name in PASSED_ON or not name.startswith("TRUNKLINE_")
        }
        env["PATH"] = f"{env.get('PATH', '/usr/bin:/bin')}:/usr/sbin:/sbin"
        env["PYTHONUNBUFFERED"] = "1"
        env |= {
            "TRUNKLINE_RUN_DIR": str(self.run_dir / folder),
            "TRUNKLINE_PLATFORM_DOMAIN": PLATFORM_DOMAIN,
        }
        env |= self.datastores.redis_environment()
        if health is not None:
            env |= {"TRUNKLINE_HEALTH_HOST": health[0], "TRUNKLINE_HEALTH_PORT": str(health[1])}
        return env

    def control(self, health_port: int | None = None, index: int = 1) -> dict[str, str]:
        """Of the API, the fact consumers, workers, beat and administration."""
        folder, host = self.control_dir, self.plan.control_at(index)
        url = f"http://{host}:8080"
        return self._common("control", (host, health_port) if health_port else None) | {
            **self.datastores.store_environment(folder),
            "TRUNKLINE_MASTER_KEY_FILE": str(folder / "master.key"),
            "TRUNKLINE_PKI_DIR": str(self.pki_dir),
            "TRUNKLINE_API_HOST": host,
            "TRUNKLINE_API_PORT": "8080",
            "TRUNKLINE_API_PUBLIC_URL": url,
            "TRUNKLINE_TRUSTED_PROXIES": json.dumps([self.plan.portal_at(portal) for portal in self._portals]),
            "TRUNKLINE_BRANCH_API_HOST": host,
            "TRUNKLINE_BRANCH_API_PORT": "8443",
            "TRUNKLINE_ADMIN_USER": "admin",
            "TRUNKLINE_ADMIN_PASSWORD_FILE": str(self.admin_password_file),
        }

    def portal(self, health_port: int | None = None, index: int = 1) -> dict[str, str]:
        """Of a portal: what browsers talk to."""
        plan, host = self.plan, self.plan.portal_at(index)
        # Each asks another API first, and knows all.
        apis = [1 + (index - 1 + turn) % self.shape.apis for turn in range(self.shape.apis)]
        edges = range(1, self.shape.edges + 1)
        return self._common("control", (host, health_port) if health_port else None) | {
            "TRUNKLINE_PORTAL_HOST": host,
            "TRUNKLINE_PORTAL_PORT": str(PORTAL_PORT),
            "TRUNKLINE_PORTAL_PUBLIC_URL": plan.portal_url_at(index),
            "TRUNKLINE_PORTAL_API_URLS": ",".join(f"http://{plan.control_at(api)}:8080" for api in apis),
            "TRUNKLINE_PORTAL_API_FROM": host,
            "TRUNKLINE_PORTAL_PHONE_EDGES": ",".join(f"wss://{plan.edge_at(edge)}:5443" for edge in edges),
        }

    @property
    def _portals(self) -> range:
        return range(1, self.shape.portals + 1)

    def edge_dir(self, index: int = 1) -> Path:
        """Where an edge of HQ keeps its certificate."""
        return self.run_dir / self.shape.folder_of("edge", index)

    def edge_secrets(self, index: int = 1) -> Path:
        """The keys that an edge of HQ has made, with the token of its RPC."""
        return self.edge_dir(index) / _edge_id(index) / "secrets.json"

    @property
    def branch_edge_secrets(self) -> Path:
        """The same of the branch's edge."""
        return self.run_dir / "branch" / "edge" / BRANCH_EDGE / "secrets.json"

    def edge(self, health_port: int | None = None, index: int = 1) -> dict[str, str]:
        """Of HQ's Kamailio, rtpengine and edge agent."""
        host, control, folder = self.plan.edge_at(index), self.plan.edge_control_at(index), self.edge_dir(index)
        others = [self.plan.edge_at(edge) for edge in range(1, self.shape.edges + 1) if edge != index]
        peers = {
            "TRUNKLINE_EDGE_PEERS": ",".join(f"{other}:5064" for other in others),
            "TRUNKLINE_EDGE_SECRET_FILE": str(self.edge_secret_file),
        }
        return self._common(folder.name, (control, health_port) if health_port else None) | {
            "TRUNKLINE_EDGE_ID": _edge_id(index),
            "TRUNKLINE_EDGE_ROLE": "hq",
            "TRUNKLINE_SITE_ID": HQ_SITE,
            "TRUNKLINE_EDGE_ADDRESS": host,
            "TRUNKLINE_CONTROL_ADDRESS": control,
            "TRUNKLINE_RTP_RANGE": "30000-34999",
            "TRUNKLINE_SIP_WSS_PORT": "5443",
            "TRUNKLINE_WS_ORIGINS": ",".join(
                (*DESK_ORIGINS, *(self.plan.portal_url_at(portal) for portal in self._portals))
            ),
            "TRUNKLINE_TLS_CERT": str(folder / "tls.crt"),
            "TRUNKLINE_TLS_KEY": str(folder / "tls.key"),
            "TRUNKLINE_TLS_CA": str(folder / "ca.crt"),
            "TRUNKLINE_SNAPSHOT": "redis",
            **(peers if others else {}),
        }

    def node(self, health_port: int | None = None, index: int = 1) -> dict[str, str]:
        """Of a media node's Asterisk and conductor."""
        host, control = self.plan.node_at(index), self.plan.node_control_at(index)
        folder = self.run_dir / self.shape.folder_of("node", index)
        # Each node prefers another edge, and knows all.
        edges = [1 + (index - 1 + turn) % self.shape.edges for turn in range(self.shape.edges)]
        return self._common(folder.name, (control, health_port) if health_port else None) | {
            "TRUNKLINE_NODE_ID": f"node-{index}",
            "TRUNKLINE_NODE_ADDRESS": host,
            "TRUNKLINE_NODE_SIP_PORT": "5060",
            "TRUNKLINE_ARI_PORT": "8088",
            "TRUNKLINE_AMI_PORT": "5038",
            "TRUNKLINE_CONTROL_ADDRESS": control,
            "TRUNKLINE_NODE_RTP_RANGE": "20000-24999",
            "TRUNKLINE_EDGE_INTERNAL": ",".join(f"{self.plan.edge_at(edge)}:5062" for edge in edges),
            "TRUNKLINE_ASTERISK_ROOT": str(asterisk_folder()),
            "TRUNKLINE_SPOOL_DIR": str(folder / "spool"),
            **self.datastores.objects_environment(self.control_dir),
        }

    def dialler(self, health_port: int, index: int = 1) -> dict[str, str]:
        """Of a dialler, which has the control plane's key to leads' numbers."""
        return self._common("control", (self.plan.control_at(index), health_port)) | {
            "TRUNKLINE_DIALLER_ID": f"dialler-{index}",
            "TRUNKLINE_LEADS_KEY_FILE": str(self.control_dir / "leads.key"),
        }

    def branch(self, token_file: Path, health_port: int | None = None) -> dict[str, str]:
        """Of the branch gateway, which starts the branch's own edge processes."""
        plan = self.plan
        health = (plan.branch_control, health_port) if health_port else None
        env = self._common("branch", health) | {
            "TRUNKLINE_SITE_ID": BRANCH_SITE,
            "TRUNKLINE_BRANCH_API_URL": plan.branch_api_url,
            "TRUNKLINE_ENROLMENT_TOKEN_FILE": str(token_file),
            "TRUNKLINE_EDGE_COMMAND": json.dumps([*COMMAND, "edge"]),
            "TRUNKLINE_AGENT_HEALTH_PORT": str(AGENT_OF_BRANCH),
            "TRUNKLINE_EDGE_ID": BRANCH_EDGE,
            "TRUNKLINE_EDGE_ROLE": "branch",
            "TRUNKLINE_EDGE_ADDRESS": plan.branch,
            "TRUNKLINE_CONTROL_ADDRESS": plan.branch_control,
            "TRUNKLINE_RTP_RANGE": "35000-39999",
            "TRUNKLINE_SIP_WSS_PORT": "5443",
            "TRUNKLINE_WS_ORIGINS": ",".join(DESK_ORIGINS),
            "TRUNKLINE_HQ_EDGES": ",".join(f"{plan.edge_at(edge)}:5061" for edge in range(1, self.shape.edges + 1)),
        }
        # A branch has HQ's API and edge, and nothing else of HQ's.
        hqs_own = ("TRUNKLINE_REDIS", "TRUNKLINE_CONFIG")
        return {name: value for name, value in env.items() if not name.startswith(hqs_own)}


def _edge_id(index: int) -> str:
    return f"edge-{index}"
