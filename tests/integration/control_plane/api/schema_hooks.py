"""What schemathesis checks beyond its own: a body that fits the document is never refused for its shape."""

import schemathesis


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
