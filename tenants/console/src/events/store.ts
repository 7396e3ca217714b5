/**
 * What is known of the world, told to React some ten times a second at most: a burst of events is one drawing.
 */
import type { Link } from "@/events/connection";
import { after, NOTHING, readNews, type News, type World } from "@/events/protocol";

/** Nobody sees sooner, and fifty events a second cost ten drawings. */
const DRAWING_MS = 80;

export class EventStore {
  #world: World = NOTHING;
  #link: Link = "connecting";
  /** Server's clock minus the browser's, milliseconds. */
  #ahead = 0;
  #waiting: News[] = [];
  #timer: number | undefined;
  readonly #listeners = new Set<() => void>();

  readonly world = (): World => this.#world;
  readonly link = (): Link => this.#link;
  readonly serverNow = (): number => Date.now() + this.#ahead;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Id to resume after: of the newest event that came, drawn or not. */
  readonly after = (): string | null => this.#waiting.at(-1)?.id ?? this.#world.after;

  setClock(serverMs: number): void {
    this.#ahead = serverMs - Date.now();
  }

  setLink(link: Link): void {
    if (link === this.#link) return;
    this.#link = link;
    this.#tell();
  }

  /** Take a message; what we do not know is of a newer server, and passed over. */
  receive(message: unknown): void {
    const news = readNews(message);
    if (!news) return;
    this.#waiting.push(news);
    // A timer, for a hidden tab gets no frames: the news would pile up there.
    this.#timer ??= window.setTimeout(() => this.#take(), DRAWING_MS);
  }

  #take(): void {
    this.#timer = undefined;
    const news = this.#waiting;
    this.#waiting = [];
    this.#world = news.reduce(after, this.#world);
    this.#tell();
  }

  #tell(): void {
    this.#listeners.forEach((listener) => listener());
  }
}
