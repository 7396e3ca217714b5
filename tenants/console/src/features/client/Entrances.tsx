/** A client's numbers and what callers go through there; to look at. */
import { useQuery } from "@tanstack/react-query";
import { Button, Drawer } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import styles from "@/features/client/Client.module.css";
import { stepsOf, type FlowDocument } from "@/features/client/flow";
import "@/features/client/texts";
import { useErrorText } from "@/parts/errors";
import { useTenantId } from "@/session/context";

const TENANT = "/api/v1/tenants/{tenant_id}";

export default function Entrances() {
  const { t } = useTranslation();
  const tenant_id = useTenantId();
  const errorText = useErrorText();
  const [flowId, setFlowId] = useState<string | null>(null);
  const numbers = useQuery({
    queryKey: ["numbers", tenant_id],
    queryFn: ({ signal }) => ask("get", `${TENANT}/numbers`, { tenant_id }, { query: { limit: 500 }, signal }),
  });
  const flows = useQuery({
    queryKey: ["flows", tenant_id],
    queryFn: ({ signal }) => ask("get", `${TENANT}/flows`, { tenant_id }, { query: { limit: 500 }, signal }),
  });
  const names = new Map(flows.data?.items.map(({ flow_id, name }) => [flow_id, name === "" ? flow_id : name]));
  const error = numbers.error ?? flows.error;
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t("shell.screens.entrances")}</h1>
      </div>
      {error && <p role="alert">{errorText(error)}</p>}
      <div className={styles.box} role="region" aria-label={t("shell.screens.entrances")} tabIndex={0}>
        <table className={styles.table}>
          <thead>
            <tr>
              {(["number", "leadsTo", "hours", "language"] as const).map((name) => (
                <th key={name} scope="col">
                  {t(`client.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {numbers.data?.items.map(({ number, flow_id, route_to, calendar_id, language }) => (
              <tr key={number}>
                <th scope="row">{number}</th>
                <td>
                  {flow_id !== null ? (
                    <Button type="link" size="small" onClick={() => setFlowId(flow_id)}>
                      {names.get(flow_id) ?? flow_id}
                    </Button>
                  ) : (
                    (route_to ?? <span className="quiet">{t("client.nobody")}</span>)
                  )}
                </td>
                <td>{calendar_id ?? t("client.always")}</td>
                <td>{language}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {flowId !== null && <Flow flowId={flowId} name={names.get(flowId) ?? flowId} onClose={() => setFlowId(null)} />}
    </div>
  );
}

/** What callers go through, step by step, as it runs now. */
function Flow({ flowId, name, onClose }: { flowId: string; name: string; onClose: () => void }) {
  const { t } = useTranslation();
  const tenant_id = useTenantId();
  const errorText = useErrorText();
  const { data, error } = useQuery({
    queryKey: ["flow", tenant_id, flowId],
    queryFn: ({ signal }) => ask("get", `${TENANT}/flows/{flow_id}`, { tenant_id, flow_id: flowId }, { signal }),
  });
  return (
    <Drawer open size={560} title={name} onClose={onClose}>
      {error && <p role="alert">{errorText(error)}</p>}
      {data?.published === null && <p className="quiet">{t("client.unpublished")}</p>}
      <ol className={styles.steps}>
        {data &&
          stepsOf(data.document as FlowDocument).map(({ name: step, kind, ways }) => (
            <li key={step} id={`step-${step}`}>
              <strong>{step}</strong> <span className="quiet">{kind}</span>
              {ways.map(({ when, to }) => (
                <div key={`${when} ${to}`} className="figures">
                  {when} → {to}
                </div>
              ))}
            </li>
          ))}
      </ol>
    </Drawer>
  );
}
