"""How money, dates, times and numbers are said, and which audio of a prompt a call hears."""

import pytest

from callmodel.ids import PromptId, TenantId
from callmodel.prompts import PromptFile, StoredAudio
from callmodel.spoken import to_spoken


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Your balance is ¥1,234.50.", "Your balance is 1234 yuan and 50 fen."),
        ("$1.01", "1 dollar and 1 cent"),
        ("$0.99", "99 cents"),
        ("USD 20", "20 dollars"),
        ("due on 2026-11-30", "due on November 30, 2026"),
        ("at 09:05", "at 9 oh 5 A M"),
        ("at 15:00", "at 3 P M"),
        ("12:30", "12 30 P M"),
        ("12,345 people", "12345 people"),
        ("99.5%", "99.5 percent"),
        ("call 4008001234", "call four, zero, zero, eight, zero, zero, one, two, three, four"),
        ("order 12345", "order 12345"),
        ("2026-13-30", "2026-13-30"),
    ],
)
def test_english(text: str, said: str):
    assert to_spoken(text, "en-GB") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("余额是¥1,234.50", "余额是1234.5元"),
        ("￥20", "20元"),
        ("USD 20", "20美元"),
        ("2026-11-30", "二零二六年11月30日"),
        ("09:05", "9点零5分"),
        ("15:00", "15点"),
        ("99.5%", "百分之99.5"),
        ("请拨4008001234", "请拨四，零，零，八，零，零，幺，二，三，四"),
    ],
)
def test_chinese(text: str, said: str):
    assert to_spoken(text, "zh-CN") == said


def test_digits_are_read_one_by_one():
    assert to_spoken("A-10*", "en", digits=True) == "A, one, zero, star"
    assert to_spoken("2015", "zh", digits=True) == "二，零，幺，五"


@pytest.mark.parametrize(("language", "key"), [("zh-CN", "a"), ("zh-TW", "a"), ("en", "b"), ("fr", "c")])
def test_audio_in_the_nearest_language_is_heard(language: str, key: str):
    audio = {"zh-CN": StoredAudio("a", ""), "en-GB": StoredAudio("b", ""), "": StoredAudio("c", "")}
    prompt = PromptFile(TenantId("acme"), PromptId("p"), audio)

    found = prompt.in_language(language)

    assert found is not None and found.object_key == key


def test_prompt_without_audio_has_none():
    assert PromptFile(TenantId("acme"), PromptId("p")).in_language("en") is None
