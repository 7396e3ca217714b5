/** The recording of a call: how it stands, and the player once it is archived. */
import { useQuery } from "@tanstack/react-query";
import { Tag } from "antd";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import "@/features/recordings/texts";
import { useErrorText } from "@/parts/errors";
import { useRoles, useTenantId } from "@/session/context";

const Player = lazy(() => import("@/features/recordings/Player"));

export function CallPlayer({ recordingId }: { recordingId: string }) {
  const { t } = useTranslation();
  const tenant_id = useTenantId();
  const roles = useRoles();
  const mayListen = ["supervisor", "manager", "client", "hq"].some((role) => roles.has(role as never));
  const errorText = useErrorText();
  const { data: recording, error } = useQuery({
    queryKey: ["recording", tenant_id, recordingId],
    queryFn: ({ signal }) =>
      ask("get", "/api/v1/tenants/{tenant_id}/recordings/{recording_id}", { tenant_id, recording_id: recordingId }, { signal }),
    enabled: mayListen,
  });
  if (!mayListen) return null;
  if (error) return <p role="alert">{errorText(error)}</p>;
  if (!recording) return null;
  if (recording.state !== "archived") return <p className="quiet">{t(`recordings.states.${recording.state}`)}</p>;
  return (
    <section aria-label={t("recordings.listen")}>
      <Suspense fallback={null}>
        <Player key={recordingId} recording={recording} />
      </Suspense>
      {recording.is_short && <Tag color="warning">{t("recordings.short")}</Tag>}
      {recording.empty_channels.length > 0 && (
        <Tag color="warning">{t("recordings.empty", { channels: recording.empty_channels.map((channel) => t(`calls.roles.${channel}`)).join(", ") })}</Tag>
      )}
      {recording.held_ms !== null && <Tag>{t("recordings.held")}</Tag>}
    </section>
  );
}
