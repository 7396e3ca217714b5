"""RFC 4475's torture messages, byte for byte in `rfc4475/`, each with what the edge must make of it.

The RFC writes for a proxy of example.com; our edge knows no such domain, so that a message may also be refused for
that.  What counts is what an answer must never be.
"""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "rfc4475"


@dataclass(frozen=True)
class Torture:
    """`codes`: the final answers that fit; empty for a response, or a request too broken to be answered."""

    name: str
    section: str
    codes: frozenset[int]
    silence: bool
    """Whether no answer at all fits too."""

    @property
    def data(self) -> bytes:
        return (FOLDER / f"{self.name}.dat").read_bytes()

    @property
    def is_response(self) -> bool:
        return self.data.startswith(b"SIP/2.0 ")


def _of(name: str, section: str, *codes: int, silence: bool = False) -> Torture:
    return Torture(name, section, frozenset(codes), silence or not codes)


# 403 is for a domain that is nobody's here.  Of the well-formed ones the gate refuses what others read differently:
# folded headers that frame or name (wsinv, esc01), control characters (intmeth), several contacts (esc02, escnull).
VALID = (
    _of("wsinv", "3.1.1.1", 400, silence=True),
    _of("intmeth", "3.1.1.2", 400, 405, silence=True),
    _of("esc01", "3.1.1.3", 400),
    _of("escnull", "3.1.1.4", 400),
    _of("esc02", "3.1.1.5", 400),
    _of("lwsdisp", "3.1.1.6", 405),
    _of("longreq", "3.1.1.7", 403),
    _of("dblreq", "3.1.1.8", 400, 403),
    _of("semiuri", "3.1.1.9", 405),
    _of("transports", "3.1.1.10", 405),
    _of("mpart01", "3.1.1.11", 405),
    _of("unreason", "3.1.1.12"),
    _of("noreason", "3.1.1.13"),
)
INVALID = (
    _of("badinv01", "3.1.2.1", 400, silence=True),
    _of("clerr", "3.1.2.2", 400, silence=True),
    _of("ncl", "3.1.2.3", 400, silence=True),
    _of("scalar02", "3.1.2.4", 400, 403),
    _of("scalarlg", "3.1.2.5"),
    _of("quotbal", "3.1.2.6", 400, silence=True),
    _of("ltgtruri", "3.1.2.7", 400, silence=True),
    _of("lwsruri", "3.1.2.8", 400, 481, silence=True),
    _of("lwsstart", "3.1.2.9", 400, 403, silence=True),
    _of("trws", "3.1.2.10", 400, 405, silence=True),
    _of("escruri", "3.1.2.11", 400, 403),
    _of("baddate", "3.1.2.12", 400, 403),
    _of("regbadct", "3.1.2.13", 400, 403),
    _of("badaspec", "3.1.2.14", 400, 405),
    _of("baddn", "3.1.2.15", 400, 405),
    _of("badvers", "3.1.2.16", 505, silence=True),
    _of("mismatch01", "3.1.2.17", 400),
    _of("mismatch02", "3.1.2.18", 400, 405, 501),
    _of("bigcode", "3.1.2.19"),
    _of("badbranch", "3.2.1", 400, 405),
    _of("insuf", "3.3.1", 400, silence=True),
    _of("unkscm", "3.3.2", 400, 404, 405, 416, silence=True),
    _of("novelsc", "3.3.3", 400, 404, 405, 416, silence=True),
    _of("unksm2", "3.3.4", 400, 403, 416, silence=True),
    _of("bext01", "3.3.5", 420),
    _of("invut", "3.3.6", 403, 415),
    _of("regaut01", "3.3.7", 401, 403),
    _of("multi01", "3.3.8", 400, 403, silence=True),
    _of("mcl01", "3.3.9", 400, 405, silence=True),
    _of("bcast", "3.3.10"),
    _of("zeromf", "3.3.11", 483),
    _of("cparam01", "3.3.12", 403),
    _of("cparam02", "3.3.13", 403),
    _of("regescrt", "3.3.14", 403),
    _of("sdp01", "3.3.15", 403),
    _of("inv2543", "3.4.1", 403),
)
ALL = (*VALID, *INVALID)
