/** A part of a drawer below its form. */
import type { ReactNode } from "react";

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section style={{ marginTop: 24, paddingTop: 16, borderTop: "1px solid var(--line)" }}>
      <h2 style={{ margin: "0 0 12px", fontSize: 15 }}>{title}</h2>
      {children}
    </section>
  );
}
