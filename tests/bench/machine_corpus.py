"""What is heard after an answer, made: people who say hello and wait, machines that greet and beep, and silence.

Synthetic voices, band-limited, mu-law, with a line's noise.  The same seed makes the same samples.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from speech_corpus import LEVEL, Spoken, _band, _pink, _rms, _say

from simulators.g711 import PCMU, decode, encode

RATE = 8000
PERSON, MACHINE, SILENCE = "person", "machine", "silence"
ENGLISH = ("en-us", "en-us+f3", "en-gb+m3", "en-gb-x-rp+f2", "en-gb-scotland", "en-us+m7")
CHINESE = ("cmn", "cmn+f2", "cmn+m4", "cmn+f4", "cmn+m2")
PEOPLE = {
    ENGLISH: (
        "Hello?", "Yes?", "Hi.", "Hello, who is it?", "Smith.", "Anna speaking.", "Hello, this is Anna.",
        "Good morning?", "Yeah, hello?", "Hello, Mark Taylor speaking.", "Speaking.", "Who's calling, please?",
        "Good evening, Browns.", "Hello, hello?", "Mm, yes, hi.",
    ),
    CHINESE: ("喂?", "喂，你好。", "你好，哪位？", "喂，您找谁？", "你好。", "喂，什么事？"),
}  # fmt: skip
MACHINES = {
    ENGLISH: (
        "Hi, you have reached Anna. I can't take your call right now. Please leave a message after the tone.",
        "You have reached the voice mail of Mark Taylor. Please leave your name and number after the beep.",
        "The person you are calling is not available. At the tone, please record your message.",
        "Hello. You've reached the Browns. We are not at home. Leave us a message, and we will call you back.",
        "Your call has been forwarded to an automatic voice message system.",
        "Thank you for calling. Our office is closed. Please leave a message after the signal.",
        "Hey, it's Mark, sorry I missed you, leave me a message and have a great day.",
        "We're sorry. The number you have dialed is not in service.",
    ),
    CHINESE: (
        "您好，您拨打的用户暂时无法接听，请在提示音后留言。",
        "对不起，您拨打的电话正在通话中，请稍后再拨。",
        "你好，我现在不方便接听电话，请在嘀声后留言，谢谢。",
    ),
}
OTHERS = ("en-029", "en-us+f1", "en-gb+m1", "en-us+m2")
GERMAN = ("de", "de+f2")
OTHER_PEOPLE = {
    OTHERS: (
        "Hello?", "Hello, who's speaking?", "Carter.", "Yes, hello, Julia here.", "Good afternoon.", "What is it?",
        "Hello, can I help you?",
    ),
    GERMAN: ("Hello?", "Hallo?", "Müller.", "Ja, bitte?", "Guten Tag, Schmidt.", "Hallo, wer ist da?"),
}  # fmt: skip
OTHER_MACHINES = {
    OTHERS: (
        "Hello, this is Julia. I'm out at the moment. Leave a message, please.",
        "The mailbox of the number you called is full. Goodbye.",
        "Welcome to Northern Gas. All of our offices are closed until Monday.",
        "Hi! You know what to do after the beep.",
    ),
    GERMAN: (
        "Hallo, hier ist der Anschluss von Familie Müller. Bitte hinterlassen Sie eine Nachricht nach dem Signalton.",
        "Die gewählte Rufnummer ist nicht vergeben.",
    ),
}
"""By these the rule was not set: they say how it does elsewhere."""
BEEPS_HZ = (440.0, 850.0, 1000.0, 1400.0)
SNR_DB = (18.0, 30.0)
SILENCES = 20


@dataclass(frozen=True)
class Answer:
    """What follows an answer.  beep_ends: in seconds, 0 without one.  samples: 16 bit at 8 kHz."""

    kind: str
    text: str
    voice: str
    samples: Spoken
    beep_ends: float = 0.0


Words = dict[tuple[str, str, str], npt.NDArray[np.float64]]
Greetings = dict[tuple[str, ...], tuple[str, ...]]


async def words(people: Greetings, machines: Greetings) -> Words:
    """Return every greeting by every voice that speaks it, band-limited, without noise."""
    wanted = [
        (kind, text, voice)
        for kind, texts in ((PERSON, people), (MACHINE, machines))
        for voices, said in texts.items()
        for text in said
        for voice in voices
    ]
    return {key: _band(await _say(key[2], key[1])) for key in wanted}


def answers(spoken: Words, seed: int) -> list[Answer]:
    """Return the corpus on lines of all kinds."""
    chance = np.random.default_rng(seed)
    hello = {voice: samples for (kind, text, voice), samples in spoken.items() if text in ("Hello?", "喂?")}
    found = []
    for (kind, text, voice), samples in spoken.items():
        said = samples * LEVEL / _rms(samples)
        beep_ends = 0.0
        before = _silence(chance.uniform(0.15, 0.9))
        if kind == PERSON:
            again = hello[voice] * LEVEL / _rms(hello[voice])
            whole = [before, said, _silence(chance.uniform(1.0, 2.0)), again, _silence(2.0)]
        else:
            beep = _beep(float(chance.choice(BEEPS_HZ)), chance.uniform(0.2, 0.6))
            whole = [before, said, _silence(chance.uniform(0.2, 0.8)), beep]
            beep_ends = sum(map(len, whole)) / RATE
            whole.append(_silence(3.0))
        found.append(Answer(kind, text, voice, _on_a_line(np.concatenate(whole), chance), beep_ends))
    found += [Answer(SILENCE, "", "", _on_a_line(_silence(5.0), chance)) for _ in range(SILENCES)]
    return found


def _on_a_line(samples: npt.NDArray[np.float64], chance: np.random.Generator) -> Spoken:
    noise = _pink(len(samples), chance) * LEVEL / 10 ** (chance.uniform(*SNR_DB) / 20)
    whole = np.clip((samples + noise) * 32767, -32768, 32767).astype(np.int16)
    return decode(encode(whole, PCMU), PCMU)


def _silence(seconds: float) -> npt.NDArray[np.float64]:
    return np.zeros(round(seconds * RATE))


def _beep(hz: float, seconds: float) -> npt.NDArray[np.float64]:
    return 0.15 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)
