/** Sends a file part by part, with its progress; a part that breaks off is sent again. */
import { csrfToken, fill } from "@/api/client";
import { isPassing, Problem, problemOf } from "@/api/problem";
import { waitMs } from "@/events/backoff";
import { markOf, missing, partsOf } from "@/features/lists/upload";

const PART = "/api/v1/tenants/{tenant_id}/lists/{list_id}/file/{part}";
const TRIES = 6;
const PART_TIMEOUT_MS = 300_000;

interface Order {
  tenantId: string;
  listId: string;
  file: File;
  /** What is there of an earlier try. */
  arrived: readonly { part: number; bytes: number }[];
  /** Of the whole file. */
  onSent: (bytes: number) => void;
  signal: AbortSignal;
}

const kept = (tenantId: string, listId: string): string => `trunkline.upload.${tenantId}.${listId}`;

/** Returns how many parts the file has.  Throws Problem, and AbortError when it is given up. */
export async function sendFile({ tenantId, listId, file, arrived, onSent, signal }: Order): Promise<number> {
  const name = kept(tenantId, listId);
  const all = partsOf(file.size);
  const left = missing(all, arrived, localStorage.getItem(name) === markOf(file));
  localStorage.setItem(name, markOf(file));
  let before = file.size - left.reduce((sum, { start, end }) => sum + end - start, 0);
  for (const { part, start, end } of left) {
    onSent(before);
    const path = fill(PART, { tenant_id: tenantId, list_id: listId, part: String(part) });
    const sent = before;
    await sendSurely(path, file.slice(start, end), (bytes) => onSent(sent + bytes), signal);
    before += end - start;
  }
  onSent(file.size);
  return all.length;
}

/** Forget how far an upload was: the file has been taken. */
export const forgetUpload = (tenantId: string, listId: string): void => localStorage.removeItem(kept(tenantId, listId));

async function sendSurely(path: string, piece: Blob, onSent: (bytes: number) => void, signal: AbortSignal): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await put(path, piece, onSent, signal);
      return;
    } catch (error) {
      if (!isPassing(error) || tries + 1 >= TRIES) throw error;
    }
    await pause(waitMs(tries, Math.random()), signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("given up", "AbortError"));
    }, { once: true });
  });
}

/** `fetch` does not tell how much has been sent. */
function put(path: string, piece: Blob, onSent: (bytes: number) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const giveUp = () => request.abort();
    const over = (end: () => void) => {
      signal.removeEventListener("abort", giveUp);
      end();
    };
    const lost = () => over(() => reject(new Problem(0, "unreachable", "")));
    request.open("PUT", path);
    request.timeout = PART_TIMEOUT_MS;
    request.setRequestHeader("X-CSRF-Token", csrfToken());
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () => over(() => (request.status < 400 ? resolve() : reject(problemOf(request.status, request.responseText))));
    request.onerror = lost;
    request.ontimeout = lost;
    request.onabort = () => over(() => reject(new DOMException("given up", "AbortError")));
    signal.addEventListener("abort", giveUp);
    request.send(piece);
  });
}
