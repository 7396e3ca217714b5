"""Who opens the portal in a demo or a cluster: a person of each role; those who talk sit at a browser's station."""

from dataclasses import dataclass

from devstack.inbound import QUEUES, TEAM
from devstack.seed import TENANT, USER_PASSWORD, user
from trunkline.apiclient import Api
from trunkline.plan import HQ_SITE

FIRST_EXTENSION = 2201
PEOPLE = (
    ("ana", "agent", True),
    ("ben", "agent", True),
    ("sue", "supervisor", True),
    ("max", "manager", True),
    ("client", "client", False),
)
"""Name, role, and whether they have a phone in their browser."""


@dataclass(frozen=True)
class Login:
    """Who may sign in at the portal.  extension: of the station that they are seated at, None for no phone."""

    name: str
    role: str
    extension: str | None = None

    @property
    def password(self) -> str:
        return USER_PASSWORD

    @property
    def text(self) -> str:
        seat = f", station {self.extension}" if self.extension is not None else ""
        return f"{self.role} of {TENANT}{seat}"


async def sow_desks(api: Api, *, with_queues: bool) -> list[Login]:
    """Make them.  with_queues: the tenant has the demo's queues, which the agents serve.  Raises ApiError."""
    path = f"/tenants/{TENANT}"
    logins = []
    for place, (name, role, talks) in enumerate(PEOPLE):
        body = user(name, role) | {"teams": {TENANT: [TEAM]}}
        user_id = (await api.post("/users", body))["user_id"]
        extension = str(FIRST_EXTENSION + place) if talks else None
        if extension is not None:
            station = {"extension": extension, "site_id": HQ_SITE, "media": "webrtc", "user_id": user_id}
            await api.post(f"{path}/stations", station | {"display_name": name.capitalize()})
        if role == "agent" and with_queues:
            await api.patch(f"{path}/agents/{user_id}", {"queues": list(QUEUES.values())})
        logins.append(Login(name, role, extension))
    return logins
