"""What the embedded voice and recogniser can do: words heard right on a noisy telephone line, and how fast.

Each run is another noise, 20 dB below the voice.  Synthetic voices are no people: the figures tell changes, no more.
"""

import asyncio
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from speech_corpus import LISTS, STRANGE, VOICES, Said, clean, on_a_line

from callmodel.directory import Directory
from callmodel.ids import TenantId
from callmodel.prompts import Speech
from media_nodes.prompts import CachedPrompts
from media_nodes.soundcache import SoundCache
from media_nodes.sphinx import SURE, WordHearer
from media_nodes.utterance import Utterance
from servicekit.voices import EspeakVoice

SNR_DB = 20
RUNS = 3
CORPUS = f"{len(VOICES)} synthetic voices, mu-law, {SNR_DB} dB over noise"
TEXTS = ("Welcome to Acme. Press 1 for sales, 2 for support.", "您好，您前面还有 3 位客户，预计等待 2 分钟。")


def result(name: str, runs: list[float], unit: str, aim: float, direction: str, against: str) -> dict[str, Any]:
    made = {"name": name, "value": statistics.median(runs), "unit": unit, "aim": aim, "direction": direction}
    return made | {"against": against, "runs": runs}


def measure_words() -> list[dict[str, Any]]:
    """Return how many words of each list are heard right, how many of the sure ones are wrong, and what it takes."""
    spoken = asyncio.run(clean())
    hearer = WordHearer()
    rows: dict[str, list[float]] = {}
    for seed in range(RUNS):
        for name, share in _shares(hearer, list(on_a_line(spoken, SNR_DB, seed))).items():
            rows.setdefault(name, []).append(share)
    aims = {"yes and no": 85.0, "digits": 70.0, "departments": 85.0}
    heard = [
        result(f"speech: {name} heard right", rows[name], "%", aim, "at-least", CORPUS) for name, aim in aims.items()
    ]
    return [
        *heard,
        result("speech: words told as sure", rows["told"], "%", 40.0, "at-least", "of the words of the lists"),
        result("speech: sure and right", rows["sure"], "%", 90.0, "at-least", "of the words that are told as sure"),
        result("speech: strange words taken for sure", rows["strange"], "%", 15.0, "at-most", "words of no list"),
        result(
            "speech: to recognise a word", rows["ms"], "ms", 250.0, "at-most", "from its end, after 600 ms of silence"
        ),
    ]


def _shares(hearer: WordHearer, corpus: list[Said]) -> dict[str, float]:
    shares: dict[str, float] = {}
    sure, sure_right, strange, taken, took = 0, 0, 0, 0, []
    for name, words in LISTS.items():
        right = said = 0
        for each in corpus:
            if each.word not in words and each.word not in STRANGE:
                continue
            began = time.perf_counter()
            word, confidence = hearer.recognise(_cut(each), words)
            took.append((time.perf_counter() - began) * 1000)
            if each.word in words:
                said, right = said + 1, right + (word == each.word)
                sure, sure_right = (
                    sure + (confidence >= SURE),
                    sure_right + (confidence >= SURE and word == each.word),
                )
            else:
                strange, taken = strange + 1, taken + (confidence >= SURE)
        shares[name] = 100 * right / said
    told = 100 * sure / sum(each.word in words for each in corpus for words in LISTS.values())
    rest = {"sure": 100 * sure_right / sure, "strange": 100 * taken / strange, "ms": statistics.median(took)}
    return shares | rest | {"told": told}


def _cut(said: Said) -> bytes:
    """Return what a leg's listener would hand on."""
    utterance = Utterance()
    for at in range(0, len(said.samples) - 159, 160):
        if utterance.add(said.samples[at : at + 160].tobytes()):
            break
    return utterance.audio


def measure_voice() -> list[dict[str, Any]]:
    """Return how long it takes until a text can be played, spoken for the first time and again."""
    first, again = asyncio.run(_speak())
    return [
        result(
            "speech: first time until a text can be played", first, "ms", 150.0, "at-most", "a sentence, espeak-ng"
        ),
        result("speech: the same text again", again, "ms", 50.0, "at-most", "from the cache"),
    ]


async def _speak() -> tuple[list[float], list[float]]:
    first: list[float] = []
    again: list[float] = []
    with TemporaryDirectory() as folder:
        cache = SoundCache(Path(folder), 100_000_000)
        prompts = CachedPrompts(cache, EspeakVoice(), None, lambda: Directory())
        for number in range(6):
            for text, language in zip(TEXTS, ("en", "zh-CN"), strict=True):
                said = (Speech(f"{text} {number}"),)
                for kept in (first, again):
                    began = time.perf_counter()
                    await prompts.files_of(TenantId("acme"), said, language)
                    kept.append((time.perf_counter() - began) * 1000)
    return first, again
