/** A long list of which only what is in sight is drawn. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef, type ReactNode } from "react";
import styles from "@/features/board/Board.module.css";

const ROW_PX = 40;

export function Rows<T>({ label, things, keyOf, row }: { label: string; things: readonly T[]; keyOf: (thing: T) => string; row: (thing: T) => ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the list is drawn anew with each event anyway
  const rows = useVirtualizer({ count: things.length, getScrollElement: () => box.current, estimateSize: () => ROW_PX, overscan: 6 });
  return (
    <div ref={box} className={styles.rows} tabIndex={0} role="region" aria-label={label}>
      <ul style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const thing = things[index];
          if (thing === undefined) return null;
          return (
            <li key={keyOf(thing)} aria-setsize={things.length} aria-posinset={index + 1} style={{ height: ROW_PX, transform: `translateY(${start}px)` }}>
              {row(thing)}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
