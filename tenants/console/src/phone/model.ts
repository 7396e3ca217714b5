/** The softphone as the screens know it: pure values, and what becomes of them. */

/**
 * `none`: the user sits at no station with a browser.  `elsewhere`: another tab is the phone.  `refused`: the edge does
 * not take the account, or the browser gives no microphone.
 */
export type Readiness = "none" | "elsewhere" | "connecting" | "ready" | "lost" | "refused";

export type LineState = "ringing" | "dialling" | "talking" | "over";

export interface Line {
  direction: "in" | "out";
  state: LineState;
  muted: boolean;
  /** Whom the network named: masked by the platform where it is a customer. */
  party: string;
  /** When it began to be in this state, browser's clock. */
  sinceMs: number;
}

export interface PhoneState {
  readiness: Readiness;
  extension: string | null;
  /** Since when this page is the station's phone and knows of all its calls, server's clock. */
  sinceMs: number | null;
  line: Line | null;
  /** Why the last line ended or the phone is refused: a word of JsSIP or of the browser, for those who look after it. */
  cause: string | null;
}

export const NO_PHONE: PhoneState = { readiness: "connecting", extension: null, sinceMs: null, line: null, cause: null };

export type PhoneNews =
  | { kind: "account"; extension: string | null }
  | { kind: "begins"; atMs: number }
  | { kind: "elsewhere" }
  | { kind: "connecting" }
  | { kind: "registered" }
  | { kind: "unregistered"; cause: string | null; refused: boolean }
  | { kind: "rings"; direction: "in" | "out"; party: string; atMs: number }
  | { kind: "answered"; atMs: number }
  | { kind: "muted"; muted: boolean }
  /** torn: by nobody's will, and perhaps without the platform's knowledge. */
  | { kind: "ended"; cause: string | null; torn: boolean; atMs: number };

export function afterNews(phone: PhoneState, news: PhoneNews): PhoneState {
  const { line } = phone;
  switch (news.kind) {
    case "account":
      return { ...phone, extension: news.extension, readiness: news.extension ? "connecting" : "none" };
    case "begins":
      return { ...phone, readiness: "connecting", sinceMs: news.atMs };
    case "elsewhere":
      return { ...phone, readiness: "elsewhere", sinceMs: null, line: null };
    case "connecting":
      return { ...phone, readiness: "connecting" };
    case "registered":
      return { ...phone, readiness: "ready", cause: null };
    // A call goes on without its registration: the line stays as it is.
    case "unregistered":
      return { ...phone, readiness: news.refused ? "refused" : "lost", cause: news.cause };
    case "rings": {
      const state = news.direction === "in" ? "ringing" : "dialling";
      return { ...phone, cause: null, line: { ...news, state, muted: false, sinceMs: news.atMs } };
    }
    case "answered":
      return line ? { ...phone, line: { ...line, state: "talking", sinceMs: news.atMs } } : phone;
    case "muted":
      return line ? { ...phone, line: { ...line, muted: news.muted } } : phone;
    case "ended":
      return { ...phone, line: null, cause: news.cause, sinceMs: news.torn ? news.atMs : phone.sinceMs };
  }
}

/** What of typed text a phone sends as tones: digits, star, hash; `w` and spaces are for people. */
export const tonesOf = (typed: string): string => typed.replace(/[^0-9*#]/g, "");
