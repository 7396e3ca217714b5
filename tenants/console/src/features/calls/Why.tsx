/** What went wrong, what matters most first; and what could not be read. */
import { Spin } from "antd";
import { useTranslation } from "react-i18next";
import styles from "@/features/calls/Calls.module.css";
import type { Why as Found } from "@/features/calls/queries";
import { useErrorText } from "@/parts/errors";

const WELL = new Set(["well", "hung-up", "lives"]);

export function Why({ why, error }: { why: Found | undefined; error: Error | null }) {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  if (error) return <p role="alert">{errorText(error)}</p>;
  if (!why) return <Spin />;
  const titleOf = (cause: string) => (i18n.exists(`calls.causes.${cause}`) ? t(`calls.causes.${cause}`) : cause);
  return (
    <>
      <ul className={styles.findings}>
        {why.findings.map(({ cause, words, evidence }) => (
          <li key={`${cause} ${words}`} data-well={WELL.has(cause)}>
            <strong>{titleOf(cause)}</strong>
            <p lang="en">{words}</p>
            {evidence.map((line) => (
              <p key={line} lang="en" className="quiet">
                {line}
              </p>
            ))}
          </li>
        ))}
      </ul>
      {why.missing.map((what) => (
        <p key={what} className="quiet">
          {t(`calls.missing.${what}`)}
        </p>
      ))}
      {why.silent_edges.length > 0 && <p className="quiet">{t("calls.silentEdges", { edges: why.silent_edges.join(", ") })}</p>}
    </>
  );
}
