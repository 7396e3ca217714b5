"""What of a customer's number may be seen by those who may not see it."""


def mask_number(number: str) -> str:
    """Return a number as agents and logs see it: `+8613812345678` becomes `+86138****5678`.

    Short numbers (extensions, emergency numbers) identify nobody outside and stay as they are.
    """
    digits = sum(character.isdigit() for character in number)
    if digits < 7:
        return number
    shown_before = len(number) - 8
    return f"{number[: max(shown_before, 2)]}****{number[-4:]}"
