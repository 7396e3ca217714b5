// Has a page's peer connections offer and answer these codecs only, in this order; all of Chromium's where none is named.
export function preferCodecs(names) {
  if (!names?.length) return;
  const known = RTCRtpReceiver.getCapabilities("audio").codecs;
  const found = [...names, "telephone-event"].flatMap((name) =>
    known.filter(({ mimeType }) => mimeType.toLowerCase() === `audio/${name.toLowerCase()}`),
  );
  const prototype = RTCPeerConnection.prototype;
  for (const method of ["createOffer", "createAnswer"]) {
    const original = prototype[method];
    prototype[method] = function (...given) {
      for (const transceiver of this.getTransceivers()) transceiver.setCodecPreferences(found);
      return original.apply(this, given);
    };
  }
}
