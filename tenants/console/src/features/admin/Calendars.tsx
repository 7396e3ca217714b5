/** Calendars: opening hours by weekday, holidays, and days unlike others. */
import "@/features/admin/texts";
import { useQuery } from "@tanstack/react-query";
import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import { ResourceScreen } from "@/features/admin/resource/ResourceScreen";
import type { Resource } from "@/features/admin/resource/resource";
import { BODIES } from "@/features/admin/shapes";
import { moment } from "@/parts/time";
import { useTenantId } from "@/session/context";

const CALENDARS: Resource = {
  name: "calendars",
  all: "/api/v1/tenants/{tenant_id}/calendars",
  one: "/api/v1/tenants/{tenant_id}/calendars/{id}",
  id: "calendar_id",
  columns: [
    { field: "calendar_id" },
    { field: "name" },
    { field: "time_zone" },
    { field: "now", show: (_, row) => (row.archived_ms === null ? <OpenNow calendarId={String(row.calendar_id)} /> : null) },
    { field: "days", show: (days) => <DayCount days={days} /> },
  ],
  create: BODIES.NewCalendar,
  change: () => BODIES.CalendarPatch,
  removal: "restores",
};

export default function Calendars() {
  return <ResourceScreen resource={CALENDARS} />;
}

function OpenNow({ calendarId }: { calendarId: string }) {
  const { t, i18n } = useTranslation();
  const tenant_id = useTenantId();
  const { data } = useQuery({
    queryKey: ["things", tenant_id, "calendar-state", calendarId],
    queryFn: ({ signal }) => ask("get", "/api/v1/tenants/{tenant_id}/calendars/{calendar_id}/state", { tenant_id, calendar_id: calendarId }, { signal }),
    refetchInterval: 60_000,
  });
  if (!data) return null;
  return (
    <>
      <Tag color={data.open ? "success" : "default"}>{t(data.open ? "admin.calendars.open" : "admin.calendars.closed")}</Tag>
      {data.next_change_ms !== null && <span className="quiet">{t("admin.calendars.until", { time: moment(data.next_change_ms, i18n.language).slice(0, -3) })}</span>}
    </>
  );
}

function DayCount({ days }: { days: unknown }) {
  return Array.isArray(days) ? days.length : 0;
}
