"""How the functions that walk over arrays become machine code: numba compiles them at their first call.

What is compiled is kept beside the source, or in the user's cache folder, and is loaded from there from then on.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def fingerprint(folder: Path) -> str:
    """Return what changes with any source in a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


# numba looks at the file of a function only.  What is compiled in from others, such as where things stand in a row of
# the plans, would stay as it was: so each state of the package has a folder of its own.
_config: Any = numba.config
_config.CACHE_DIR = str(Path(__file__).parent / "__pycache__" / fingerprint(Path(__file__).parent))


def kernel(function: Function) -> Function:
    """Compile a function that is called from Python; other threads run meanwhile."""
    return _compiled(function)


def part(function: Function) -> Function:
    """Compile a function that kernels call for every row, and that makes no array.

    Without numba's count of references to arrays, which would take longer than what is done with them.
    """
    return _compiled(function, _nrt=False)


def _compiled(function: Function, **options: Any) -> Function:
    try:
        compiled: Function = numba.njit(nogil=True, error_model="numpy", cache=True, **options)(function)
    except RuntimeError:
        # No folder to keep it in: compile at each start.
        compiled = numba.njit(nogil=True, error_model="numpy", **options)(function)
    return compiled
