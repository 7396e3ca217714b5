/** The WebSocket to `/events`: kept up, and resumed after the last event. */
import { waitMs } from "@/events/backoff";

export type Link = "connecting" | "open" | "lost";

export interface Told {
  /** One message, as JSON. */
  message: (message: unknown) => void;
  link: (link: Link) => void;
  /** The session is over, or shows another tenant since: in another tab, say. */
  over: () => void;
  /** Id of the last event that was told, to go on after it. */
  after: () => string | null;
}

/** The portal's words for why it closes (docs of `/events`): trying again would be in vain, and the page is to look. */
const SIGNED_OUT = 4401;
const TENANT_CHANGED = 4409;

export class Connection {
  #socket: WebSocket | null = null;
  #timer: number | undefined;
  #tries = 0;
  #stopped = false;

  constructor(
    private readonly url: string,
    private readonly told: Told,
  ) {}

  start(): void {
    window.addEventListener("online", this.#now);
    window.addEventListener("offline", this.#offline);
    document.addEventListener("visibilitychange", this.#now);
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    window.removeEventListener("online", this.#now);
    window.removeEventListener("offline", this.#offline);
    document.removeEventListener("visibilitychange", this.#now);
    window.clearTimeout(this.#timer);
    this.#socket?.close();
  }

  /** Somebody looks again, or the network is back: no reason to wait out the pause. */
  readonly #now = (): void => {
    if (this.#socket || this.#stopped || document.hidden) return;
    window.clearTimeout(this.#timer);
    this.#connect();
  };

  /** Without a network the socket is gone, whatever TCP believes for minutes yet. */
  readonly #offline = (): void => {
    if (this.#socket) this.#lost(this.#socket);
  };

  #connect(): void {
    const after = this.told.after();
    const url = new URL(this.url, window.location.href);
    url.protocol = url.protocol.replace("http", "ws");
    if (after !== null) url.searchParams.set("after", after);
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onopen = () => this.told.link("open");
    socket.onmessage = (event: MessageEvent<unknown>) => {
      this.#tries = 0;
      if (typeof event.data === "string") this.told.message(JSON.parse(event.data));
    };
    socket.onclose = ({ code }) => {
      this.#lost(socket);
      if (code === SIGNED_OUT || code === TENANT_CHANGED) this.told.over();
    };
  }

  #lost(socket: WebSocket): void {
    if (this.#socket !== socket || this.#stopped) return;
    this.#socket = null;
    socket.onclose = socket.onmessage = null;
    socket.close();
    this.told.link("lost");
    this.#timer = window.setTimeout(() => this.#connect(), waitMs(this.#tries++, Math.random()));
  }
}
