"""A process that recognises words with PocketSphinx: requests on stdin, answers on stdout.

A request is a line of JSON, `{"words": [...], "bytes": n}`, and n bytes of samples (16 bit, 8 kHz); an answer is a
line, `{"word": ..., "confidence": ...}`.  It ends with its stdin.  Its model knows English and no other language.
"""

import itertools
import json
import os
import sys
from collections import OrderedDict
from typing import Any, BinaryIO

import numpy as np
import pocketsphinx

from servicekit.audio import Sound
from servicekit.audio.telephone import resampled

MODEL_HZ = 16_000
# What people say who say none of the words: with these to choose from, a word that still wins was said.
OTHERS = (
    "hello", "what", "maybe", "thank you", "wait", "sorry", "good morning", "something else", "problem", "address",
    "um", "weather", "my name is", "i want to", "can you hear me", "the", "a", "oh", "ah",
)  # fmt: skip
SURE, UNSURE = 0.9, 0.5
NICENESS = 10


MOST_GRAMMARS = 64


class WordHearer:
    """Hears one of some words.  One model and one decoder for all; what words were asked for is kept as grammars."""

    def __init__(self) -> None:
        self._decoder: Any = pocketsphinx.Decoder(lm=None, loglevel="FATAL")
        self._grammars: OrderedDict[tuple[str, ...], str] = OrderedDict()
        self._numbers = itertools.count(1)

    def recognise(self, audio: bytes, words: tuple[str, ...]) -> tuple[str | None, float]:
        """Return the word that was said, None where it was none, and how sure that is, 0 to 1.

        Sure is a word that wins against others than the wanted too.  Words that the dictionary lacks are passed over.
        """
        known = {spelt: word for word in words if self._is_known(spelt := _spelt(word))}
        if not known or not audio:
            return None, 0.0
        samples = np.frombuffer(audio, "<i2").astype(np.float32) / np.float32(32768)
        wide = (resampled(Sound(samples, 8_000), MODEL_HZ) * 32767).astype(np.int16).tobytes()
        names = tuple(sorted(known))
        heard = self._hear(names, wide)
        if heard not in known:
            return None, 0.0
        others = tuple(other for other in OTHERS if other not in known)
        agreed = self._hear(names + others, wide) == heard
        return known[heard], SURE if agreed else UNSURE

    def _is_known(self, phrase: str) -> bool:
        return bool(phrase) and all(self._decoder.lookup_word(word) is not None for word in phrase.split())

    def _hear(self, phrases: tuple[str, ...], wide: bytes) -> str | None:
        self._activate(phrases)
        self._decoder.start_utt()
        self._decoder.process_raw(wide, full_utt=True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        return str(found.hypstr) if found is not None else None

    def _activate(self, phrases: tuple[str, ...]) -> None:
        name = self._grammars.get(phrases)
        if name is None:
            name = self._grammars[phrases] = f"words-{next(self._numbers)}"
            grammar = f"#JSGF V1.0; grammar words; public <word> = {' | '.join(phrases)};"
            self._decoder.add_jsgf_string(name, grammar)
        self._grammars.move_to_end(phrases)
        self._decoder.activate_search(name)
        if len(self._grammars) > MOST_GRAMMARS:
            self._decoder.remove_search(self._grammars.popitem(last=False)[1])


def main() -> None:
    os.nice(NICENESS)
    serve(WordHearer(), sys.stdin.buffer, sys.stdout.buffer)


def serve(hearer: WordHearer, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the requests end."""
    for line in requests:
        asked = json.loads(line)
        word, confidence = hearer.recognise(requests.read(int(asked["bytes"])), tuple(asked["words"]))
        answers.write(json.dumps({"word": word, "confidence": confidence}).encode() + b"\n")
        answers.flush()


def _spelt(word: str) -> str:
    """Return a word as a grammar can have it: letters and apostrophes, nothing that means something there."""
    kept = "".join(each if each.isalpha() or each == "'" else " " for each in word.lower())
    return " ".join(kept.split())


if __name__ == "__main__":
    main()
