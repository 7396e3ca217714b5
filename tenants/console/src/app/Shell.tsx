/** The frame of all screens: menu, tenant, who one is, and what holds everywhere (palette, connection, the call). */
import { LogoutOutlined, SearchOutlined, UserOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Popover, Select } from "antd";
import { Suspense, useContext, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { CommandPalette } from "@/app/CommandPalette";
import { ErrorBoundary } from "@/app/ErrorBoundary";
import { KeyHelp } from "@/app/KeyHelp";
import { LookSwitch } from "@/app/LookSwitch";
import { MarkContext } from "@/app/mark";
import { GROUPS, homeOf, screensOf, type Screen } from "@/app/navigation";
import { goTo, usePath, useQueryText } from "@/app/place";
import { COMPONENTS } from "@/app/screens";
import styles from "@/app/Shell.module.css";
import { shownKeys, useCommand } from "@/app/shortcuts";
import { ConnectionNote } from "@/events/ConnectionNote";
import { useDoing } from "@/parts/errors";
import { ScreenLink } from "@/parts/ScreenLink";
import { CallBar } from "@/phone/CallBar";
import { SESSION, useRoles, useSession } from "@/session/context";
import { chooseTenant, signOut } from "@/session/session";

type Dialog = "palette" | "keys" | null;

export function Shell() {
  const { t } = useTranslation();
  const { tenant } = useSession();
  const mark = useContext(MarkContext);
  const roles = useRoles();
  const path = usePath();
  const isWall = new URLSearchParams(useQueryText()).has("wall");
  const [dialog, setDialog] = useState<Dialog>(null);
  const screens = useMemo(() => screensOf(roles, tenant !== null), [roles, tenant]);
  const current = screens.find((each) => each.path === path);
  useCommand("palette", "ctrl+k", t("shell.palette.title"), () => setDialog("palette"));
  useCommand("keys", "?", t("shell.keys.title"), () => setDialog("keys"));
  useEffect(() => {
    if (!current) goTo(homeOf(roles, tenant !== null), { replace: true });
  }, [current, roles, tenant]);
  const screen = current ? <CurrentScreen screen={current} /> : <p className="page quiet">{t("shell.noScreens")}</p>;

  // A screen on a wall has nobody who would use a menu.
  if (isWall) return <main className={styles.wall}>{screen}</main>;
  return (
    <div className={styles.whole}>
      <a className={styles.skip} href="#content">
        {t("shell.skip")}
      </a>
      <div className={styles.side}>
        <div className={styles.name}>
          {mark ?? (
            <>
              <img src="/mark.svg" alt="" width={22} height={22} /> Trunkline
            </>
          )}
        </div>
        <Navigation screens={screens} current={current} />
        <Button type="text" className={styles.help} onClick={() => setDialog("keys")}>
          <kbd>?</kbd> {t("shell.keys.title")}
        </Button>
      </div>
      <header className={styles.head}>
        <TenantSwitch />
        <Button className={styles.search} icon={<SearchOutlined aria-hidden />} onClick={() => setDialog("palette")}>
          {t("shell.palette.open")} <kbd>{shownKeys("ctrl+k")}</kbd>
        </Button>
        <CallBar />
        <ConnectionNote />
        <div className={styles.end}>
          <LookSwitch />
          <UserMenu />
        </div>
      </header>
      <main className={styles.content} id="content" tabIndex={-1}>
        {screen}
      </main>
      <CommandPalette open={dialog === "palette"} screens={screens} onClose={() => setDialog(null)} />
      <KeyHelp open={dialog === "keys"} onClose={() => setDialog(null)} />
    </div>
  );
}

function CurrentScreen({ screen }: { screen: Screen }) {
  const Component = COMPONENTS[screen.name];
  if (!Component) throw new Error(`no screen ${screen.name}`);
  return (
    <ErrorBoundary key={screen.path}>
      <Suspense fallback={null}>
        <Component />
      </Suspense>
    </ErrorBoundary>
  );
}

function Navigation({ screens, current }: { screens: readonly Screen[]; current: Screen | undefined }) {
  const { t } = useTranslation();
  return (
    <nav className={styles.menu} aria-label={t("shell.menu")}>
      {GROUPS.map((group) => {
        const inside = screens.filter((each) => each.group === group);
        if (inside.length === 0) return null;
        return (
          <section key={group} aria-label={t(`shell.groups.${group}`)}>
            <div className={styles.group} aria-hidden>
              {t(`shell.groups.${group}`)}
            </div>
            {inside.map(({ path, name }) => (
              <ScreenLink key={path} href={path} aria-current={path === current?.path ? "page" : undefined}>
                {t(`shell.screens.${name}`)}
              </ScreenLink>
            ))}
          </section>
        );
      })}
    </nav>
  );
}

function TenantSwitch() {
  const { t } = useTranslation();
  const { tenants, tenant } = useSession();
  const queries = useQueryClient();
  const doing = useDoing();
  if (tenants.length === 1) return <strong className={styles.tenant}>{tenants[0]?.name}</strong>;
  return (
    <Select
      className={styles.tenant}
      aria-label={t("shell.tenant")}
      placeholder={t("shell.tenant")}
      value={tenant}
      showSearch={{ optionFilterProp: "label" }}
      popupMatchSelectWidth={false}
      options={tenants.map(({ id, name }) => ({ value: id, label: name }))}
      onChange={(id: string) => void doing(async () => queries.setQueryData(SESSION, await chooseTenant(id)))}
    />
  );
}

function UserMenu() {
  const { t } = useTranslation();
  const { user } = useSession();
  const queries = useQueryClient();
  const doing = useDoing();
  const leave = (everywhere: boolean) =>
    void doing(async () => {
      await signOut(everywhere);
      queries.clear();
      await queries.resetQueries({ queryKey: SESSION });
      window.location.assign("/");
    });
  useCommand("sign-out", "", t("shell.signOut"), () => leave(false));
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      content={
        <div className={styles.choices}>
          <Button type="text" icon={<LogoutOutlined aria-hidden />} onClick={() => leave(false)}>
            {t("shell.signOut")}
          </Button>
          <Button type="text" icon={<LogoutOutlined aria-hidden />} onClick={() => leave(true)}>
            {t("shell.signOutEverywhere")}
          </Button>
        </div>
      }
    >
      <Button type="text" icon={<UserOutlined aria-hidden />}>
        {user.name}
      </Button>
    </Popover>
  );
}
