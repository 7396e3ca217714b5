"""Regular expressions that a tenant may write: those that can not keep a conductor busy."""

import re

LONGEST_PATTERN = 100
MOST_OPEN_REPEATS = 3
"""With more than these, a value that does not match would be tried in too many ways."""
_OPEN_REPEAT = re.compile(r"[*+]|[{][0-9]*,[}]")
_REPEATED_GROUP = re.compile(r"[)][*+{?]")


def matches(pattern: str, text: str) -> bool:
    """Say whether a text is as a pattern wants it; one that the validator would refuse fits nothing."""
    return problem_of(pattern) is None and re.fullmatch(pattern, text) is not None


def problem_of(pattern: str) -> str | None:
    """Return what is wrong with a pattern, None for a good one."""
    if len(pattern) > LONGEST_PATTERN:
        return f"a pattern has {LONGEST_PATTERN} characters at most"
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"this is no regular expression: {error}"
    plain = re.sub(r"\\.", "x", pattern)
    if re.search(r"\\[1-9]|[(][?]", pattern):
        return "a pattern has no references and no (?...)"
    if _REPEATED_GROUP.search(plain):
        return "a pattern repeats no group"
    if len(_OPEN_REPEAT.findall(plain)) > MOST_OPEN_REPEATS:
        return f"a pattern repeats without limit {MOST_OPEN_REPEATS} times at most"
    return None
