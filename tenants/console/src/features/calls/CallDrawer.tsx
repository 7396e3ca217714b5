/** All that is known of one call. */
import { PhoneOutlined } from "@ant-design/icons";
import { Button, Drawer, Tabs } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CallView } from "@/api/shapes";
import { goTo } from "@/app/place";
import styles from "@/features/calls/Calls.module.css";
import { Legs } from "@/features/calls/Legs";
import { SipLadder, StepLadder } from "@/features/calls/Ladder";
import { money } from "@/features/calls/model";
import { callAgain, revealed, useAgentNames, useCall, useIsInside, useMayReveal, useQueueNames, useResultNames, useWhy } from "@/features/calls/queries";
import { Why } from "@/features/calls/Why";
import { CallPlayer } from "@/features/recordings/CallPlayer";
import { useDoing, useErrorText } from "@/parts/errors";
import { clock, moment } from "@/parts/time";
import { useEndingText } from "@/parts/words";
import { usePhone } from "@/phone/PhoneProvider";
import { useRoles, useSession, useTenantId } from "@/session/context";

export function CallDrawer({ callId, onClose }: { callId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { data: call, error } = useCall(callId);
  const errorText = useErrorText();
  return (
    <Drawer open size={680} title={t("calls.one")} onClose={onClose}>
      {error && <p role="alert">{errorText(error)}</p>}
      {call && <Opened call={call} />}
    </Drawer>
  );
}

function Opened({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const isInside = useIsInside();
  const isHq = useRoles().has("hq");
  const [tab, setTab] = useState("facts");
  const why = useWhy(call.call_id, isInside && (tab === "why" || (isHq && tab === "ladder")));
  const heads = why.data?.messages ?? [];
  const tabs = [
    { key: "facts", label: t("calls.tabs.facts"), children: <Facts call={call} /> },
    { key: "legs", label: t("calls.tabs.legs", { count: call.legs.length }), children: <Legs legs={call.legs} currency={call.currency} /> },
    {
      key: "ladder",
      label: t("calls.tabs.ladder"),
      children: heads.length > 0 ? <SipLadder heads={heads} beganMs={call.started_ms} /> : <StepLadder call={call} />,
    },
    ...(isInside ? [{ key: "why", label: t("calls.tabs.why"), children: <Why why={why.data} error={why.error} /> }] : []),
  ];
  return (
    <>
      <Acts call={call} />
      <Tabs activeKey={tab} onChange={setTab} items={tabs} />
    </>
  );
}

function Acts({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const extension = useSession().user.station?.extension;
  const phone = usePhone();
  const doing = useDoing();
  const mayCall = useIsInside() && extension !== undefined && call.ended_ms !== null && (call.number !== null || call.withheld);
  return (
    <div className={styles.acts}>
      {mayCall && (
        <Button
          type="primary"
          icon={<PhoneOutlined />}
          onClick={() => void phone.expecting(() => doing(() => callAgain(tenantId, call.call_id, extension), t("calls.calling")))}
        >
          {t("calls.callAgain")}
        </Button>
      )}
      {call.customer !== null && (
        <Button onClick={() => goTo(`/calls?range=month&customer=${call.customer ?? ""}`)}>{t("calls.ofCustomer")}</Button>
      )}
    </div>
  );
}

function Facts({ call }: { call: CallView }) {
  const { t, i18n } = useTranslation();
  const endingText = useEndingText();
  const queues = useQueueNames();
  const agents = useAgentNames();
  const results = useResultNames();
  const time = (ms: number | null) => (ms === null ? null : moment(ms, i18n.language));
  const seconds = (value: number | null) => (value === null ? null : clock(value));
  const facts: [string, React.ReactNode][] = [
    ["customer", <Number key="number" call={call} />],
    ["direction", t(`words.directions.${call.direction}`)],
    ["number", call.caller_number],
    ["began", time(call.started_ms)],
    ["answered", time(call.answered_ms)],
    ["ended", time(call.ended_ms)],
    ["ending", endingText(call.ending)],
    ["hungUpBy", call.hung_up_by && t(`calls.roles.${call.hung_up_by}`)],
    ["queue", call.queue_id && (queues.get(call.queue_id) ?? call.queue_id)],
    ["waited", seconds(call.queue_seconds)],
    ["agent", call.agent_id && (agents.get(call.agent_id) ?? call.agent_id)],
    ["extension", call.extension],
    ["talked", seconds(call.talk_seconds)],
    ["held", call.hold_seconds ? seconds(call.hold_seconds) : null],
    ["transferredBy", call.transferred_by],
    ["askedBy", call.asked_by],
    ["flow", call.flow_id],
    ["marks", Object.entries(call.marks).map(([question, answer]) => `${question}: ${answer}`).join("; ")],
    ["disposition", call.disposition && (results.get(call.disposition) ?? call.disposition)],
    ["note", call.note],
    ["site", call.site_id],
    ["trunk", call.trunk_id],
    ["cost", call.cost_micros === null ? null : money(call.cost_micros, call.currency, i18n.language)],
    ["node", call.node_id],
    ["trace", call.trace_id],
    ["call", call.call_id],
  ];
  return (
    <>
      {call.recording_id !== null && call.ended_ms !== null && <CallPlayer recordingId={call.recording_id} />}
      <dl className={styles.facts}>
        {facts.map(([name, value]) => value !== null && value !== "" && (
          <Fact key={name} name={t(`calls.columns.${name}`)} value={value} />
        ))}
      </dl>
    </>
  );
}

function Fact({ name, value }: { name: string; value: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

/** Masked; who may see it whole asks for it, and is audited. */
function Number({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const mayReveal = useMayReveal();
  const doing = useDoing();
  const [whole, setWhole] = useState<string | null>(null);
  const shown = call.withheld ? t("words.anonymous") : (call.number ?? call.dialled);
  const look = () => void doing(async () => setWhole((await revealed(tenantId, call.call_id)).number));
  return (
    <>
      {whole ?? shown}{" "}
      {mayReveal && whole === null && call.number !== null && (
        <Button type="link" size="small" onClick={look}>
          {t("calls.reveal")}
        </Button>
      )}
    </>
  );
}
