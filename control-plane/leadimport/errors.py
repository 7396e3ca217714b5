"""What a person is told about a file that can not be imported at all."""


class FileError(ValueError):
    """The file is no list of numbers; says why, and what to do.  A bad row is none of these: it is refused."""

    error_id = "list-unreadable"


class ColumnError(FileError):
    """The file has no such column, or none that looks like phone numbers."""

    error_id = "list-column-unknown"
