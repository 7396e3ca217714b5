"""What the settings of a queue say against each other.  Pure."""

from collections.abc import Iterator, Sequence

from callmodel.queues import Queue, SkillNeed


def faults_of(queue: Queue) -> list[dict[str, str]]:
    """Return what does not fit together: `where` it stands in the body, and a `message` that says what to do."""
    return [{"where": f"body.{where}", "message": message} for where, message in _faults(queue)]


def _faults(queue: Queue) -> Iterator[tuple[str, str]]:
    if _repeats(queue.needs):
        yield "needs", "name each skill once"
    before = 0
    for place, step in enumerate(queue.relaxations):
        where = f"relaxations.{place}"
        if step.after_seconds <= before:
            yield f"{where}.after_seconds", f"comes after the one before: say more than {before}"
        if queue.longest_wait_seconds is not None and step.after_seconds >= queue.longest_wait_seconds:
            yield (
                f"{where}.after_seconds",
                f"nobody waits so long: longest_wait_seconds is {queue.longest_wait_seconds}",
            )
        if _repeats(step.needs):
            yield f"{where}.needs", "name each skill once"
        before = max(before, step.after_seconds)
    if queue.longest_wait_seconds is not None and queue.last_agent_seconds >= queue.longest_wait_seconds:
        yield "last_agent_seconds", "a caller kept for the last agent so long would meet nobody else"


def _repeats(needs: Sequence[SkillNeed]) -> bool:
    return len({need.skill for need in needs}) < len(needs)
