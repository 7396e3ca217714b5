"""Writes text out as a voice shall say it: money, dates, times, numbers and digits, in Chinese and English.

Voices differ in what they make of `¥12.50`; words they all say alike.
"""

import re
from collections.abc import Callable

_CHINESE = ("zh", "cmn", "yue")
_ZH_DIGITS = dict(zip("0123456789", "零幺二三四五六七八九", strict=True))
_ZH_YEAR = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_EN_NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_EN_DIGITS = dict(zip("0123456789", _EN_NAMES, strict=True))
_EN_SIGNS = {"*": "star", "#": "hash", "+": "plus", "-": "", " ": ""}
_ZH_SIGNS = {"*": "星号", "#": "井号", "+": "加", "-": "", " ": ""}
# fmt: off
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)
# fmt: on
_EN_MONEY = {
    "¥": ("yuan", "yuan", "fen", "fen"),
    "￥": ("yuan", "yuan", "fen", "fen"),
    "CNY": ("yuan", "yuan", "fen", "fen"),
    "$": ("dollar", "dollars", "cent", "cents"),
    "USD": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
}
_ZH_MONEY = {"¥": "元", "￥": "元", "CNY": "元", "$": "美元", "USD": "美元", "€": "欧元", "EUR": "欧元", "£": "英镑"}

_AMOUNT = r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(?:\.([0-9]{1,2}))?(?![0-9])"
_MONEY = re.compile(rf"(?<![0-9A-Za-z])(CNY|USD|EUR|[¥￥$€£]) ?{_AMOUNT}")
_DATE = re.compile(r"(?<![0-9])([12][0-9]{3})-([01]?[0-9])-([0-3]?[0-9])(?![0-9])")
_TIME = re.compile(r"(?<![0-9:])([01]?[0-9]|2[0-3]):([0-5][0-9])(?![0-9:])")
_THOUSANDS = re.compile(r"(?<![0-9])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
_PERCENT = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?%")
_LONG_NUMBER = re.compile(r"(?<![0-9])\+?[0-9]{7,}(?![0-9])")


def to_spoken(text: str, language: str, *, digits: bool = False) -> str:
    """Return the text as it is said.  digits: one character after the other.

    Seven digits and more in a row are a number that people read out digit by digit, whatever `digits` says.
    """
    chinese = language.partition("-")[0].lower() in _CHINESE
    if digits:
        return _one_by_one(text, chinese=chinese)
    rules = _CHINESE_RULES if chinese else _ENGLISH_RULES
    for pattern, said in rules:
        text = pattern.sub(said, text)
    return text


def _one_by_one(text: str, *, chinese: bool) -> str:
    names = _ZH_DIGITS | _ZH_SIGNS if chinese else _EN_DIGITS | _EN_SIGNS
    said = (names.get(character, character.upper()) for character in text)
    # A comma is a short pause: digits in a rush are not written down.
    return ("，" if chinese else ", ").join(word for word in said if word)


def _plain(number: str) -> str:
    return number.replace(",", "")


def _cents(fraction: str | None) -> int:
    return int((fraction or "0").ljust(2, "0"))


def _en_money(match: re.Match[str]) -> str:
    one, many, small_one, small_many = _EN_MONEY[match[1]]
    whole, cents = int(_plain(match[2])), _cents(match[3])
    said = [f"{whole} {one if whole == 1 else many}"] if whole or not cents else []
    if cents:
        said.append(f"{cents} {small_one if cents == 1 else small_many}")
    return " and ".join(said)


def _zh_money(match: re.Match[str]) -> str:
    fraction = (match[3] or "").rstrip("0")
    return f"{_plain(match[2])}{'.' + fraction if fraction else ''}{_ZH_MONEY[match[1]]}"


def _en_date(match: re.Match[str]) -> str:
    month = int(match[2])
    return f"{_MONTHS[month - 1]} {int(match[3])}, {match[1]}" if 1 <= month <= 12 else match[0]


def _zh_date(match: re.Match[str]) -> str:
    year = "".join(_ZH_YEAR[digit] for digit in match[1])
    return f"{year}年{int(match[2])}月{int(match[3])}日"


def _en_time(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    half = "A M" if hour < 12 else "P M"
    shown = hour % 12 or 12
    if minute == 0:
        return f"{shown} {half}"
    return f"{shown} {'oh ' if minute < 10 else ''}{minute} {half}"


def _zh_time(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    if minute == 0:
        return f"{hour}点"
    return f"{hour}点{'零' if minute < 10 else ''}{minute}分"


_Said = Callable[[re.Match[str]], str]
_ENGLISH_RULES: tuple[tuple[re.Pattern[str], _Said], ...] = (
    (_MONEY, _en_money),
    (_DATE, _en_date),
    (_TIME, _en_time),
    (_PERCENT, lambda match: f"{match[1]} percent"),
    (_THOUSANDS, lambda match: _plain(match[0])),
    (_LONG_NUMBER, lambda match: _one_by_one(match[0], chinese=False)),
)
_CHINESE_RULES: tuple[tuple[re.Pattern[str], _Said], ...] = (
    (_MONEY, _zh_money),
    (_DATE, _zh_date),
    (_TIME, _zh_time),
    (_PERCENT, lambda match: f"百分之{match[1]}"),
    (_THOUSANDS, lambda match: _plain(match[0])),
    (_LONG_NUMBER, lambda match: _one_by_one(match[0], chinese=True)),
)
