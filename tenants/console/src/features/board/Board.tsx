/** The live wallboard: queues, agents and calls as the events tell them; all times are the server's. */
import { useQuery } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import type { QueueStateView } from "@/api/shapes";
import { useServerNow } from "@/events/EventsProvider";
import { useAgents, useLiveCalls, useQueues } from "@/events/topics";
import { AgentActs } from "@/features/board/AgentActs";
import styles from "@/features/board/Board.module.css";
import { CallActs } from "@/features/board/CallActs";
import { countByState, maySupervise, shownAgents, shownCalls, siteOf, STATES, type Filter, type Sites } from "@/features/board/model";
import { Rows } from "@/features/board/Rows";
import english from "@/features/board/texts/en.json";
import chinese from "@/features/board/texts/zh-CN.json";
import { useWall } from "@/features/board/useWall";
import { useTenant } from "@/features/desk/queries";
import { addTexts } from "@/i18n";
import { clock, sinceClock } from "@/parts/time";
import { useRoles, useTenantId } from "@/session/context";

addTexts({ en: english, "zh-CN": chinese });

const NO_SITES: Sites = new Map();

/** Where the stations are; clients may not ask, and see no sites. */
function useSites(enabled: boolean): Sites {
  const tenant_id = useTenantId();
  const { data } = useQuery({
    queryKey: ["station-sites", tenant_id],
    queryFn: ({ signal }) => ask("get", "/api/v1/tenants/{tenant_id}/stations", { tenant_id }, { query: { limit: 500 }, signal }),
    enabled,
    staleTime: 300_000,
  });
  return useMemo(() => (data ? new Map(data.items.map(({ extension, site_id }) => [extension, site_id])) : NO_SITES), [data]);
}

export default function Board() {
  const { t } = useTranslation();
  const mayAct = maySupervise(useRoles());
  const sites = useSites(mayAct);
  const { isWall, turn } = useWall();
  const [filter, setFilter] = useState<Filter>({ queue: null, team: null, site: null, state: null });
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t("shell.screens.wallboard")}</h1>
        <Filters filter={filter} sites={sites} onChange={setFilter} />
        <div className="end">
          <Button onClick={turn}>{t(isWall ? "board.leaveWall" : "board.wall")}</Button>
        </div>
      </div>
      <Queues filter={filter} />
      <div className={styles.lists}>
        <Agents filter={filter} sites={sites} mayAct={mayAct && !isWall} />
        <Calls filter={filter} mayAct={mayAct && !isWall} />
      </div>
    </div>
  );
}

function Filters({ filter, sites, onChange }: { filter: Filter; sites: Sites; onChange: (filter: Filter) => void }) {
  const { t } = useTranslation();
  const plain = (values: Iterable<string>) => [...new Set(values)].sort().map((value) => ({ value, label: value }));
  const agents = useAgents();
  const choices = {
    queue: useQueues().map(({ queue_id, name }) => ({ value: queue_id, label: name })),
    team: plain(agents.flatMap(({ teams }) => teams)),
    site: plain(sites.values()),
    state: STATES.map((state) => ({ value: state, label: t(`words.states.${state}`) })),
  };
  return (Object.keys(choices) as (keyof Filter)[]).map((name) => (
    <Select
      key={name}
      allowClear
      className={styles.filter}
      aria-label={t(`board.by.${name}`)}
      placeholder={t(`board.by.${name}`)}
      value={filter[name]}
      options={choices[name]}
      onChange={(value: string | undefined) => onChange({ ...filter, [name]: value ?? null })}
    />
  ));
}

function Queues({ filter }: { filter: Filter }) {
  const { t } = useTranslation();
  const queues = useQueues().filter(({ queue_id }) => filter.queue === null || filter.queue === queue_id);
  return (
    <div className={styles.queues}>
      {queues.map((queue) => (
        <section key={queue.queue_id} className={styles.queue}>
          <h2>{queue.name}</h2>
          <div className={`${styles.counts ?? ""} figures`}>
            <span>{t("board.waiting", { waiting: queue.waiting })}</span>
            <span>{t("board.longest", { time: clock(queue.longest_wait_seconds) })}</span>
            <span>{t("board.ready", { ready: queue.ready, all: queue.signed_in })}</span>
          </div>
          <DayOfQueue queue={queue} />
        </section>
      ))}
    </div>
  );
}

function DayOfQueue({ queue }: { queue: QueueStateView }) {
  const { t } = useTranslation();
  const level = queue.service_level_today === null ? "–" : `${Math.round(queue.service_level_today)} %`;
  return (
    <div className={`${styles.counts ?? ""} figures quiet`}>
      <span>{t("board.level", { level })}</span>
      <span>{t("board.answered", { answered: queue.answered_today })}</span>
      <span>{t("board.abandoned", { abandoned: queue.abandoned_today })}</span>
    </div>
  );
}

function Agents({ filter, sites, mayAct }: { filter: Filter; sites: Sites; mayAct: boolean }) {
  const { t } = useTranslation();
  const now = useServerNow();
  const all = useAgents();
  const agents = useMemo(() => shownAgents(all, filter, sites), [all, filter, sites]);
  const counts = countByState(agents);
  const reasons = (useTenant()?.pause_reasons ?? []).map(({ reason }) => reason);
  return (
    <section className={styles.list}>
      <h2>{t("board.agents")}</h2>
      <div className={`${styles.counts ?? ""} figures quiet`}>
        {STATES.filter((state) => counts[state] > 0).map((state) => <span key={state}>{t(`words.states.${state}`)} {counts[state]}</span>)}
      </div>
      <Rows label={t("board.agents")} things={agents} keyOf={({ user_id }) => user_id} row={(agent) => (
        <>
          <span>{agent.name}</span>
          <span className="quiet">{siteOf(agent, sites)}</span>
          <span>{t(`words.states.${agent.state}`)}</span>
          <span className="figures">{agent.since_ms !== null && sinceClock(agent.since_ms, now)}</span>
          {mayAct && <AgentActs agent={agent} reasons={reasons} />}
        </>
      )} />
    </section>
  );
}

function Calls({ filter, mayAct }: { filter: Filter; mayAct: boolean }) {
  const { t } = useTranslation();
  const now = useServerNow();
  const all = useLiveCalls();
  const calls = useMemo(() => shownCalls(all, filter), [all, filter]);
  return (
    <section className={styles.list}>
      <h2>{t("board.calls", { number: calls.length })}</h2>
      <Rows label={t("board.calls", { number: calls.length })} things={calls} keyOf={({ call_id }) => call_id} row={(call) => (
        <>
          <span>{call.number ?? t("words.anonymous")}</span>
          <span className="quiet">{call.extension}</span>
          <span className="figures">{sinceClock(call.started_ms, now)}</span>
          {mayAct && call.answered_ms !== null && <CallActs call={call} />}
        </>
      )} />
    </section>
  );
}
