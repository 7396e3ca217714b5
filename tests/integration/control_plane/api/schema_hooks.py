"""What schemathesis checks beyond its own: a body that fits the document is never refused for its shape.

It also writes down each operation that it has called, so that none is left out unseen.
"""

import os
from pathlib import Path

import schemathesis


@schemathesis.hook
def after_call(context, case, response) -> None:
    with Path(os.environ["CALLED_OPERATIONS"]).open("a") as file:
        file.write(f"{case.operation.label}\n")


@schemathesis.check
def shape_is_as_documented(ctx, response, case) -> None:
    """A refusal that knows more than a schema can (no such site, weak password) has an error_id of its own."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 422:
        return
    problem = response.json()
    # JSON Schema calls 5.0 an integer, and we do not; a page token can look right and be none.
    excused = ("valid integer", "page token")
    wrong = [item for item in problem.get("errors", ()) if not any(word in item["message"] for word in excused)]
    assert problem["error_id"] != "invalid-request" or not wrong, wrong
