"""A phone on PJSUA2, run as a program of its own: it takes a command a line, and prints what it does.

    python pjsua_phone.py SETTINGS      a JSON object: extension domain password edge transport folder local

Commands: dial URI, answer, hold, resume, press KEYS, transfer URI, attend CALL OTHER, hangup, quit.
"""

import json
import os
import select
import sys
from pathlib import Path
from typing import Any

import pjsua2 as pj

RATE = 8000
TRANSPORTS = {"udp": pj.PJSIP_TRANSPORT_UDP, "tcp": pj.PJSIP_TRANSPORT_TCP, "tls": pj.PJSIP_TRANSPORT_TLS}
PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}
SRTP_MANDATORY = 2
POLL_MILLISECONDS = 10


def tell(text: str) -> None:
    print(text, flush=True)


class Call(pj.Call):
    """A call, whose voice is the tone, and is heard into the phone's file."""

    def __init__(self, phone: "Phone", number: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(phone, number)
        self.phone = phone
        phone.calls.append(self)

    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        info = self.getInfo()
        tell(f"call {self.phone.calls.index(self) + 1} {info.stateText} {info.lastStatusCode}")

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:
        info = self.getInfo()  # kept: what is in it goes with it
        for media in info.media:
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
                audio = self.getAudioMedia(-1)
                self.phone.voice.startTransmit(audio)
                audio.startTransmit(self.phone.ears)
                tell("voice")

    def onCallTransferStatus(self, prm: pj.OnCallTransferStatusParam) -> None:
        tell(f"transfer {prm.statusCode}")


class Phone(pj.Account):
    """The account; `calls` are kept in the order of their beginning."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.voice, self.ears = pj.AudioMediaPlayer(), pj.AudioMediaRecorder()
        self.voice.createPlayer(str(folder / "tone.wav"))
        self.ears.createRecorder(str(folder / "heard.wav"))

    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        tell(f"registration {prm.code}")

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        Call(self, prm.callId)
        tell("incoming")

    def obey(self, command: str, *words: str) -> None:
        """Do what a line says.  Raises pj.Error for what PJSUA refuses."""
        settings = pj.CallOpParam(True)
        match command, words:
            case "dial", (uri,):
                Call(self).makeCall(uri, settings)
            case "answer", ():
                settings.statusCode = 200
                self.calls[-1].answer(settings)
            case "hold", ():
                self.calls[0].setHold(settings)
            case "resume", ():
                settings.opt.flag = pj.PJSUA_CALL_UNHOLD
                self.calls[0].reinvite(settings)
            case "press", (keys,):
                self.calls[0].dialDtmf(keys)
            case "transfer", (uri,):
                self.calls[0].xfer(uri, settings)
            case "attend", (call, other):
                self.calls[int(call) - 1].xferReplaces(self.calls[int(other) - 1], settings)
            case "hangup", ():
                self.calls[0].hangup(settings)


def started(settings: dict[str, Any]) -> tuple[pj.Endpoint, Phone]:
    """Start PJSUA with one account, which registers."""
    folder, transport = Path(settings["folder"]), settings["transport"]
    endpoint, config = pj.Endpoint(), pj.EpConfig()
    endpoint.libCreate()
    config.uaConfig.threadCnt, config.uaConfig.mainThreadOnly = 0, True
    config.medConfig.clockRate = config.medConfig.sndClockRate = RATE
    config.logConfig.filename, config.logConfig.level, config.logConfig.consoleLevel = str(folder / "pjsua.log"), 5, 0
    endpoint.libInit(config)
    listens = pj.TransportConfig()
    listens.boundAddress = settings["local"]
    endpoint.transportCreate(TRANSPORTS[transport], listens)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()

    edge = f"sip:{settings['edge']}:{PORTS[transport]};transport={transport}"
    account = pj.AccountConfig()
    account.idUri = f"sip:{settings['extension']}@{settings['domain']}"
    account.regConfig.registrarUri = edge
    account.sipConfig.proxies.append(f"{edge};lr")
    account.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", settings["extension"], 0, settings["password"]))
    account.mediaConfig.transportConfig.boundAddress = settings["local"]
    if transport == "tls":
        account.mediaConfig.srtpUse = SRTP_MANDATORY
    phone = Phone(folder)
    phone.create(account)
    return endpoint, phone


def main() -> None:
    """Obey until the end of what comes in."""
    endpoint, phone = started(json.loads(sys.argv[1]))
    while True:
        endpoint.libHandleEvents(POLL_MILLISECONDS)
        if not select.select([sys.stdin], [], [], 0)[0]:
            continue
        line = sys.stdin.readline().split()
        if not line or line == ["quit"]:
            break
        try:
            phone.obey(*line)
        except pj.Error as error:
            tell(f"refused {error.info()}")
    endpoint.libDestroy()
    # Python would free what PJSUA has freed.
    os._exit(0)


if __name__ == "__main__":
    main()
