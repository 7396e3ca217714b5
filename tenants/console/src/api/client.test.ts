import { afterEach, describe, expect, it, vi } from "vitest";
import { fill, keepToken, send } from "@/api/client";
import { isPassing, isSignedOut, Problem, problemOf } from "@/api/problem";

const answers = (response: Response | Error) => {
  const fetched = vi.fn<typeof fetch>(() => (response instanceof Error ? Promise.reject(response) : Promise.resolve(response)));
  vi.stubGlobal("fetch", fetched);
  return fetched;
};
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a path", () => {
  it("keeps an id one part of it, whatever stands in it", () => {
    expect(fill("/a/{id}/b", { id: "../x/y?z" })).toBe("/a/..%2Fx%2Fy%3Fz/b");
    expect(() => fill("/a/{id}", {})).toThrow(TypeError);
  });
});

describe("a request", () => {
  it("carries the token where it changes something, and only there", async () => {
    keepToken("t0ken");
    const fetched = answers(new Response("{}"));
    await send("GET", "/session");
    fetched.mockResolvedValueOnce(new Response(null, { status: 204 }));
    expect(await send("DELETE", "/session")).toBeUndefined();

    const tokens = fetched.mock.calls.map(([, init]) => (init?.headers as Record<string, string>)["X-CSRF-Token"]);
    expect(tokens).toEqual([undefined, "t0ken"]);
  });

  it("leaves out of its query what is not given", async () => {
    const fetched = answers(new Response("{}"));
    await send("GET", "/calls", { query: { day: "2026-01-01", after: undefined, number: "+86", open: false, site: "" } });
    expect(fetched.mock.calls[0]?.[0]).toBe("/calls?day=2026-01-01&number=%2B86&open=false");
  });

  it("that reaches nobody is a problem that passes", async () => {
    answers(new TypeError("Failed to fetch"));
    const error = await send("GET", "/session").catch((thrown: unknown) => thrown);
    expect([error instanceof Problem, isPassing(error), isSignedOut(error)]).toEqual([true, true, false]);
  });
});

describe("a refusal", () => {
  it("says its stable word, and what is wrong with which field", () => {
    const errors = [{ where: "body.name", message: "too long" }, "nonsense"];
    const problem = problemOf(422, JSON.stringify({ error_id: "request-invalid", detail: "no", errors }));
    expect([problem.errorId, problem.message, problem.fields]).toEqual(["request-invalid", "no", [errors[0]]]);
  });

  it("of something on the way that speaks HTML is still one", () => {
    expect(problemOf(502, "<html>Bad gateway")).toMatchObject({ status: 502, errorId: "http-502", message: "" });
    expect(problemOf(500, "null").errorId).toBe("http-500");
  });
});
