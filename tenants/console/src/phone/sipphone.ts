/** JsSIP's side of the softphone: SIP over WebSocket, voice by WebRTC.  Tells news, and does what the screens ask. */
import { UA, WebSocketInterface } from "jssip";
import type { RTCSession } from "jssip/lib/RTCSession";
import type { IncomingRTCSessionEvent, OutgoingRTCSessionEvent } from "jssip/lib/UA";
import { chosenDevices, microphone, playTo } from "@/phone/devices";
import type { PhoneNews } from "@/phone/model";
import { Ringer } from "@/phone/ringer";

/** As `GET /phone` says it. */
export interface Account {
  uri: string;
  extension: string;
  domain: string;
  websocket: string[];
  ice_servers: RTCIceServer[];
  authorization: { realm: string; ha1: string };
  display_name: string;
}

/** How long an offer waits for more addresses after the first: one address is nearly always enough. */
const GATHERING_MS = 400;

/** How long signalling has to be back before a call is renegotiated: JsSIP ends a call whose re-INVITE gets no answer. */
const STEADY_MS = 1000;

export class SipPhone {
  readonly #sockets: WebSocketInterface[];
  readonly #agent: UA;
  readonly #audio = new Audio();
  readonly #ringer = new Ringer();
  #session: RTCSession | null = null;
  #expectedUntil = 0;
  #wasCut = false;
  #wayTimer: number | undefined;

  constructor(
    private readonly account: Account,
    private readonly tell: (news: PhoneNews) => void,
    private readonly serverNow: () => number,
  ) {
    this.#audio.autoplay = true;
    this.#sockets = account.websocket.map((url) => new WebSocketInterface(url));
    this.#agent = new UA({
      sockets: this.#sockets,
      uri: account.uri,
      realm: account.authorization.realm,
      ha1: account.authorization.ha1,
      display_name: account.display_name,
      register_expires: 120,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 15,
      user_agent: "Trunkline console",
    });
    this.#agent.on("connecting", () => tell({ kind: "connecting" }));
    this.#agent.on("registered", () => {
      tell({ kind: "registered" });
      if (this.#wasCut) this.#wayTimer = window.setTimeout(this.#findWayAnew, STEADY_MS);
      this.#wasCut = false;
    });
    this.#agent.on("disconnected", () => {
      this.#wasCut = true;
      window.clearTimeout(this.#wayTimer);
      tell({ kind: "unregistered", cause: null, refused: false });
    });
    window.addEventListener("online", this.#findWayAnew);
    this.#agent.on("registrationFailed", ({ cause, response }) =>
      tell({ kind: "unregistered", cause: cause ?? null, refused: Boolean(response) }),
    );
    this.#agent.on("newRTCSession", (event: IncomingRTCSessionEvent | OutgoingRTCSessionEvent) => this.#comes(event));
  }

  start(): void {
    this.#agent.start();
  }

  /** End a call and the registration. */
  stop(): void {
    window.removeEventListener("online", this.#findWayAnew);
    window.clearTimeout(this.#wayTimer);
    this.#ringer.stop();
    this.#agent.stop();
    this.#audio.srcObject = null;
  }

  /** Be no phone any more, and say goodbye to nobody: the call goes on at another page. */
  leave(): void {
    // A call that only rings has no connection yet, whatever the types say.
    (this.#session?.connection as RTCPeerConnection | null | undefined)?.close();
    for (const socket of this.#sockets) socket.disconnect();
    this.stop();
  }

  /** The platform is about to ring this phone because its user asked for a call: that one is answered by itself. */
  expect(seconds: number): void {
    this.#expectedUntil = Date.now() + seconds * 1000;
  }

  answer(): void {
    this.#session?.answer({
      mediaConstraints: microphone(chosenDevices()),
      pcConfig: { iceServers: this.account.ice_servers },
    });
  }

  hangUp(): void {
    this.#session?.terminate();
  }

  mute(muted: boolean): void {
    if (muted) this.#session?.mute({ audio: true });
    else this.#session?.unmute({ audio: true });
  }

  sendTones(tones: string): void {
    // In the voice (RFC 4733): what carriers and menus listen for.
    this.#session?.sendDTMF(tones, { duration: 120, interToneGap: 80, transportType: "RFC2833" as never });
  }

  /** The network is another one, or signalling was away: the call's voice and its requests have a way to find again. */
  readonly #findWayAnew = (): void => {
    if (!this.#session?.isEstablished() || !this.#agent.isConnected()) return;
    this.#session.renegotiate({ rtcOfferConstraints: { iceRestart: true } });
  };

  #comes({ session, request, originator }: IncomingRTCSessionEvent | OutgoingRTCSessionEvent): void {
    const isIncoming = (originator as string) === "remote";
    if (this.#session) {
      session.terminate({ status_code: 486 });
      return;
    }
    this.#session = session;
    const party = isIncoming ? request.from : request.to;
    this.tell({
      kind: "rings",
      direction: isIncoming ? "in" : "out",
      party: party.display_name || party.uri.user,
      atMs: Date.now(),
    });
    this.#follow(session);
    if (!isIncoming) return;
    if (Date.now() < this.#expectedUntil || isToAnswerItself(request)) {
      this.#expectedUntil = 0;
      this.answer();
    } else {
      this.#ringer.start();
    }
  }

  #follow(session: RTCSession): void {
    let gathering: number | undefined;
    const terminate = session.terminate.bind(session);
    // JsSIP ends a call whose re-INVITE failed, and throws where it failed because the call is over.
    session.terminate = (how) => {
      if (!session.isEnded()) terminate(how);
    };
    const over = (cause: string | null) => {
      if (this.#session !== session) return;
      window.clearTimeout(gathering);
      this.#session = null;
      this.#ringer.stop();
      this.#audio.srcObject = null;
      // Who hangs up says so.  What else ends a call here (a re-INVITE without an answer, say) may leave it up there.
      this.tell({ kind: "ended", cause, torn: cause !== "Terminated", atMs: this.serverNow() });
    };
    session.on("icecandidate", ({ ready }) => {
      gathering ??= window.setTimeout(ready, GATHERING_MS);
    });
    session.on("accepted", () => this.#ringer.stop());
    session.on("confirmed", () => this.tell({ kind: "answered", atMs: Date.now() }));
    session.on("muted", () => this.tell({ kind: "muted", muted: true }));
    session.on("unmuted", () => this.tell({ kind: "muted", muted: false }));
    session.on("ended", ({ cause }) => over(cause));
    session.on("failed", ({ cause }) => over(cause));
    session.on("peerconnection", ({ peerconnection }) => this.#listen(peerconnection));
  }

  #listen(connection: RTCPeerConnection): void {
    connection.addEventListener("track", ({ track, streams }) => {
      this.#audio.srcObject = streams[0] ?? new MediaStream([track]);
      void playTo(this.#audio, chosenDevices());
    });
  }
}

/** The platform's word that nobody has to reach for this call.  Its media nodes write each INVITE; no caller's headers pass. */
const isToAnswerItself = (invite: { getHeader(name: string): string | undefined }): boolean =>
  /;\s*answer-after=0\b/.test(invite.getHeader("Call-Info") ?? "");
