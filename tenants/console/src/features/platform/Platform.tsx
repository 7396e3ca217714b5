/** The platform at a glance: what needs somebody, then edges, media nodes, trunks, and what they run on. */
import "@/features/platform/texts";
import { Alert, Progress, Spin, Table, Tag } from "antd";
import { useTranslation } from "react-i18next";
import type { NodeView, PlatformStatus, TrunkHealth } from "@/api/shapes";
import { alarmsOf, load } from "@/features/platform/model";
import styles from "@/features/platform/Platform.module.css";
import { usePlatformStatus } from "@/features/platform/status";
import { moment } from "@/parts/time";

export default function Platform() {
  const { t } = useTranslation();
  const status = usePlatformStatus();
  return (
    <div className="page">
      <div className="page-head"><h1>{t("shell.screens.platform")}</h1></div>
      {status ? <Status status={status} /> : <Spin />}
    </div>
  );
}

function Status({ status }: { status: PlatformStatus }) {
  const { t } = useTranslation();
  const alarms = alarmsOf(status);
  return (
    <>
      <div className={styles.alarms} role="status">
        {alarms.length === 0 && <Alert type="success" showIcon title={t("hq.allWell")} />}
        {alarms.map(({ what, name, grave }) => <Alert key={`${what} ${name}`} type={grave ? "error" : "warning"} showIcon title={t(`hq.alarms.${what}`, { name })} />)}
      </div>
      <div className={styles.tables}>
        <Edges edges={status.edges} />
        <Nodes nodes={status.nodes} />
        <TrunkTable trunks={status.trunks} />
        <section className={`${styles.part ?? ""} ${styles.whole ?? ""}`}>
          <h2>{t("hq.stands")}</h2>
          <div className={`${styles.facts ?? ""} figures`}>
            <span>{t("hq.store")} <State isWell={status.store} /></span>
            <span>{t("hq.redis")} <State isWell={status.redis} /></span>
            {status.snapshots.map(({ name, version }) => <span key={name}>{t("hq.snapshot", { name, version: version ?? t("words.none") })}</span>)}
          </div>
        </section>
      </div>
    </>
  );
}

function State({ isWell, word }: { isWell: boolean; word?: string }) {
  const { t } = useTranslation();
  return <Tag color={isWell ? "success" : "error"}>{word ?? t(isWell ? "hq.there" : "hq.away")}</Tag>;
}

function Edges({ edges }: { edges: PlatformStatus["edges"] }) {
  const { t, i18n } = useTranslation();
  const columns = [
    { key: "edge_id", dataIndex: "edge_id", title: t("hq.edge") },
    { key: "alive", title: t("hq.state"), render: (_: unknown, edge: PlatformStatus["edges"][number]) => <State isWell={edge.alive} /> },
    { key: "registrations", dataIndex: "registrations", title: t("hq.registrations") },
    { key: "bans", dataIndex: "bans", title: t("hq.bans") },
    { key: "at", title: t("hq.lastHeard"), render: (_: unknown, edge: PlatformStatus["edges"][number]) => moment(edge.at_ms, i18n.language) },
  ];
  return (
    <section className={styles.part}>
      <h2>{t("hq.edges")}</h2>
      <Table size="small" rowKey="edge_id" columns={columns} dataSource={edges} pagination={false} locale={{ emptyText: <span className="quiet">{t("hq.noEdges")}</span> }} />
      <p className="quiet">{t("hq.drainEdge")} <code>trunkline edge drain</code></p>
    </section>
  );
}

function Nodes({ nodes }: { nodes: readonly NodeView[] }) {
  const { t } = useTranslation();
  const columns = [
    { key: "node_id", dataIndex: "node_id", title: t("hq.node") },
    { key: "state", title: t("hq.state"), render: (_: unknown, node: NodeView) => (node.draining ? <Tag color="warning">{t("hq.draining")}</Tag> : <State isWell={node.alive} />) },
    { key: "calls", title: t("hq.load"), render: (_: unknown, node: NodeView) => <Load used={node.calls} all={node.capacity} label={node.node_id} /> },
    { key: "spool", title: t("hq.spool"), render: (_: unknown, node: NodeView) => (node.spool ? t(`hq.spools.${node.spool}`) : "") },
  ];
  return (
    <section className={styles.part}>
      <h2>{t("hq.nodes")}</h2>
      <Table size="small" rowKey="node_id" columns={columns} dataSource={[...nodes]} pagination={false} locale={{ emptyText: <span className="quiet">{t("hq.noNodes")}</span> }} />
      <p className="quiet">{t("hq.drainNode")} <code>trunkline media-node drain</code></p>
    </section>
  );
}

export function Load({ used, all, label }: { used: number | null | undefined; all: number | null | undefined; label: string }) {
  const { t } = useTranslation();
  return (
    <div style={{ minWidth: 110 }}>
      <span className="figures">{used ?? 0} / {all ?? "?"}</span>
      <Progress percent={load(used, all)} size="small" showInfo={false} aria-label={t("hq.loadOf", { name: label })} status={load(used, all) >= 90 ? "exception" : "normal"} />
    </div>
  );
}

function TrunkTable({ trunks }: { trunks: readonly TrunkHealth[] }) {
  const { t, i18n } = useTranslation();
  const columns = [
    { key: "trunk_id", dataIndex: "trunk_id", title: t("hq.trunk") },
    { key: "state", title: t("hq.state"), render: (_: unknown, trunk: TrunkHealth) => <TrunkState trunk={trunk} /> },
    { key: "channels", title: t("hq.channels"), render: (_: unknown, trunk: TrunkHealth) => <Load used={trunk.channels} all={trunk.max_channels} label={trunk.trunk_id} /> },
    { key: "rate", title: t("hq.answered"), render: (_: unknown, trunk: TrunkHealth) => (trunk.answer_rate === null ? "" : `${trunk.answered} / ${trunk.attempts} (${Math.round(trunk.answer_rate * 100)} %)`) },
    { key: "last", title: t("hq.lastAnswer"), render: (_: unknown, trunk: TrunkHealth) => moment(trunk.last_answer_ms, i18n.language) },
    { key: "failures", title: t("hq.failures"), render: (_: unknown, trunk: TrunkHealth) => trunk.last_failures.map(({ sip_code, at_ms }) => <Tag key={at_ms} color="error">{sip_code}</Tag>) },
  ];
  return (
    <section className={`${styles.part ?? ""} ${styles.whole ?? ""}`}>
      <h2>{t("hq.trunks")}</h2>
      <Table size="small" rowKey="trunk_id" columns={columns} dataSource={[...trunks]} pagination={false} locale={{ emptyText: <span className="quiet">{t("hq.noTrunks")}</span> }} />
    </section>
  );
}

function TrunkState({ trunk }: { trunk: TrunkHealth }) {
  const { t } = useTranslation();
  if (!trunk.enabled) return <Tag>{t("hq.off")}</Tag>;
  if (trunk.registered === null) return <Tag color="success">{t("hq.byAddress")}</Tag>;
  return <State isWell={trunk.registered} word={t(trunk.registered ? "hq.registered" : "hq.notRegistered")} />;
}
