/** Recorded calls, and the player of the one that is chosen. */
import { Button, Spin } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { goTo, setQuery, useQueryText } from "@/app/place";
import { useEvents } from "@/events/EventsProvider";
import { CallTable } from "@/features/calls/CallTable";
import { Filters } from "@/features/calls/Filters";
import { askedOf, type Name } from "@/features/calls/model";
import { useCalls } from "@/features/calls/queries";
import "@/features/calls/texts";
import { CallPlayer } from "@/features/recordings/CallPlayer";
import { useErrorText } from "@/parts/errors";

/** What is asked for by the screen itself. */
const GIVEN: readonly Name[] = ["recorded"];

export default function Recordings() {
  const { t } = useTranslation();
  const { serverNow } = useEvents();
  const [openedMs] = useState(serverNow);
  const queryText = useQueryText();
  const asked = useMemo(() => {
    const found = askedOf(queryText, openedMs);
    return { ...found, by: { ...found.by, recorded: "true" } };
  }, [queryText, openedMs]);
  const shown = new URLSearchParams(queryText).get("call");
  const { data, error, isFetching, hasNextPage, fetchNextPage } = useCalls(asked);
  const errorText = useErrorText();
  const calls = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  const chosen = calls.find(({ call_id }) => call_id === shown);
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t("shell.screens.recordings")}</h1>
        {chosen && (
          <div className="end">
            <Button onClick={() => goTo(`/calls${window.location.search}`)}>{t("calls.one")}</Button>
          </div>
        )}
      </div>
      <Filters asked={asked} without={GIVEN} />
      {error && <p role="alert">{errorText(error)}</p>}
      <CallTable calls={calls} shown={shown} onOpen={(call) => setQuery({ call })} />
      <div role="status">
        {isFetching && <Spin size="small" />}
        {!isFetching && !error && calls.length === 0 && !hasNextPage && <span className="quiet">{t("calls.none")}</span>}
        {!isFetching && hasNextPage && <Button onClick={() => void fetchNextPage()}>{t("calls.more")}</Button>}
      </div>
      {chosen?.recording_id ? (
        <CallPlayer key={chosen.recording_id} recordingId={chosen.recording_id} />
      ) : (
        calls.length > 0 && <p className="quiet">{t("recordings.choose")}</p>
      )}
    </div>
  );
}
