"""Lists of nothing but numbers, such as do-not-call lists, read as sets."""

from typing import BinaryIO

import numpy as np

from leadimport.cleaning import Cleaner
from leadimport.errors import FileError
from leadimport.mapping import ColumnMapping
from leadimport.numbersets import NumberSet
from leadimport.opening import open_list
from leadimport.reasons import Reason
from leadimport.rules import Rules


def read_numbers(source: BinaryIO, region: str, mapping: ColumnMapping | None = None) -> NumberSet:
    """Return the valid numbers of a list file.

    What is no number is left out, but a list with none is no list.  Raises FileError, RulesError, OSError.
    """
    opened = open_list(source, mapping)
    found = [
        judged.numbers[(judged.outcomes == Reason.ACCEPTED)] for judged in Cleaner(Rules(region)).clean(opened.file)
    ]
    numbers = np.concatenate(found) if found else np.zeros(0, np.uint64)
    if not len(numbers):
        raise FileError("the list of numbers has no valid one")
    return NumberSet.of(numbers)
