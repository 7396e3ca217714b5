/** Requests to the portal: one origin, the session's cookie, the CSRF token on what changes things, a time-out on all. */
import { Problem, problemOf } from "@/api/problem";
import type { paths } from "@/api/schema";

const TIMEOUT_MS = 20_000;

let csrf = "";

/** Keep the token that the session came with; every unsafe request carries it. */
export function keepToken(token: string): void {
  csrf = token;
}

/** For requests that are not sent here, such as uploads that tell how far they are. */
export const csrfToken = (): string => csrf;

export interface Sent {
  query?: Record<string, string | number | boolean | null | undefined>;
  body?: unknown;
  file?: Blob;
  signal?: AbortSignal;
  /** Is sent even though the page is being left. */
  outlives?: boolean;
}

/** Send a request and return its JSON, undefined where there is none.  Throws Problem; status 0: nobody was reached. */
export async function send(method: string, path: string, sent: Sent = {}): Promise<unknown> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = csrf;
  if (sent.body !== undefined) headers["Content-Type"] = "application/json";
  if (sent.file) headers["Content-Type"] = "application/octet-stream";
  const timeout = AbortSignal.timeout(sent.file ? 6 * TIMEOUT_MS : TIMEOUT_MS);
  let response: Response;
  let text: string;
  try {
    response = await fetch(path + queryOf(sent.query), {
      method,
      headers,
      body: sent.file ?? (sent.body === undefined ? null : JSON.stringify(sent.body)),
      credentials: "same-origin",
      keepalive: sent.outlives ?? false,
      signal: sent.signal ? AbortSignal.any([sent.signal, timeout]) : timeout,
    });
    text = await response.text();
  } catch (error) {
    if (sent.signal?.aborted) throw error;
    throw new Problem(0, "unreachable", "");
  }
  if (!response.ok) throw problemOf(response.status, text);
  return text === "" ? undefined : JSON.parse(text);
}

function queryOf(query: Sent["query"]): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== "");
  if (given.length === 0) return "";
  return "?" + new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}

/** Fill the placeholders of a path; an id that holds a slash stays one part of it. */
export function fill(path: string, ids: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const id = ids[name];
    if (id === undefined) throw new TypeError(`no ${name} for ${path}`);
    return encodeURIComponent(id);
  });
}

type Method = "get" | "post" | "put" | "patch" | "delete";
type OperationOf<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;
type JsonOf<O> = O extends { content: { "application/json": infer Body } } ? Body : undefined;
type AnswerOf<O> = O extends { responses: infer R } ? JsonOf<R[keyof R & (200 | 201 | 202 | 204)]> : never;
type QueryOf<O> = O extends { parameters: { query?: infer Q } } ? Q : never;
type BodyOf<O> = O extends { requestBody: infer B } ? JsonOf<B> : undefined;

/** Ask the control plane, by the path as its document writes it; types of ids, query, body and answer come from there. */
export function ask<P extends keyof paths, M extends Method>(
  method: M,
  path: P,
  ids: Record<string, string>,
  more: { query?: QueryOf<OperationOf<P, M>>; body?: BodyOf<OperationOf<P, M>>; signal?: AbortSignal; outlives?: boolean } = {},
): Promise<AnswerOf<OperationOf<P, M>>> {
  return send(method.toUpperCase(), fill(path, ids), more) as Promise<AnswerOf<OperationOf<P, M>>>;
}
