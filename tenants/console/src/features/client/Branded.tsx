/** For a client's people the whole looks as their tenant wants it: colour, name and logo. */
import { useEffect, type ReactNode } from "react";
import { MarkContext } from "@/app/mark";
import { useShade } from "@/app/preferences";
import { lookOf } from "@/features/client/brand";
import { useRoles, useSession } from "@/session/context";
import type { Tenant } from "@/session/session";

/** The brand of the tenant that is shown, for its own people; null for everybody else. */
function useBrand(): { name: string; logo: string | null; colour: string | null } | null {
  const { tenants, tenant } = useSession();
  const roles = useRoles();
  const shown: Tenant | undefined = tenants.find(({ id }) => id === tenant);
  if (!shown || !roles.has("client") || roles.size > 1) return null;
  const { name, logo, accent, colour } = shown.brand ?? {};
  // Only a picture of our own origin.
  return { name: name ?? shown.name, logo: logo?.startsWith("/brands/") ? logo : null, colour: colour ?? accent ?? null };
}

export default function Branded({ children }: { children: ReactNode }) {
  const shade = useShade();
  const brand = useBrand();
  const colour = brand?.colour;
  const look = lookOf(colour, shade);
  const [accent, accentText] = [look?.accent, look?.accentText];
  useEffect(() => {
    if (accent === undefined || accentText === undefined) return;
    // On the body, so that it holds for drawers too, and over what the platform's look says of the root.
    const { style } = document.body;
    style.setProperty("--accent", accent);
    style.setProperty("--accent-text", accentText);
    return () => {
      style.removeProperty("--accent");
      style.removeProperty("--accent-text");
    };
  }, [accent, accentText]);
  const mark = brand && (
    <>
      {brand.logo && <img src={brand.logo} alt="" height={26} style={{ maxWidth: 90, objectFit: "contain" }} />} {brand.name}
    </>
  );
  return <MarkContext value={mark}>{children}</MarkContext>;
}
