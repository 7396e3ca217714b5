/** The ring: two soft tones, a second in four.  Made here, so that no file has to come before the first call. */
export class Ringer {
  #context: AudioContext | null = null;
  #timer: number | undefined;

  start(): void {
    this.stop();
    this.#ring();
    this.#timer = window.setInterval(() => this.#ring(), 4000);
  }

  stop(): void {
    window.clearInterval(this.#timer);
    void this.#context?.close();
    this.#context = null;
  }

  #ring(): void {
    this.#context ??= new AudioContext();
    const { currentTime: now, destination } = this.#context;
    const volume = this.#context.createGain();
    volume.connect(destination);
    volume.gain.setValueAtTime(0, now);
    volume.gain.linearRampToValueAtTime(0.15, now + 0.05);
    volume.gain.setValueAtTime(0.15, now + 0.9);
    volume.gain.linearRampToValueAtTime(0, now + 1);
    for (const frequency of [480, 620]) {
      const tone = this.#context.createOscillator();
      tone.frequency.value = frequency;
      tone.connect(volume);
      tone.start(now);
      tone.stop(now + 1);
    }
  }
}
