/** What went wrong with a request: a stable word for the program, and a text for people. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly errorId: string,
    detail: string,
    /** Of a body's fields: where, and what is wrong there. */
    readonly fields: readonly FieldProblem[] = [],
    /** All that was told, for what one kind of problem says more than others. */
    readonly told: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
    this.name = "Problem";
  }
}

export interface FieldProblem {
  where: string;
  message: string;
}

/** The session is over: whoever sees this shows the sign-in. */
export const isSignedOut = (error: unknown): boolean => error instanceof Problem && error.status === 401;

/** Trying again may help: nobody was reached, or the server says that it is the moment. */
export const isPassing = (error: unknown): boolean =>
  error instanceof Problem && (error.status === 0 || error.status === 502 || error.status === 503 || error.status === 504);

/** What an answer of status 400 or higher says; never throws, whatever stands in it. */
export function problemOf(status: number, text: string): Problem {
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy on the way answers in HTML: its text is of no use to anybody here.
  }
  const told = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const word = (name: string) => (typeof told[name] === "string" ? told[name] : "");
  const errors = Array.isArray(told.errors) ? (told.errors as unknown[]) : [];
  return new Problem(
    status,
    word("error_id") || `http-${status}`,
    word("detail") || word("title"),
    errors.filter(isFieldProblem),
    told,
  );
}

function isFieldProblem(value: unknown): value is FieldProblem {
  const found = value as Partial<FieldProblem> | null;
  return typeof found?.where === "string" && typeof found.message === "string";
}
