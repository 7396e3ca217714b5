/** Who has a campaign's leads: each list shared out, and taken back from who leaves. */
import { App, Button, InputNumber, Segmented, Select, Spin, Tag } from "antd";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import { useChoices, useNameOf } from "@/features/admin/form/lookups";
import { NamedList } from "@/features/admin/form/NamedList";
import styles from "@/features/campaigns/Campaigns.module.css";
import type { CampaignView } from "@/features/campaigns/settings";
import { isWhole, rowsFor, SHARE_KINDS, takerOf, toOrder, whoOf, type Row, type ShareKind } from "@/features/campaigns/sharing";
import { useDoing } from "@/parts/errors";
import { useTenantId } from "@/session/context";

const ONE = "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}";
const SHARE = `${ONE}/lists/{list_id}/share` as const;

export function Sharing({ campaign, readOnly }: { campaign: CampaignView; readOnly: boolean }) {
  const { t } = useTranslation();
  const lists = campaign.lists ?? [];
  return (
    <div className={styles.live}>
      <p className="quiet" style={{ margin: 0 }}>{t(campaign.own_leads_only === true ? "campaigns.sharing.ownOnly" : "campaigns.sharing.about")}</p>
      {lists.length === 0 && <p className="quiet">{t("campaigns.live.noLists")}</p>}
      {lists.map(({ list_id }) => <OneList key={list_id} campaign={campaign} listId={list_id} readOnly={readOnly} />)}
      {!readOnly && lists.length > 0 && <Leaver campaign={campaign} />}
    </div>
  );
}

/** People and teams to choose from. */
function useTakers(campaign: CampaignView) {
  const { t } = useTranslation();
  const users = useChoices("users");
  const nameOf = useNameOf("users");
  const teams = campaign.teams ?? [];
  const options = [
    ...teams.map((team) => ({ value: `team:${team}`, label: t("campaigns.sharing.team", { team }) })),
    ...users.map(({ value, label }) => ({ value: `user:${value}`, label })),
  ];
  const name = (who: string): string => {
    const { user_id, team } = takerOf(who);
    return user_id === null ? t("campaigns.sharing.team", { team }) : nameOf(user_id);
  };
  return { options, name };
}

function OneList({ campaign, listId, readOnly }: { campaign: CampaignView; listId: string; readOnly: boolean }) {
  const { t } = useTranslation();
  const { name } = useTakers(campaign);
  const tenant_id = useTenantId();
  const ids = { tenant_id, campaign_id: campaign.campaign_id, list_id: listId };
  const { data } = useQuery({ queryKey: ["share", ids], queryFn: ({ signal }) => ask("get", SHARE, ids, { signal }) });
  if (!data) return <Spin />;
  return (
    <section className={styles.card} aria-label={listId}>
      <div className={styles.row}>
        <h2>{listId}</h2>
        <span className="quiet">{t(`campaigns.sharing.kinds.${data.kind ?? "nobody"}`)}</span>
      </div>
      {data.takers.length > 0 && (
        <div className={styles.row}>
          {data.takers.map((taker) => <Tag key={whoOf(taker)}>{name(whoOf(taker))}{taker.percent === null ? "" : ` ${taker.percent} %`}</Tag>)}
        </div>
      )}
      {!readOnly && <Edit key={JSON.stringify(data)} campaign={campaign} ids={ids} before={data.takers.map(whoOf)} kind={data.kind as ShareKind | null} />}
    </section>
  );
}

interface EditProps {
  campaign: CampaignView;
  ids: { tenant_id: string; campaign_id: string; list_id: string };
  before: readonly string[];
  kind: ShareKind | null;
}

