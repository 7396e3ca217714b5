/** The WebSocket to `/events`: kept up, resumed after the last event, silent in a browser that is offline. */
import { waitMs } from "@/events/backoff";

export type Link = "connecting" | "open" | "lost";

export interface Told {
  /** One message, as JSON. */
  message: (message: unknown) => void;
  link: (link: Link) => void;
  /** Id of the last event that was told, to go on after it. */
  after: () => string | null;
}

/** The server says something at least every 15 s; a link that is silent for longer is gone, whatever TCP believes. */
const SILENCE_MS = 40_000;

export class Connection {
  #socket: WebSocket | null = null;
  #timer: number | undefined;
  #silence: number | undefined;
  #tries = 0;
  #stopped = false;

  constructor(
    private readonly url: string,
    private readonly told: Told,
  ) {}

  start(): void {
    window.addEventListener("online", this.#now);
    document.addEventListener("visibilitychange", this.#now);
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    window.removeEventListener("online", this.#now);
    document.removeEventListener("visibilitychange", this.#now);
    window.clearTimeout(this.#timer);
    window.clearTimeout(this.#silence);
    this.#socket?.close();
  }

  /** Somebody looks again, or the network is back: no reason to wait out the pause. */
  readonly #now = (): void => {
    if (this.#socket || this.#stopped || document.hidden) return;
    window.clearTimeout(this.#timer);
    this.#connect();
  };

  #connect(): void {
    this.told.link("connecting");
    const after = this.told.after();
    const url = new URL(this.url, window.location.href);
    url.protocol = url.protocol.replace("http", "ws");
    if (after !== null) url.searchParams.set("after", after);
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onopen = () => {
      this.told.link("open");
      this.#heard();
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      this.#tries = 0;
      this.#heard();
      if (typeof event.data === "string") this.told.message(JSON.parse(event.data));
    };
    socket.onclose = () => this.#lost(socket);
  }

  #heard(): void {
    window.clearTimeout(this.#silence);
    const socket = this.#socket;
    if (socket) this.#silence = window.setTimeout(() => this.#lost(socket), SILENCE_MS);
  }

  #lost(socket: WebSocket): void {
    if (this.#socket !== socket || this.#stopped) return;
    this.#socket = null;
    window.clearTimeout(this.#silence);
    socket.onclose = socket.onmessage = null;
    socket.close();
    this.told.link("lost");
    this.#timer = window.setTimeout(() => this.#connect(), waitMs(this.#tries++, Math.random()));
  }
}
