/** Each party's connection: when it rang, spoke and ended, what it cost, and how its voice was. */
import { useTranslation } from "react-i18next";
import type { LegView } from "@/api/shapes";
import styles from "@/features/calls/Calls.module.css";
import { money } from "@/features/calls/model";
import { clock, timeOfDay } from "@/parts/time";

/** What a leg is called here: who, and where. */
export function useLegName(): (leg: Pick<LegView, "role" | "extension" | "number" | "trunk_id">) => string {
  const { t } = useTranslation();
  return (leg) => [t(`calls.roles.${leg.role}`), leg.extension ?? leg.number].filter(Boolean).join(" ");
}

export function Legs({ legs, currency }: { legs: readonly LegView[]; currency: string | null }) {
  const { t, i18n } = useTranslation();
  const nameOf = useLegName();
  const time = (ms: number | null) => (ms === null ? null : timeOfDay(ms, i18n.language));
  return (
    <ol className={styles.legs}>
      {legs.map((leg) => {
        const talked = leg.answered_ms !== null && leg.ended_ms !== null ? clock((leg.ended_ms - leg.answered_ms) / 1000) : null;
        const facts: [string, string | number | null][] = [
          ["began", time(leg.started_ms)],
          ["ringing", time(leg.ringing_ms)],
          ["answered", time(leg.answered_ms)],
          ["ended", time(leg.ended_ms)],
          ["connected", talked],
          ["held", leg.hold_seconds ? clock(leg.hold_seconds) : null],
          ["code", leg.sip_code],
          ["site", leg.site_id],
          ["trunk", leg.trunk_id],
          ["cost", leg.cost_micros === null ? null : money(leg.cost_micros, currency, i18n.language)],
          ["dialog", leg.sip_call_id],
        ];
        return (
          <li key={leg.leg_id}>
            <h3>{nameOf(leg)}</h3>
            <dl className={styles.facts}>
              {facts.map(([name, value]) => value !== null && (
                <div key={name} style={{ display: "contents" }}>
                  <dt>{t(`calls.columns.${name}`)}</dt>
                  <dd className="figures">{value}</dd>
                </div>
              ))}
            </dl>
            {leg.voice && <Voice voice={leg.voice} />}
          </li>
        );
      })}
    </ol>
  );
}

function Voice({ voice }: { voice: NonNullable<LegView["voice"]> }) {
  const { t } = useTranslation();
  return (
    <table className={styles.voices}>
      <thead>
        <tr>
          <td />
          {(["packets", "lost", "jitter", "mos", "dead"] as const).map((name) => (
            <th key={name} scope="col">
              {t(`calls.voice.${name}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {(["sent", "heard"] as const).map((way) => (
          <tr key={way}>
            <th scope="row">{t(`calls.voice.${way}`)}</th>
            <td>{voice[way].packets}</td>
            <td>{voice[way].lost}</td>
            <td>{voice[way].jitter_ms.toFixed(1)} ms</td>
            <td>{voice[way].mos?.toFixed(2) ?? "–"}</td>
            <td>{voice[way].dead_seconds > 0 ? `${voice[way].dead_seconds.toFixed(0)} s` : "–"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
