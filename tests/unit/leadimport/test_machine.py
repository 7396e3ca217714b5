"""Functions are compiled wherever they come from, and whether or not what is compiled can be kept."""

from pathlib import Path

import numba

import leadimport
from leadimport.machine import fingerprint, kernel
from leadimport.normalising import judge_cells


def test_where_nothing_can_be_kept_functions_are_compiled_all_the_same():
    made: dict[str, object] = {}
    exec("def twice(number):\n    return 2 * number", made)  # from no file: there is no folder beside it

    assert kernel(made["twice"])(21) == 42  # type: ignore[type-var]


def test_a_change_in_any_source_of_the_package_has_all_compiled_anew(tmp_path: Path):
    (tmp_path / "plans.py").write_text("SET = 10\n")
    before = fingerprint(tmp_path)
    (tmp_path / "plans.py").write_text("SET = 11\n")

    assert fingerprint(tmp_path) != before
    assert Path(numba.config.CACHE_DIR).name == fingerprint(Path(leadimport.__file__).parent)
    assert judge_cells.stats.cache_path.startswith(numba.config.CACHE_DIR)
