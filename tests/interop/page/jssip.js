// A phone of JsSIP, with the hands that phones.py knows: what it does it tells on the console.
import JsSIP from "jssip";
import { preferCodecs } from "./codecs.js";

const media = { mediaConstraints: { audio: true, video: false } };
const calls = [];  // those that live, in the order of their beginning

function keep(session) {
  calls.push(session);
  for (const event of ["confirmed", "hold", "unhold", "ended", "failed"]) {
    session.on(event, ({ cause = "", originator = "" } = {}) => console.log(`call ${event} ${originator} ${cause}`));
  }
  for (const event of ["ended", "failed"]) session.on(event, () => calls.splice(calls.indexOf(session), 1));
}

function refer(session, target, options = {}) {
  return new Promise((done, failed) => {
    const eventHandlers = { requestSucceeded: done, requestFailed: ({ cause }) => failed(new Error(cause)) };
    session.refer(target, { ...options, eventHandlers });
  });
}

function within(action) {
  return new Promise((done) => {
    if (!action(done)) throw new Error("not ready");
  });
}

window.phone = {
  start({ websocket, uri, password, codecs }) {
    preferCodecs(codecs);
    this.agent = new JsSIP.UA({ sockets: [new JsSIP.WebSocketInterface(websocket)], uri, password });
    this.agent.on("registered", () => console.log("the phone is registered"));
    this.agent.on("registrationFailed", ({ cause }) => console.log(`not registered: ${cause}`));
    this.agent.on("newRTCSession", ({ originator, session }) => {
      keep(session);
      if (originator === "remote") console.log(`the phone is called by ${session.remote_identity.uri.user}`);
    });
    this.agent.start();
  },
  dial(number) { this.agent.call(number, media); },
  answer() { calls.at(-1).answer(media); },
  hold(call = 0) { return within((done) => calls[call].hold({}, done)); },
  resume(call = 0) { return within((done) => calls[call].unhold({}, done)); },
  press(keys) { calls[0].sendDTMF(keys, { transportType: "RFC2833", duration: 120, interToneGap: 100 }); },
  changeAddress() { return within((done) => calls[0].renegotiate({ rtcOfferConstraints: { iceRestart: true } }, done)); },
  transfer(extension) { return refer(calls[0], extension); },
  transferToCall(call, other) { return refer(calls[call], calls[other].remote_identity.uri, { replaces: calls[other] }); },
  hangUp(call = 0) { calls[call].terminate(); },
};

// Whoever loads the page anew or leaves it, leaves nobody in silence.
addEventListener("pagehide", () => calls.slice().forEach((session) => session.terminate()));
