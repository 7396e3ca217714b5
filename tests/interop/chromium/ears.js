// Hears what a page's phone is sent, whichever library it uses: every peer connection of the page is listened to.
//
// `trunklineEars.samples(n)` gives the last n samples at 8 kHz of the newest voice, `.seconds()` the time of its clock,
// `.packets()` how many came in, and `.codec()` what is sent.  `.cut()` breaks the connections of WebSockets to edges.
(() => {
  const RATE = 8000;
  const Connection = window.RTCPeerConnection;
  const Socket = window.WebSocket;
  const ears = { connections: [], sockets: [], heard: null };

  ears.hear = (stream) => {
    ears.context ??= new AudioContext({ sampleRate: RATE });
    // Without an element that plays it, Chromium decodes nothing of a remote stream.
    const element = new Audio();
    element.muted = true;
    element.srcObject = stream;
    void element.play();
    const analyser = ears.context.createAnalyser();
    analyser.fftSize = 16384;
    ears.context.createMediaStreamSource(stream).connect(analyser);
    ears.heard = { analyser, element };
  };
  ears.samples = (count) => {
    if (!ears.heard) return [];
    const all = new Float32Array(ears.heard.analyser.fftSize);
    ears.heard.analyser.getFloatTimeDomainData(all);
    return Array.from(all.slice(-count), (sample) => Math.round(sample * 32767));
  };
  ears.seconds = () => ears.context?.currentTime ?? 0;

  ears.reports = async (kind) => {
    const open = ears.connections.filter(({ connectionState }) => connectionState !== "closed");
    const all = await Promise.all(open.map((connection) => connection.getStats()));
    return all.flatMap((report) => [...report.values()].filter(({ type }) => type === kind).map((each) => [each, report]));
  };
  ears.packets = async () =>
    (await ears.reports("inbound-rtp")).reduce((sum, [{ packetsReceived }]) => sum + packetsReceived, 0);
  ears.codec = async () => {
    const [found, report] = (await ears.reports("outbound-rtp")).at(-1) ?? [];
    return report?.get(found.codecId)?.mimeType ?? "";
  };

  // To Chromium a steady tone is noise, which it takes away.
  const devices = navigator.mediaDevices;
  const getUserMedia = devices?.getUserMedia.bind(devices);
  const raw = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  if (devices) {
    devices.getUserMedia = (wanted) => {
      const audio = wanted.audio && { ...(wanted.audio === true ? {} : wanted.audio), ...raw };
      return getUserMedia({ ...wanted, audio });
    };
  }

  ears.cut = () => ears.sockets.filter(({ url }) => url.startsWith("wss:")).forEach((socket) => socket.close());
  window.WebSocket = class extends Socket {
    constructor(...settings) {
      super(...settings);
      ears.sockets.push(this);
    }
  };

  window.trunklineEars = ears;
  window.RTCPeerConnection = class extends Connection {
    constructor(...settings) {
      super(...settings);
      ears.connections.push(this);
      this.addEventListener("track", ({ track }) => ears.hear(new MediaStream([track])));
    }
  };
})();
