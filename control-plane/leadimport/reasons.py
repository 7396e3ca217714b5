"""Why a row is refused: one word for files and answers, one small number for arrays."""

from enum import IntEnum


class Reason(IntEnum):
    """In the order in which a row is judged: it falls by the first that holds."""

    ACCEPTED = 0
    # The row could not be read.
    ROW_TOO_LONG = 1
    TOO_MANY_CELLS = 2
    UNREADABLE_TEXT = 3
    NOT_JSON = 4
    # The cell holds no number that anybody can dial.
    EMPTY = 5
    FORMULA = 6
    DIGITS_LOST = 7
    NOT_A_NUMBER = 8
    TOO_SHORT = 9
    TOO_LONG = 10
    NO_SUCH_COUNTRY = 11
    INVALID = 12
    # The number must not be dialled, or not now.
    BLOCKED_REGION = 13
    BLOCKED_LINE_TYPE = 14
    DO_NOT_CALL = 15
    DEAD = 16
    CONTACTED_RECENTLY = 17
    FREQUENCY_CAP = 18
    IN_CAMPAIGN = 19
    IN_TENANT = 20
    TWICE_IN_FILE = 21

    @property
    def word(self) -> str:
        """The reason as it stands in files and answers, such as `do-not-call`."""
        return self.name.lower().replace("_", "-")


EXPLANATIONS = {
    Reason.ROW_TOO_LONG: "the row has no end within 64 KB; often a quote that nobody closed",
    Reason.TOO_MANY_CELLS: "the row has more cells than the first",
    Reason.UNREADABLE_TEXT: "part of the row is written in another encoding than the rest of the file",
    Reason.NOT_JSON: "the line is no JSON object",
    Reason.EMPTY: "no number",
    Reason.FORMULA: "a formula where a number should be; formulas are never computed",
    Reason.DIGITS_LOST: "a spreadsheet rounded the number (1.38E+10): its digits are gone",
    Reason.NOT_A_NUMBER: "something else than a phone number",
    Reason.TOO_SHORT: "too few digits",
    Reason.TOO_LONG: "too many digits",
    Reason.NO_SUCH_COUNTRY: "no country has this code",
    Reason.INVALID: "the country's numbering plan has no such number",
    Reason.BLOCKED_REGION: "calls to this region are blocked",
    Reason.BLOCKED_LINE_TYPE: "lines of this kind are blocked, such as premium-rate ones",
    Reason.DO_NOT_CALL: "on a do-not-call list",
    Reason.DEAD: "found dead on an earlier call",
    Reason.CONTACTED_RECENTLY: "contacted too short a time ago",
    Reason.FREQUENCY_CAP: "called as often as is allowed",
    Reason.IN_CAMPAIGN: "in the campaign already",
    Reason.IN_TENANT: "in another campaign already",
    Reason.TWICE_IN_FILE: "in an earlier row of this file",
}
