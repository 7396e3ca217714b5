/** A word in the middle of an empty place: what happened, and what one can do. */
import type { ReactNode } from "react";
import styles from "@/parts/Notice.module.css";

export function Notice({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <div className={styles.notice} role="alert">
      <h1>{title}</h1>
      <p className="quiet">{text}</p>
      <div className={styles.acts}>{children}</div>
    </div>
  );
}
