"""What a caller in line is told of the place and the wait, in the languages that we speak ourselves."""

from callmodel.prompts import Prompt, Speech

MINUTE_SECONDS = 60
LONGEST_TOLD_MINUTES = 30
"""Nobody is told an hour: what is that far away is a guess, and sounds like a refusal."""


def place_prompts(language: str, ahead: int, estimate_seconds: float | None) -> tuple[Prompt, ...]:
    """Return what is said; language: as BCP 47 has it.  ahead: callers before this one."""
    minutes = None if estimate_seconds is None else max(1, round(estimate_seconds / MINUTE_SECONDS))
    told = minutes if minutes is not None and minutes <= LONGEST_TOLD_MINUTES else None
    sentences = _chinese(ahead, told) if language.startswith("zh") else _english(ahead, told)
    return tuple(Speech(sentence) for sentence in sentences)


def _english(ahead: int, minutes: int | None) -> list[str]:
    said = ["You are next in line." if ahead == 0 else f"There {_callers(ahead)} before you."]
    if minutes is not None:
        said.append(f"The expected wait is about {minutes} {'minute' if minutes == 1 else 'minutes'}.")
    return said


def _callers(ahead: int) -> str:
    return "is one caller" if ahead == 1 else f"are {ahead} callers"


def _chinese(ahead: int, minutes: int | None) -> list[str]:
    said = ["下一位就是您。" if ahead == 0 else f"您前面还有{ahead}位。"]
    if minutes is not None:
        said.append(f"预计等待约{minutes}分钟。")
    return said
