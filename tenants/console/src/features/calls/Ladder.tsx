/** A call drawn as a ladder: a column a party, time downwards, an arrow a thing that one told the other. */
import { useTranslation } from "react-i18next";
import type { CallView } from "@/api/shapes";
import styles from "@/features/calls/Calls.module.css";
import { useLegName } from "@/features/calls/Legs";
import { sipLadderOf, stepsOf, type Head } from "@/features/calls/model";

const WIDE = 620;
const TIME = 62;
const TOP = 44;
const ROW = 34;

interface Arrow {
  time: string;
  /** Columns; the same for a note. */
  from: number;
  to: number;
  words: string;
  detail: string;
}

export function StepLadder({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const nameOf = useLegName();
  const columns = [t("calls.platform"), ...call.legs.map(nameOf)];
  const columnOf = (legId: string) => call.legs.findIndex(({ leg_id }) => leg_id === legId) + 1;
  const arrows = stepsOf(call).map(({ at_ms, leg_id, what, inwards, code }): Arrow => {
    const column = columnOf(leg_id);
    const words = t(`calls.steps.${what}`) + (code === null ? "" : ` (${code})`);
    return { time: after(at_ms - call.started_ms), from: inwards ? column : 0, to: inwards ? 0 : column, words, detail: "" };
  });
  return <Drawing columns={columns.map((name) => ({ name, detail: "" }))} arrows={arrows} />;
}

export function SipLadder({ heads, beganMs }: { heads: readonly Head[]; beganMs: number }) {
  const { t } = useTranslation();
  const ladder = sipLadderOf(heads, beganMs);
  const columns = ladder.columns.map(({ sender, address }) => ({ name: t(`calls.senders.${sender}`), detail: address }));
  const arrows = ladder.rungs.map(({ after_seconds, from, words, detail }) => ({
    time: after(after_seconds * 1000),
    from: from ?? ladder.edge,
    to: ladder.edge,
    words,
    detail,
  }));
  return <Drawing columns={columns} arrows={arrows} />;
}

const after = (ms: number): string => `+${(ms / 1000).toFixed(2)} s`;

/** As much of a text as fits; all of it is in the list that is read out, and shown by a pointer. */
const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function Drawing({ columns, arrows }: { columns: { name: string; detail: string }[]; arrows: readonly Arrow[] }) {
  const { t } = useTranslation();
  const gap = (WIDE - TIME) / columns.length;
  const middle = (column: number) => TIME + gap * (column + 0.5);
  const height = TOP + ROW * arrows.length + 12;
  const letters = Math.max(6, Math.floor(gap / 7));
  return (
    <>
      <svg className={styles.ladder} viewBox={`0 0 ${WIDE} ${height}`} aria-hidden>
        {columns.map(({ name, detail }, column) => (
          <g key={`${name} ${detail} ${column}`}>
            <line className={styles.life} x1={middle(column)} x2={middle(column)} y1={TOP - 8} y2={height} />
            <text x={middle(column)} y={14} textAnchor="middle">
              {cut(name, letters)}
            </text>
            <text className={styles.dim} x={middle(column)} y={30} textAnchor="middle">
              {cut(detail, letters)}
            </text>
          </g>
        ))}
        {arrows.map((arrow, row) => (
          <Rung key={row} arrow={arrow} y={TOP + ROW * row + 20} from={middle(arrow.from)} to={middle(arrow.to)} />
        ))}
      </svg>
      <ol className="only-read-out" aria-label={t("calls.tabs.ladder")}>
        {arrows.map(({ time, from, to, words, detail }, row) => (
          <li key={row}>
            {time} {columns[from]?.name} → {columns[to]?.name}: {words} {detail}
          </li>
        ))}
      </ol>
    </>
  );
}

function Rung({ arrow, y, from, to }: { arrow: Arrow; y: number; from: number; to: number }) {
  const { time, words, detail } = arrow;
  const way = Math.sign(to - from);
  const room = way === 0 ? 60 : Math.max(14, Math.floor(Math.abs(to - from) / 6.4));
  const label = Math.min(Math.max(way === 0 ? from : (from + to) / 2, TIME + 90), WIDE - 90);
  return (
    <g>
      <title>{`${words} ${detail}`}</title>
      <text className={styles.dim} x={0} y={y}>
        {time}
      </text>
      {way === 0 ? (
        <rect className={styles.note} x={label - 150} y={y - 15} width={300} height={20} rx={4} />
      ) : (
        <>
          <line className={styles.arrow} x1={from} x2={to - way * 5} y1={y} y2={y} />
          <path className={styles.head} d={`M ${to} ${y} l ${-way * 7} -4 v 8 z`} />
        </>
      )}
      <text x={label} y={way === 0 ? y : y - 5} textAnchor="middle">
        {cut(words, way === 0 ? 44 : room)}
      </text>
    </g>
  );
}
