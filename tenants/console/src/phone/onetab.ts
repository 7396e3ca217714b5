/** One tab of the browser is the phone: two would fight for the same registration, and ring twice. */
export class PhoneLock {
  #release: (() => void) | null = null;

  constructor(
    private readonly name: string,
    private readonly told: { mine: () => void; elsewhere: () => void },
  ) {}

  /** Be the phone where no other tab is; else say so, and be it as soon as the other tab is closed. */
  async begin(): Promise<void> {
    const isFree = await navigator.locks.request(this.name, { ifAvailable: true }, (lock) => lock !== null);
    if (!isFree) this.told.elsewhere();
    this.#hold({});
  }

  /** Be the phone now: the other tab lets go. */
  take(): void {
    this.#hold({ steal: true });
  }

  end(): void {
    this.#stopped.abort();
    this.#release?.();
  }

  readonly #stopped = new AbortController();

  #hold(options: { steal?: boolean }): void {
    const kept = () =>
      new Promise<void>((resolve) => {
        this.#release = resolve;
        this.told.mine();
      });
    const asked = options.steal ? options : { signal: this.#stopped.signal };
    navigator.locks.request(this.name, asked, kept).catch(() => {
      // Another tab took it, or this one is being left.
      if (this.#stopped.signal.aborted) return;
      this.told.elsewhere();
      this.#hold({});
    });
  }
}
