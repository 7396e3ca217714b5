/** The document under work, with what was before each change: undo and redo. */
import { useReducer } from "react";
import type { FlowDocument } from "@/features/flows/document";

export interface Drawing {
  now: FlowDocument;
  past: readonly FlowDocument[];
  future: readonly FlowDocument[];
}

export type Stroke = { do: "draw"; document: FlowDocument } | { do: "undo" } | { do: "redo" } | { do: "load"; document: FlowDocument };

const MOST = 100;

export function afterStroke(drawing: Drawing, stroke: Stroke): Drawing {
  const { now, past, future } = drawing;
  switch (stroke.do) {
    case "draw":
      return stroke.document === now ? drawing : { now: stroke.document, past: [...past, now].slice(-MOST), future: [] };
    case "undo": {
      const before = past.at(-1);
      return before ? { now: before, past: past.slice(0, -1), future: [now, ...future] } : drawing;
    }
    case "redo": {
      const [after, ...rest] = future;
      return after ? { now: after, past: [...past, now], future: rest } : drawing;
    }
    case "load":
      return { now: stroke.document, past: [], future: [] };
  }
}

export const useDrawing = (document: FlowDocument) => useReducer(afterStroke, { now: document, past: [], future: [] });
