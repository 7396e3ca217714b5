/** What may be answered to whom a simulated call waits for, as the server's simulator reads it. */

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  keys: [...KEYS, "-", "hang"],
  word: [...KEYS, "-", "hang"],
  message: ["#", "hang"],
  queue: ["answered", "waited", "full", "nobody", "length", "expected", "hang"],
  ring: ["answered", "no", "hang"],
  accept: ["1", "no"],
  talk: ["agent", "caller"],
};

export const answersTo = (wants: string | null): readonly string[] => (wants === null ? [] : (ANSWERS[wants] ?? ["-"]));
