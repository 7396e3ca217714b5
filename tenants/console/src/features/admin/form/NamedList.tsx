/** Names the list of a Select: Ant Design's has no name, and who hears it would not know what is chosen from. */
import { useLayoutEffect, useRef, type ReactNode } from "react";

export function NamedList({ label, children }: { label: string; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    box.current?.querySelector("[role=listbox]")?.setAttribute("aria-label", label);
  });
  return <div ref={box}>{children}</div>;
}
