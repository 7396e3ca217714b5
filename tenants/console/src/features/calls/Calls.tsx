/** Calls that were: found by what is known of them, opened for all that is known of one. */
import { DownloadOutlined } from "@ant-design/icons";
import { App, Button, Spin } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { setQuery, useQueryText } from "@/app/place";
import { useEvents } from "@/events/EventsProvider";
import { CallDrawer } from "@/features/calls/CallDrawer";
import { CallTable } from "@/features/calls/CallTable";
import { fileOf } from "@/features/calls/exporting";
import { Filters } from "@/features/calls/Filters";
import { askedOf } from "@/features/calls/model";
import { allCalls, useAgentNames, useCalls, useQueueNames, useResultNames } from "@/features/calls/queries";
import "@/features/calls/texts";
import { keepFile } from "@/parts/files";
import { useDoing, useErrorText } from "@/parts/errors";
import { useEndingText } from "@/parts/words";
import { useTenantId } from "@/session/context";

export default function Calls() {
  const { t, i18n } = useTranslation();
  const tenantId = useTenantId();
  const { serverNow } = useEvents();
  const [openedMs] = useState(serverNow);
  const queryText = useQueryText();
  const asked = useMemo(() => askedOf(queryText, openedMs), [queryText, openedMs]);
  const shown = new URLSearchParams(queryText).get("call");
  const { data, error, isFetching, hasNextPage, fetchNextPage, refetch } = useCalls(asked);
  const calls = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  const words = { t, language: i18n.language, endingText: useEndingText(), queues: useQueueNames(), agents: useAgentNames(), results: useResultNames() };
  const errorText = useErrorText();
  const doing = useDoing();
  const { message } = App.useApp();
  const [saving, setSaving] = useState(false);

  async function save() {
    setSaving(true);
    await doing(async () => {
      const { calls: all, whole } = await allCalls(tenantId, asked);
      keepFile(`calls-${tenantId}.csv`, "text/csv", fileOf(all, words));
      if (!whole) void message.warning(t("calls.notAll", { count: all.length }));
    });
    setSaving(false);
  }

  return (
    <div className="page">
      <div className="page-head">
        <h1>{t("shell.screens.calls")}</h1>
        <div className="end">
          <Button onClick={() => void refetch()} loading={isFetching}>
            {t("calls.refresh")}
          </Button>
          <Button icon={<DownloadOutlined />} loading={saving} onClick={() => void save()}>
            {t("calls.csv")}
          </Button>
        </div>
      </div>
      <Filters asked={asked} />
      {error && <p role="alert">{errorText(error)}</p>}
      <CallTable calls={calls} shown={shown} onOpen={(call) => setQuery({ call })} />
      <div role="status">
        {isFetching && <Spin size="small" />}
        {!isFetching && !error && calls.length === 0 && !hasNextPage && <span className="quiet">{t("calls.none")}</span>}
        {!isFetching && hasNextPage && <Button onClick={() => void fetchNextPage()}>{t("calls.more")}</Button>}
      </div>
      {shown !== null && <CallDrawer key={shown} callId={shown} onClose={() => setQuery({ call: null })} />}
    </div>
  );
}
