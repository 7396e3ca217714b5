/** A draft on its way to the server: saved over the one it is based on, never over somebody else's unasked. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import type { Thing } from "@/features/admin/form/schema";
import type { actsOnFlow } from "@/features/flows/queries";
import { useErrorText } from "@/parts/errors";

export interface Keeping {
  /** Of the draft that this one is based on. */
  edit: number;
  isDirty: boolean;
  busy: boolean;
  failure: string | null;
  /** Resolves to whether the draft is kept now. */
  save: () => Promise<boolean>;
  publish: (note: string) => Promise<boolean>;
  /** The draft as somebody else left it. */
  takeTheirs: () => Promise<Thing | null>;
  /** One's own goes over the edit that somebody else made: said by who has seen that. */
  standBy: (edit: number) => void;
}

export function useKeeping(acts: ReturnType<typeof actsOnFlow>, firstEdit: number, first: Thing, document: Thing): Keeping {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [edit, setEdit] = useState(firstEdit);
  const [kept, setKept] = useState(() => sorted(first));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const now = sorted(document);
  const isDirty = now !== kept;

  async function doing(what: () => Promise<unknown>): Promise<boolean> {
    setBusy(true);
    setFailure(null);
    try {
      await what();
      return true;
    } catch (error) {
      const isChanged = error instanceof Problem && error.errorId === "flow-changed";
      setFailure(isChanged ? t("flows.changed") : errorText(error));
      return false;
    } finally {
      setBusy(false);
    }
  }

  async function keep(): Promise<number> {
    if (!isDirty) return edit;
    const saved = await acts.save(edit, document);
    setEdit(saved.edit);
    setKept(now);
    return saved.edit;
  }

  return {
    edit, isDirty, busy, failure,
    save: () => doing(keep),
    publish: (note) => doing(async () => acts.publish(await keep(), note)),
    async takeTheirs() {
      let found: Thing | null = null;
      await doing(async () => {
        const theirs = await acts.now();
        setEdit(theirs.edit);
        setKept(sorted(theirs.document));
        found = theirs.document;
      });
      return found;
    },
    standBy: setEdit,
  };
}

/** The same text for the same document, whatever the order of its fields. */
const sorted = (document: Thing): string =>
  JSON.stringify(document, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part);
