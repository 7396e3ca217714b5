"""A task goes on in the trace of whoever asked for it: `traceparent` stands in its message's headers."""

from typing import Any

from celery import Task, signals

from servicekit import tracing

HEADER = "traceparent"


def follow_traces() -> None:
    """Let every task that this process sends or runs be part of a trace."""
    running: dict[str, tracing.Recording] = {}

    def sent(headers: dict[str, Any] | None = None, **_: Any) -> None:
        said = tracing.traceparent()
        if said is not None and headers is not None:
            headers[HEADER] = said

    def begun(task_id: str, task: Task, **_: Any) -> None:
        running[task_id] = tracing.resume(task.request.get(HEADER), f"task {task.name}", task_id=task_id)
        running[task_id].__enter__()

    def ended(task_id: str, state: str | None = None, **_: Any) -> None:
        span = running.pop(task_id, None)
        if span is not None:
            span.note(state=state or "")
            span.__exit__(None, None, None)

    signals.before_task_publish.connect(sent, weak=False, dispatch_uid="trace")
    signals.task_prerun.connect(begun, weak=False, dispatch_uid="trace")
    signals.task_postrun.connect(ended, weak=False, dispatch_uid="trace")
