"""What a request names of the tenant's must be there, and in use."""

from callmodel.ids import CalendarId, FlowId, ListId, PromptId, ProviderId, QueueId, TenantId, UserId
from control_plane.inventory.references import (
    calendar_exists,
    flow_exists,
    list_state_of,
    pool_of_queue,
    prompt_exists,
)
from control_plane.people.accounts import account_of
from control_plane.people.agents import is_agent
from control_plane.web import InvalidRequestError
from servicekit.stores import Store


class QueueUnknownError(InvalidRequestError):
    error_id = "queue-unknown"
    title = "The tenant has no such queue"


class FlowUnknownError(InvalidRequestError):
    error_id = "flow-unknown"
    title = "The tenant has no such flow"


class PromptUnknownError(InvalidRequestError):
    error_id = "prompt-unknown"
    title = "The tenant has no such prompt"


class CalendarUnknownError(InvalidRequestError):
    error_id = "calendar-unknown"
    title = "The tenant has no such calendar"


class AgentUnknownError(InvalidRequestError):
    error_id = "agent-unknown"
    title = "The tenant has no such agent"


class ListUnknownError(InvalidRequestError):
    error_id = "list-unknown"
    title = "The tenant has no such list"


async def require_queue(store: Store, tenant_id: TenantId, queue_id: QueueId) -> ProviderId:
    """Return whose agents serve a queue.  Raises QueueUnknownError."""
    pool = await pool_of_queue(store, tenant_id, queue_id)
    if pool is None:
        raise QueueUnknownError(f"there is no queue {queue_id}; create it first")
    return pool


async def require_flow(store: Store, tenant_id: TenantId, flow_id: FlowId) -> None:
    """Raise FlowUnknownError for a flow that is not there; it need not be published."""
    if not await flow_exists(store, tenant_id, flow_id):
        raise FlowUnknownError(f"there is no flow {flow_id}; create it first")


async def require_prompt(store: Store, tenant_id: TenantId, prompt_id: PromptId) -> None:
    """Raise PromptUnknownError for a prompt that is not there."""
    if not await prompt_exists(store, tenant_id, prompt_id):
        raise PromptUnknownError(f"there is no prompt {prompt_id}; create it first")


async def require_calendar(store: Store, tenant_id: TenantId, calendar_id: CalendarId) -> None:
    """Raise CalendarUnknownError for a calendar that is not there."""
    if not await calendar_exists(store, tenant_id, calendar_id):
        raise CalendarUnknownError(f"there is no calendar {calendar_id}; create it first")


async def require_list(store: Store, tenant_id: TenantId, list_id: ListId) -> None:
    """Raise ListUnknownError for a list that is not there; it need not be imported."""
    if await list_state_of(store, tenant_id, list_id) is None:
        raise ListUnknownError(f"there is no list {list_id}; create it first")


async def require_agent(store: Store, tenant_id: TenantId, user_id: UserId) -> None:
    """Raise AgentUnknownError for who is no agent of the tenant."""
    account = await account_of(store, user_id)
    if account is None or not is_agent(account, tenant_id):
        raise AgentUnknownError(f"nobody with the id {user_id} is an agent of this tenant")
