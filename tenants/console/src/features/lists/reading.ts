/** The first rows of a file, read here so that its columns can be named before it is sent.  The server reads it anew. */

export interface FirstRows {
  /** As the header names them; their places where there is none. */
  columns: readonly string[];
  hasHeader: boolean;
  rows: readonly (readonly string[])[];
}

const LOOK_BYTES = 65_536;
const LOOK_ROWS = 5;

/** Returns null for what can not be read here, such as a workbook: the server finds its columns. */
export async function firstRows(file: File): Promise<FirstRows | null> {
  if (/\.xls[xm]?$/i.test(file.name)) return null;
  const bytes = new Uint8Array(await file.slice(0, LOOK_BYTES).arrayBuffer());
  const text = decoded(bytes, bytes.length < file.size);
  return text === null ? null : rowsOf(text);
}

/** Text in one of the encodings that the server knows; null for what is no text. */
export function decoded(bytes: Uint8Array, isCut: boolean): string | null {
  const [first = 0, second = 0] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  if (bytes.includes(0)) return null;
  for (const name of ["utf-8", "gb18030"]) {
    try {
      // Where the piece ends in the middle of a letter, that letter is left out.
      return new TextDecoder(name, { fatal: true }).decode(bytes, { stream: isCut });
    } catch {
      // In the other one, then.
    }
  }
  return null;
}

export function rowsOf(text: string): FirstRows | null {
  const start = text.trimStart();
  if (start.startsWith("{")) return objectsOf(start);
  const separator = [",", ";", "\t", "|"].reduce((best, each) => (countOf(text, each) > countOf(text, best) ? each : best), ",");
  const table = tableOf(text, separator).filter((cells) => cells.some((cell) => cell.trim() !== ""));
  const [head] = table;
  if (!head) return null;
  const hasHeader = !head.some(looksLikeNumber);
  const columns = hasHeader ? head.map((cell) => cell.trim()) : head.map((_, place) => String(place));
  return { columns, hasHeader, rows: table.slice(hasHeader ? 1 : 0).slice(0, LOOK_ROWS) };
}

const countOf = (text: string, sign: string): number => (text.split("\n", 1)[0] ?? "").split(sign).length;

export const looksLikeNumber = (cell: string): boolean => /^\+?[0-9][0-9 ().-]{5,18}$/.test(cell.trim());

function objectsOf(text: string): FirstRows | null {
  const found: Record<string, unknown>[] = [];
  for (const line of text.split("\n").slice(0, LOOK_ROWS + 1)) {
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === "object" && value !== null) found.push(value as Record<string, unknown>);
    } catch {
      // A line that is cut, or bad: the server reports it.
    }
  }
  const columns = [...new Set(found.flatMap((each) => Object.keys(each)))];
  if (columns.length === 0) return null;
  const cell = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : "");
  return { columns, hasHeader: true, rows: found.slice(0, LOOK_ROWS).map((each) => columns.map((name) => cell(each[name]))) };
}

/** Cells of the first rows, with quotes as RFC 4180 has them. */
function tableOf(text: string, separator: string): string[][] {
  const table: string[][] = [];
  let [row, cell, quoted]: [string[], string, boolean] = [[], "", false];
  const endRow = () => {
    table.push([...row, cell]);
    [row, cell] = [[], ""];
  };
  for (let at = 0; at < text.length && table.length < LOOK_ROWS + 2; at++) {
    const sign = text.charAt(at);
    if (quoted && sign === '"' && text.charAt(at + 1) === '"') {
      cell += '"';
      at++;
    } else if (sign === '"') quoted = !quoted;
    else if (!quoted && sign === separator) {
      row.push(cell);
      cell = "";
    } else if (!quoted && sign === "\n") endRow();
    else if (sign !== "\r" || quoted) cell += sign;
  }
  if (cell !== "" || row.length > 0) endRow();
  return table;
}
