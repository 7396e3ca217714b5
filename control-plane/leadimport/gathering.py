"""The texts of some rows, one behind the other: what a lead keeps of the row that it came from."""

import numpy as np
from numpy.typing import NDArray

from leadimport.machine import kernel
from leadimport.rows import Places, Rows, Text


def texts_of(rows: Rows, which: NDArray[np.int64]) -> tuple[bytes, NDArray[np.uint32]]:
    """Return the texts of rows, and where each ends."""
    starts, ends = rows.starts[which], rows.ends[which]
    behind = np.cumsum(ends - starts)
    out = np.empty(int(behind[-1]) if len(behind) else 0, np.uint8)
    _gather(rows.text, starts, ends, out)
    return out.tobytes(), behind.astype(np.uint32)


@kernel
def _gather(text: Text, starts: Places, ends: Places, out: Text) -> None:
    at = 0
    for row in range(len(starts)):
        size = ends[row] - starts[row]
        out[at : at + size] = text[starts[row] : ends[row]]
        at += size
