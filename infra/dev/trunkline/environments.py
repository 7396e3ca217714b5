"""The environment variables of each process of a stack: what systemd units and images set in production."""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from trunkline.plan import BRANCH_SITE, EDGE_ID, HQ_SITE, NODE_ID, PLATFORM_DOMAIN, AddressPlan, asterisk_folder

AGENT_OF_BRANCH = 9107
COMMAND = (sys.executable, "-m", "trunkline.cli")


@dataclass(frozen=True)
class Environments:
    """Builds environments from an address plan and the stack's run folder."""

    plan: AddressPlan
    run_dir: Path

    @property
    def control_dir(self) -> Path:
        return self.run_dir / "control"

    @property
    def admin_password_file(self) -> Path:
        return self.control_dir / "admin-password"

    @property
    def pki_dir(self) -> Path:
        return self.control_dir / "pki"

    def _common(self, folder: str, health: tuple[str, int] | None) -> dict[str, str]:
        # Settings of the one who runs this must not leak into the stack; engines are in /usr/sbin.
        env = {name: value for name, value in os.environ.items() if not name.startswith("TRUNKLINE_")}
        env["PATH"] = f"{env.get('PATH', '/usr/bin:/bin')}:/usr/sbin:/sbin"
        env["PYTHONUNBUFFERED"] = "1"
        env |= {
            "TRUNKLINE_RUN_DIR": str(self.run_dir / folder),
            "TRUNKLINE_REDIS_URL": self.plan.redis_url,
            "TRUNKLINE_LOG_LEVEL": os.environ.get("TRUNKLINE_LOG_LEVEL", "INFO"),
            "TRUNKLINE_PLATFORM_DOMAIN": PLATFORM_DOMAIN,
        }
        if health is not None:
            env |= {"TRUNKLINE_HEALTH_HOST": health[0], "TRUNKLINE_HEALTH_PORT": str(health[1])}
        return env

    def control(self, health_port: int | None = None) -> dict[str, str]:
        """Of the API, the fact consumers, workers, beat and administration."""
        plan, folder = self.plan, self.control_dir
        health = (plan.control, health_port) if health_port else None
        return self._common("control", health) | {
            "TRUNKLINE_STORE_URL": f"sqlite:///{folder}/store.db",
            "TRUNKLINE_OBJECTS_URL": f"file://{folder}/objects",
            "TRUNKLINE_MASTER_KEY_FILE": str(folder / "master.key"),
            "TRUNKLINE_PKI_DIR": str(self.pki_dir),
            "TRUNKLINE_API_HOST": plan.control,
            "TRUNKLINE_API_PORT": "8080",
            "TRUNKLINE_API_PUBLIC_URL": plan.api_url,
            "TRUNKLINE_BRANCH_API_HOST": plan.control,
            "TRUNKLINE_BRANCH_API_PORT": "8443",
            "TRUNKLINE_ADMIN_USER": "admin",
            "TRUNKLINE_ADMIN_PASSWORD_FILE": str(self.admin_password_file),
        }

    def edge(self, health_port: int | None = None) -> dict[str, str]:
        """Of HQ's Kamailio, rtpengine and edge agent."""
        plan, folder = self.plan, self.run_dir / "edge"
        health = (plan.edge, health_port) if health_port else None
        return self._common("edge", health) | {
            "TRUNKLINE_EDGE_ID": EDGE_ID,
            "TRUNKLINE_EDGE_ROLE": "hq",
            "TRUNKLINE_SITE_ID": HQ_SITE,
            "TRUNKLINE_EDGE_ADDRESS": plan.edge,
            "TRUNKLINE_RTP_RANGE": "30000-34999",
            "TRUNKLINE_TLS_CERT": str(folder / "tls.crt"),
            "TRUNKLINE_TLS_KEY": str(folder / "tls.key"),
            "TRUNKLINE_TLS_CA": str(folder / "ca.crt"),
            "TRUNKLINE_SNAPSHOT": "redis",
        }

    def node(self, health_port: int | None = None) -> dict[str, str]:
        """Of the media node's Asterisk and conductor."""
        plan = self.plan
        health = (plan.node, health_port) if health_port else None
        return self._common("node", health) | {
            "TRUNKLINE_NODE_ID": NODE_ID,
            "TRUNKLINE_NODE_ADDRESS": plan.node,
            "TRUNKLINE_NODE_SIP_PORT": "5060",
            "TRUNKLINE_ARI_PORT": "8088",
            "TRUNKLINE_AMI_PORT": "5038",
            "TRUNKLINE_CONTROL_ADDRESS": plan.node,
            "TRUNKLINE_NODE_RTP_RANGE": "20000-24999",
            "TRUNKLINE_EDGE_INTERNAL": f"{plan.edge}:5062",
            "TRUNKLINE_ASTERISK_ROOT": str(asterisk_folder()),
            "TRUNKLINE_SPOOL_DIR": str(self.run_dir / "node" / "spool"),
        }

    def branch(self, token_file: Path, health_port: int | None = None) -> dict[str, str]:
        """Of the branch gateway, which starts the branch's own edge processes."""
        plan = self.plan
        health = (plan.branch, health_port) if health_port else None
        env = self._common("branch", health) | {
            "TRUNKLINE_SITE_ID": BRANCH_SITE,
            "TRUNKLINE_BRANCH_API_URL": plan.branch_api_url,
            "TRUNKLINE_ENROLMENT_TOKEN_FILE": str(token_file),
            "TRUNKLINE_EDGE_COMMAND": json.dumps([*COMMAND, "edge"]),
            "TRUNKLINE_AGENT_HEALTH_PORT": str(AGENT_OF_BRANCH),
            "TRUNKLINE_EDGE_ID": f"{BRANCH_SITE}-edge",
            "TRUNKLINE_EDGE_ROLE": "branch",
            "TRUNKLINE_EDGE_ADDRESS": plan.branch,
            "TRUNKLINE_RTP_RANGE": "35000-39999",
            "TRUNKLINE_HQ_EDGES": f"{plan.edge}:5061",
        }
        # A branch has HQ's API and edge, and nothing else of HQ's.
        del env["TRUNKLINE_REDIS_URL"]
        return env
