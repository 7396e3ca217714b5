"""How the functions that walk over arrays become machine code: numba compiles them at their first call.

What is compiled is kept beside the source, or in the user's cache folder, and is loaded from there from then on.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


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
        compiled: Function = njit(nogil=True, error_model="numpy", cache=True, **options)(function)
    except RuntimeError:
        # No folder to keep it in: compile at each start.
        compiled = njit(nogil=True, error_model="numpy", **options)(function)
    return compiled
