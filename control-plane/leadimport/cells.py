"""Cells of files that people open in a spreadsheet (OWASP, CSV injection)."""

_FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def safe_cell(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: with an apostrophe in front where one might."""
    takes = cell.lstrip().startswith(_FORMULAS) or cell.startswith(("\t", "\r"))
    return f"'{cell}" if takes else cell
