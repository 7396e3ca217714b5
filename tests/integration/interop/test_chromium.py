"""The browser that other tests speak through: what its microphone plays is heard at the other end of a connection."""

from pathlib import Path

import pytest

from tests.interop.chromium import Chromium
from tests.interop.chromium.browser import PageError

VOICE_HZ, OTHER_HZ = 1000, 700
TALK_TO_ITSELF = """async () => {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const [here, there] = [new RTCPeerConnection(), new RTCPeerConnection()];
  here.onicecandidate = ({ candidate }) => candidate && there.addIceCandidate(candidate);
  there.onicecandidate = ({ candidate }) => candidate && here.addIceCandidate(candidate);
  here.addTrack(stream.getTracks()[0], stream);
  await here.setLocalDescription();
  await there.setRemoteDescription(here.localDescription);
  await there.setLocalDescription();
  await here.setRemoteDescription(there.localDescription);
  console.log("introduced");
}"""


async def test_a_page_hears_what_the_microphone_plays_and_what_goes_wrong_is_told(tmp_path: Path):
    async with Chromium(tmp_path / "chromium", VOICE_HZ) as chromium:
        page = await chromium.open("data:text/html,<button onclick='missing()'>Press</button>")
        await page.chain(["getByRole", "button", {"name": "Press"}], ["click"])
        await page.says("missing is not defined")
        with pytest.raises(PageError, match="nowhere"):
            await page.run("nowhere.to.be.found")

        # A page of no secure origin has no microphone.
        page = await chromium.open("chrome://version")
        await page.run(TALK_TO_ITSELF)
        await page.says("introduced")
        await page.hears({VOICE_HZ}, {VOICE_HZ, OTHER_HZ})
