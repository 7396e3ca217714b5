/** Sends a list's file and has it imported; tells how far it is. */
import { useEffect, useRef, useState } from "react";
import type { Mapping } from "@/features/lists/mapping";
import { useListActs } from "@/features/lists/queries";
import { forgetUpload, sendFile } from "@/features/lists/sending";
import { sentPercent } from "@/features/lists/upload";

export function useSending() {
  const { tenantId, look, begin } = useListActs();
  const [percent, setPercent] = useState<number | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  useEffect(() => {
    if (percent === null) return;
    // Whoever leaves the page now loses what is on its way.
    const hold = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", hold);
    return () => window.removeEventListener("beforeunload", hold);
  }, [percent]);

  /** Resolves to whether its import has begun: not, when it was given up.  Throws Problem. */
  async function send(listId: string, file: File, { again, mapping }: { again: boolean; mapping: Mapping | null }): Promise<boolean> {
    const control = new AbortController();
    stop.current = control;
    setPercent(0);
    try {
      const { parts } = await look(listId);
      const count = await sendFile({ tenantId, listId, file, arrived: parts, signal: control.signal, onSent: (bytes) => setPercent(sentPercent(bytes, file.size)) });
      await begin(listId, count, again, mapping);
      forgetUpload(tenantId, listId);
      return true;
    } catch (error) {
      if (control.signal.aborted) return false;
      throw error;
    } finally {
      setPercent(null);
    }
  }

  return { percent, send, giveUp: () => stop.current?.abort() };
}
