/** Lists of numbers: all of them, a new one from a file, and what became of one. */
import "@/features/admin/texts";
import "@/features/lists/texts";
import { Progress, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { useQueryText } from "@/app/place";
import { ResourceScreen } from "@/features/admin/resource/ResourceScreen";
import type { Resource } from "@/features/admin/resource/resource";
import { ListPage } from "@/features/lists/ListPage";
import { NewList } from "@/features/lists/NewList";
import { isUnderWay, shareAccepted, STATE_COLOURS, type ListState, type Summary } from "@/features/lists/model";

const LISTS: Resource = {
  name: "lists",
  all: "/api/v1/tenants/{tenant_id}/lists",
  one: "/api/v1/tenants/{tenant_id}/lists/{id}",
  id: "list_id",
  columns: [
    { field: "list_id" },
    { field: "name" },
    { field: "state", show: (value) => <StateTag state={value as ListState} /> },
    { field: "summary", show: (value) => <Accepted summary={value as Summary | null} /> },
    { field: "created_ms" },
  ],
  removal: "restores",
  moves: ({ state }) => isUnderWay(state as ListState),
  href: (id) => `/lists?list=${encodeURIComponent(id)}`,
  newHref: "/lists?new",
};

export default function Lists() {
  const query = new URLSearchParams(useQueryText());
  const id = query.get("list");
  if (query.has("new")) return <NewList />;
  return id === null ? <ResourceScreen resource={LISTS} /> : <ListPage key={id} listId={id} resource={LISTS} />;
}

function StateTag({ state }: { state: ListState }) {
  const { t } = useTranslation();
  return <Tag color={STATE_COLOURS[state]}>{t(`lists.states.${state}`)}</Tag>;
}

function Accepted({ summary }: { summary: Summary | null }) {
  const { t } = useTranslation();
  if (!summary) return null;
  const text = t("lists.acceptedOf", { accepted: summary.accepted, rows: summary.rows });
  return (
    <span style={{ display: "inline-flex", gap: 8, alignItems: "center" }}>
      <Progress percent={shareAccepted(summary)} size={[70, 6]} showInfo={false} aria-label={text} /> <span className="figures">{text}</span>
    </span>
  );
}
