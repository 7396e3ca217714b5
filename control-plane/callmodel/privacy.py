"""What of a customer's number may be seen by those who may not see it."""

import hashlib
import hmac

HASH_DIGITS = 32


def mask_number(number: str) -> str:
    """Return a number as agents and logs see it: `+8613812345678` and `+86 138-1234-5678` become `+86138****5678`.

    At least four digits are hidden, however it is written.  Short numbers (extensions, emergency numbers) identify
    nobody outside and stay as they are.
    """
    digits = "".join(character for character in number if character.isdigit())
    if len(digits) < 7:
        return number
    plus = "+" if number.lstrip().startswith("+") else ""
    # Of seven to nine digits the beginning and the end together would be nearly all.
    shown_before = digits[:-8] if len(digits) >= 10 else ""
    return f"{plus}{shown_before}****{digits[max(4, len(digits) - 4) :]}"


def number_hash(number_key: str, number: str) -> str:
    """Return what a tenant's customer is known by where the number itself may not stand: 32 hex digits.

    Keyed by the tenant's `number_key` (HMAC-SHA-256), so that nobody finds numbers by trying them all.
    """
    return hmac.new(number_key.encode(), number.encode(), hashlib.sha256).hexdigest()[:HASH_DIGITS]