function Edit({ campaign, ids, before, kind: was }: EditProps) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const doing = useDoing();
  const queries = useQueryClient();
  const { options, name } = useTakers(campaign);
  const [kind, setKind] = useState<ShareKind>(was ?? "equal");
  const [rows, setRows] = useState<readonly Row[]>(rowsFor(before, []));
  const again = () => queries.invalidateQueries({ queryKey: ["share", ids] });
  const put = (index: number, changes: Partial<Row>) => setRows(rows.map((row, at) => (at === index ? { ...row, ...changes } : row)));
  const save = async () => {
    if (await doing(() => ask("put", SHARE, ids, { body: toOrder(kind, rows) }), t("campaigns.sharing.shared"))) await again();
  };
  const free = () =>
    modal.confirm({
      title: t("campaigns.sharing.freeSure", { list: ids.list_id }), okText: t("campaigns.sharing.free"), cancelText: t("admin.form.cancel"),
      onOk: async () => { await doing(() => ask("delete", SHARE, ids), t("campaigns.sharing.freed")); await again(); },
    });
  return (
    <>
      <Segmented aria-label={t("campaigns.sharing.how")} value={kind} onChange={setKind} style={{ alignSelf: "start" }}
        options={SHARE_KINDS.map((value) => ({ value, label: t(`campaigns.sharing.kinds.${value}`) }))} />
      <Select mode="multiple" aria-label={t("campaigns.sharing.to")} popupRender={(list) => <NamedList label={t("campaigns.sharing.to")}>{list}</NamedList>} placeholder={t("campaigns.sharing.to")} options={options} value={rows.map(({ who }) => who)}
        showSearch={{ optionFilterProp: "label" }} onChange={(whos: string[]) => setRows(rowsFor(whos, rows))} />
      {kind !== "equal" && rows.map((row, index) => (
        <div key={row.who} className={styles.taker}>
          <span>{name(row.who)}</span>
          {kind === "weight" && <InputNumber min={1} max={1000} value={row.weight} aria-label={t("campaigns.sharing.weightOf", { name: name(row.who) })} onChange={(weight) => put(index, { weight: weight ?? 1 })} />}
          {kind === "region" && <Words label={t("campaigns.sharing.prefixesOf", { name: name(row.who) })} example="+8621" values={row.prefixes} onChange={(prefixes) => put(index, { prefixes })} />}
          {kind === "owner" && <Words label={t("campaigns.sharing.ownersOf", { name: name(row.who) })} example={t("campaigns.sharing.ownerExample")} values={row.owners} onChange={(owners) => put(index, { owners })} />}
        </div>
      ))}
      <div className={styles.row}>
        <Button type="primary" disabled={!isWhole(kind, rows)} onClick={() => void save()}>{t("campaigns.sharing.share")}</Button>
        {was !== null && <Button onClick={() => void free()}>{t("campaigns.sharing.free")}</Button>}
      </div>
    </>
  );
}

function Words({ label, example, values, onChange }: { label: string; example: string; values: readonly string[]; onChange: (values: string[]) => void }) {
  return <Select mode="tags" open={false} tokenSeparators={[",", " "]} aria-label={label} popupRender={(list) => <NamedList label={label}>{list}</NamedList>} placeholder={example} value={[...values]} onChange={onChange} />;
}

function Leaver({ campaign }: { campaign: CampaignView }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const doing = useDoing();
  const tenant_id = useTenantId();
  const queries = useQueryClient();
  const { options, name } = useTakers(campaign);
  const [who, setWho] = useState<string | null>(null);
  const take = (leaver: string) =>
    modal.confirm({
      title: t("campaigns.sharing.takeSure", { name: name(leaver) }), content: t("campaigns.sharing.takeText"), okText: t("campaigns.sharing.take"), okButtonProps: { danger: true }, cancelText: t("admin.form.cancel"),
      onOk: async () => {
        const body = takerOf(leaver);
        if (await doing(() => ask("post", `${ONE}/leavers`, { tenant_id, campaign_id: campaign.campaign_id }, { body }), t("campaigns.sharing.taken"))) setWho(null);
        await queries.invalidateQueries({ queryKey: ["share"] });
      },
    });
  return (
    <section className={styles.card} aria-label={t("campaigns.sharing.leaver")}>
      <h2>{t("campaigns.sharing.leaver")}</h2>
      <div className={styles.row}>
        <Select style={{ minWidth: 260 }} aria-label={t("campaigns.sharing.who")} popupRender={(list) => <NamedList label={t("campaigns.sharing.who")}>{list}</NamedList>} placeholder={t("campaigns.sharing.who")} options={options} value={who} showSearch={{ optionFilterProp: "label" }} onChange={setWho} />
        <Button danger disabled={who === null} onClick={() => { if (who !== null) void take(who); }}>{t("campaigns.sharing.take")}</Button>
      </div>
    </section>
  );
}
