/** What is asked for, as controls; it lives in the address. */
import { Button, DatePicker, Input, Select } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { setQuery } from "@/app/place";
import styles from "@/features/calls/Calls.module.css";
import { NAMES, RANGES, type Asked, type Name } from "@/features/calls/model";
import { customerOf, useAgentNames, useIsInside, useMayReveal, useQueueNames, useSiteIds } from "@/features/calls/queries";
import { useDoing } from "@/parts/errors";
import { useEndingText } from "@/parts/words";
import { useTenantId } from "@/session/context";

const DIRECTIONS = ["inbound", "outbound", "internal"] as const;
const ENDINGS = [
  "completed", "abandoned", "busy", "no-answer", "rejected", "number-invalid", "self-served", "voicemail", "call-back", "media-timeout",
  "too-long", "station-unreachable", "no-trunk", "trunk-channels-exhausted", "tenant-channels-exhausted", "upstream-failed", "flow-failed",
  "spend-limit-reached", "call-rate-exceeded", "destination-blocked", "number-undiallable", "node-lost", "internal-error",
] as const; // prettier-ignore

export function Filters({ asked, without = [] }: { asked: Asked; without?: readonly Name[] }) {
  const { t } = useTranslation();
  const endingText = useEndingText();
  const isInside = useIsInside();
  const named = (names: ReadonlyMap<string, string>) => [...names].map(([value, label]) => ({ value, label }));
  const choices: Partial<Record<Name, { value: string; label: string }[]>> = {
    direction: DIRECTIONS.map((value) => ({ value, label: t(`words.directions.${value}`) })),
    ending: ENDINGS.map((value) => ({ value, label: endingText(value) })),
    queue_id: named(useQueueNames()),
    agent_id: named(useAgentNames()),
    site_id: useSiteIds().map((value) => ({ value, label: value })),
    recorded: ["true", "false"].map((value) => ({ value, label: t(`calls.recorded.${value}`) })),
  };
  const selects = (Object.keys(choices) as Name[]).filter((name) => !without.includes(name) && (isInside || !["agent_id", "site_id"].includes(name)));
  const isFiltered = NAMES.some((name) => asked.by[name] !== undefined && !without.includes(name));
  return (
    <search className={styles.filters} aria-label={t("calls.filters")}>
      <Times asked={asked} />
      {selects.map((name) => (
        <Select
          key={name}
          allowClear
          className={styles.filter}
          aria-label={t(`calls.by.${name}`)}
          placeholder={t(`calls.by.${name}`)}
          value={asked.by[name] ?? null}
          options={choices[name] ?? []}
          showSearch={{ optionFilterProp: "label" }}
          popupMatchSelectWidth={false}
          onChange={(value: string | null | undefined) => setQuery({ [name]: value ?? null })}
        />
      ))}
      <TypedFilter name="extension" value={asked.by.extension} />
      {isInside && <TypedFilter name="trunk_id" value={asked.by.trunk_id} />}
      <Customer asked={asked} />
      {isFiltered && (
        <Button type="link" onClick={() => setQuery(Object.fromEntries(NAMES.map((name) => [name, null])))}>
          {t("calls.clear")}
        </Button>
      )}
    </search>
  );
}

function Times({ asked }: { asked: Asked }) {
  const { t } = useTranslation();
  const between = (since: number, until: number) => setQuery({ since: String(since), until: String(until), range: null });
  return (
    <>
      <Select
        className={styles.filter}
        aria-label={t("calls.range")}
        value={asked.range}
        options={[...RANGES, "between" as const].map((value) => ({ value, label: t(`calls.ranges.${value}`) }))}
        onChange={(value) =>
          value === "between" ? between(asked.since_ms, asked.until_ms) : setQuery({ range: value, since: null, until: null })
        }
      />
      {asked.range === "between" && (
        <DatePicker.RangePicker
          showTime={{ format: "HH:mm" }}
          format="YYYY-MM-DD HH:mm"
          allowClear={false}
          aria-label={t("calls.ranges.between")}
          value={[dayjs(asked.since_ms), dayjs(asked.until_ms)]}
          onChange={(times) => {
            const [since, until] = [times?.[0], times?.[1]];
            if (since && until && since.isBefore(until)) between(since.valueOf(), until.valueOf());
          }}
        />
      )}
    </>
  );
}

/** Asked for once it is typed whole. */
function TypedFilter({ name, value }: { name: "extension" | "trunk_id"; value: string | undefined }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(value ?? "");
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    setTyped(value ?? "");
  }
  const go = () => setQuery({ [name]: typed.trim() || null });
  return (
    <Input
      allowClear
      className={styles.filter}
      aria-label={t(`calls.by.${name}`)}
      placeholder={t(`calls.by.${name}`)}
      value={typed}
      maxLength={64}
      onChange={({ target }) => (target.value === "" ? setQuery({ [name]: null }) : setTyped(target.value))}
      onPressEnter={go}
      onBlur={go}
    />
  );
}

/** A customer is found by number by who may see numbers; by others from one of the customer's calls. */
function Customer({ asked }: { asked: Asked }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const mayReveal = useMayReveal();
  const doing = useDoing();
  const [typed, setTyped] = useState("");
  if (asked.by.customer !== undefined) {
    return <Button onClick={() => setQuery({ customer: null })}>{t("calls.oneCustomer")} ✕</Button>;
  }
  if (!mayReveal) return null;
  const find = () =>
    void doing(async () => {
      const number = typed.replace(/[\s().-]/g, "");
      const { customer } = await customerOf(tenantId, number);
      setTyped("");
      setQuery({ customer });
    });
  return (
    <Input.Search
      className={styles.number}
      aria-label={t("calls.by.customer")}
      placeholder={t("calls.byNumber")}
      value={typed}
      maxLength={20}
      inputMode="tel"
      onChange={({ target }) => setTyped(target.value)}
      onSearch={() => typed.trim() && find()}
    />
  );
}
