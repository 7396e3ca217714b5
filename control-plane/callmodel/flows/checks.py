"""Check digits: whether a number that a caller typed can be one at all."""

LUHN = "luhn"
CHECKS = ("", LUHN)


def passes(check: str, digits: str) -> bool:
    """Say whether digits pass a check; the empty check lets everything pass."""
    return not check or _luhn(digits)


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1: from the right every second digit is doubled, and the sum of all digits ends in 0."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
