// A phone of SIP.js, with the hands that phones.py knows: what it does it tells on the console.
import { Inviter, Registerer, SessionState, UserAgent } from "sip.js";
import { preferCodecs } from "./codecs.js";

const media = { sessionDescriptionHandlerOptions: { constraints: { audio: true, video: false } } };
const calls = [];  // those that live, in the order of their beginning

function keep(session) {
  calls.push(session);
  session.stateChange.addListener((state) => {
    if (state === SessionState.Established) console.log("call confirmed");
    if (state === SessionState.Terminated) {
      console.log("call ended");
      calls.splice(calls.indexOf(session), 1);
    }
  });
}

function renegotiate(session, options) {
  const sessionDescriptionHandlerOptions = { ...media.sessionDescriptionHandlerOptions, ...options };
  return new Promise((done, failed) => {
    session.sessionDescriptionHandlerOptionsReInvite = sessionDescriptionHandlerOptions;
    void session.invite({
      sessionDescriptionHandlerOptions,
      requestDelegate: { onAccept: () => done(), onReject: (response) => failed(new Error(`${response.message.statusCode}`)) },
    });
  });
}

function refer(session, target) {
  return new Promise((done, failed) => {
    void session.refer(target, {
      requestDelegate: { onAccept: () => done(), onReject: (response) => failed(new Error(`${response.message.statusCode}`)) },
    });
  });
}

window.phone = {
  async start({ websocket, uri, password, codecs }) {
    preferCodecs(codecs);
    const { user, host } = UserAgent.makeURI(uri);
    this.domain = host;
    this.agent = new UserAgent({
      uri: UserAgent.makeURI(uri),
      authorizationUsername: user,
      authorizationPassword: password,
      transportOptions: { server: websocket },
      delegate: {
        onInvite: (invitation) => {
          keep(invitation);
          console.log(`the phone is called by ${invitation.remoteIdentity.uri.user}`);
        },
      },
    });
    await this.agent.start();
    this.registerer = new Registerer(this.agent);
    this.registerer.stateChange.addListener((state) => console.log(`the phone is ${state.toLowerCase()}`));
    await this.registerer.register({
      requestDelegate: { onReject: (response) => console.log(`not registered: ${response.message.statusCode}`) },
    });
  },
  async dial(number) {
    const inviter = new Inviter(this.agent, UserAgent.makeURI(`sip:${number}@${this.domain}`), media);
    keep(inviter);
    await inviter.invite();
  },
  answer() { return calls.at(-1).accept(media); },
  hold(call = 0) { return renegotiate(calls[call], { hold: true }); },
  resume(call = 0) { return renegotiate(calls[call], { hold: false }); },
  press(keys) { calls[0].sessionDescriptionHandler.sendDtmf(keys, { duration: 120, interToneGap: 100 }); },
  changeAddress() { return renegotiate(calls[0], { offerOptions: { iceRestart: true } }); },
  transfer(extension) { return refer(calls[0], UserAgent.makeURI(`sip:${extension}@${this.domain}`)); },
  transferToCall(call, other) { return refer(calls[call], calls[other]); },
  hangUp(call = 0) { return end(calls[call]); },
};

function end(session) {
  return session.state === SessionState.Established ? session.bye() : session.cancel?.();
}

// Whoever loads the page anew or leaves it, leaves nobody in silence.
addEventListener("pagehide", () => calls.slice().forEach((session) => void end(session)));
