/** For a client's people the whole looks as their tenant wants it: colour, name and logo. */
import { ConfigProvider } from "antd";
import { useEffect, useState, type ReactNode } from "react";
import { useShade } from "@/app/preferences";
import type { Look } from "@/features/client/brand";
import { useRoles, useSession } from "@/session/context";
import type { Tenant } from "@/session/session";

/** The brand of the tenant that is shown, for its own people; null for everybody else. */
export function useBrand(): { name: string; logo: string | null; colour: string | null } | null {
  const { tenants, tenant } = useSession();
  const roles = useRoles();
  const shown: Tenant | undefined = tenants.find(({ id }) => id === tenant);
  if (!shown || !roles.has("client") || roles.size > 1) return null;
  const { name, logo, accent, colour } = shown.brand ?? {};
  // Only a picture of our own origin.
  return { name: name ?? shown.name, logo: logo?.startsWith("/brands/") ? logo : null, colour: colour ?? accent ?? null };
}

export function Branded({ children }: { children: ReactNode }) {
  const shade = useShade();
  const colour = useBrand()?.colour;
  const [look, setLook] = useState<Look | null>(null);
  const [accent, accentText] = [look?.accent, look?.accentText];
  useEffect(() => {
    if (!colour) return;
    let wanted = true;
    // What makes colours readable is fetched for those alone who have some.
    void import("@/features/client/brand").then(({ lookOf }) => {
      if (wanted) setLook(lookOf(colour, shade));
    });
    return () => {
      wanted = false;
    };
  }, [colour, shade]);
  useEffect(() => {
    if (accent === undefined || accentText === undefined) return;
    const { style } = document.documentElement;
    const [before, beforeText] = [style.getPropertyValue("--accent"), style.getPropertyValue("--accent-text")];
    style.setProperty("--accent", accent);
    style.setProperty("--accent-text", accentText);
    return () => {
      style.setProperty("--accent", before);
      style.setProperty("--accent-text", beforeText);
    };
  }, [accent, accentText, shade]);
  if (!look) return children;
  return <ConfigProvider theme={{ token: { colorPrimary: look.accent, colorInfo: look.accent, colorLink: look.accentText } }}>{children}</ConfigProvider>;
}

/** What stands above the menu. */
export function BrandMark() {
  const brand = useBrand();
  if (!brand) {
    return (
      <>
        <img src="/mark.svg" alt="" width={22} height={22} /> Trunkline
      </>
    );
  }
  return (
    <>
      {brand.logo && <img src={brand.logo} alt="" height={26} style={{ maxWidth: 90, objectFit: "contain" }} />} {brand.name}
    </>
  );
}
