/** The one screen of all plain things: a list with a filter, a drawer with the form, archive with a way back. */
import { PlusOutlined } from "@ant-design/icons";
import { Alert, Button, Empty, Input, Switch, Table, Tag } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { goTo, setQuery, useQueryText } from "@/app/place";
import { useCommand } from "@/app/shortcuts";
import type { Thing } from "@/features/admin/form/schema";
import { useFieldWords } from "@/features/admin/form/words";
import { idOf, useThings } from "@/features/admin/resource/queries";
import { matches, shown } from "@/features/admin/resource/model";
import { ThingDrawer } from "@/features/admin/resource/ThingDrawer";
import { WRITERS, type Resource } from "@/features/admin/resource/resource";
import { SecretsOnce } from "@/features/admin/resource/SecretsOnce";
import { useErrorText } from "@/parts/errors";
import { ScreenLink } from "@/parts/ScreenLink";
import { useRoles } from "@/session/context";

const PAGE_ROWS = 50;
export const NEW = "+";

export function ResourceScreen({ resource }: { resource: Resource }) {
  const { t, i18n } = useTranslation();
  const words = useFieldWords();
  const errorText = useErrorText();
  const roles = useRoles();
  const query = new URLSearchParams(useQueryText());
  const [open, archived] = [query.get("open"), query.has("archived")];
  const [filter, setFilter] = useState("");
  const [secrets, setSecrets] = useState<Thing | null>(null);
  const { things, error, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useThings(resource, archived);
  const mayWrite = (resource.writers ?? WRITERS).some((role) => roles.has(role));
  const mayCreate = mayWrite && (resource.create !== undefined || resource.newHref !== undefined);
  const create = () => (resource.newHref === undefined ? setQuery({ open: NEW }) : goTo(resource.newHref));
  const name = t(`admin.resources.${resource.name}.one`);
  const found = useMemo(() => things.filter((thing) => matches(thing, filter)), [things, filter]);
  const row = things.find((thing) => idOf(resource, thing) === open);
  const close = () => setQuery({ open: null });
  useCommand("new", "n", t("admin.list.new", { name }), create, mayCreate);

  const columns = resource.columns.map(({ field, show }, index) => ({
    key: field,
    title: words.label(field),
    dataIndex: field,
    ellipsis: true,
    sorter: (a: Thing, b: Thing) => shown(a[field], i18n.language).localeCompare(shown(b[field], i18n.language), i18n.language, { numeric: true }),
    render: (value: unknown, thing: Thing) => {
      const cell = show?.(value, thing) ?? <Cell value={value} field={field} />;
      if (index > 0) return cell;
      if (resource.href && !archived) return <ScreenLink href={resource.href(idOf(resource, thing))}>{cell}</ScreenLink>;
      return <Button type="link" size="small" style={{ padding: 0 }} onClick={() => setQuery({ open: idOf(resource, thing) })}>{cell}</Button>;
    },
  }));
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t(`admin.resources.${resource.name}.all`)}</h1>
        <Input.Search allowClear style={{ width: 220 }} aria-label={t("admin.list.filter")} placeholder={t("admin.list.filter")} value={filter} onChange={(event) => setFilter(event.target.value)} />
        {resource.removal === "restores" && (
          <label><Switch size="small" checked={archived} onChange={(on) => setQuery({ archived: on ? "1" : null, open: null })} /> {t("admin.list.archived")}</label>
        )}
        <div className="end">
          {mayCreate && <Button type="primary" icon={<PlusOutlined />} onClick={create}>{t("admin.list.new", { name })}</Button>}
        </div>
      </div>
      {error && <Alert type="error" showIcon title={errorText(error)} role="alert" />}
      <Table<Thing>
        size="small" rowKey={(thing) => idOf(resource, thing)} columns={columns} dataSource={found} loading={isPending} tableLayout="auto"
        pagination={found.length > PAGE_ROWS ? { pageSize: PAGE_ROWS, showSizeChanger: false, showTotal: (total) => t("admin.list.total", { total }) } : false}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t(filter ? "admin.list.nothingFits" : "admin.list.none")} /> }}
      />
      {hasNextPage && <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("admin.list.more")}</Button>}
      <ThingDrawer key={open ?? ""} resource={resource} row={open === NEW ? null : row} mayWrite={mayWrite && !archived} isArchived={archived} onClose={close} onMade={setSecrets} />
      <SecretsOnce answer={secrets} fields={resource.secrets ?? []} onClose={() => setSecrets(null)} />
    </div>
  );
}

function Cell({ value, field }: { value: unknown; field: string }) {
  const { t, i18n } = useTranslation();
  const words = useFieldWords();
  if (typeof value === "boolean") return value ? t("words.yes") : <span className="quiet">{t("words.no")}</span>;
  if (Array.isArray(value)) return value.map((each) => <Tag key={String(each)}>{words.choice(String(each))}</Tag>);
  return field.endsWith("_ms") || typeof value === "number" ? <span className="figures">{shown(value, i18n.language, field)}</span> : words.choice(shown(value, i18n.language, field));
}
