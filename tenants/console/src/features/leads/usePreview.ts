/** The lead that an agent looks at: fetched, dialled, passed over; what the server refuses is said in words. */
import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { useEvents, useServerNow } from "@/events/EventsProvider";
import { secondsLeft, type CampaignView, type PreviewView } from "@/features/leads/model";
import { leadActs } from "@/features/leads/queries";
import { useErrorText } from "@/parts/errors";
import { timeOfDay } from "@/parts/time";
import { usePhone } from "@/phone/PhoneProvider";
import { useTenantId } from "@/session/context";

/** What of a lead is over with a refusal, so that the next is shown. */
const OVER: ReadonlySet<unknown> = new Set(["gone", "forbidden", "busy", "capped", "hours"]);

export function usePreview(campaign: CampaignView) {
  const phone = usePhone();
  const now = useServerNow();
  const { serverNow } = useEvents();
  const tell = useTelling();
  const acts = leadActs(useTenantId(), campaign.campaign_id);
  const [view, setView] = useState<PreviewView | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const lead = view?.lead ?? null;
  const left = lead ? secondsLeft(view?.until_ms ?? null, now) : null;

  async function doing(what: () => Promise<unknown>) {
    setBusy(true);
    setProblem(null);
    try {
      await what();
    } catch (error) {
      setProblem(tell(error));
      if (error instanceof Problem && (OVER.has(error.told.reason) || error.errorId === "lead-not-shown" || error.errorId === "disposition-owed"))
        await acts.next().then(setView, () => setView(null));
    } finally {
      setBusy(false);
    }
  }
  const next = () => void doing(async () => setView(await acts.next()));
  const dial = () => {
    if (lead) void doing(() => phone.expecting(async () => { await acts.dial(lead.lead_id); setView(null); return true; }));
  };
  const skip = (reason: string, againSeconds: number) => {
    if (lead) void doing(async () => { await acts.skip(lead.lead_id, reason, againSeconds); setView(await acts.next()); });
  };
  const onTimeOver = useEffectEvent(() => {
    if (view?.dials_by_itself === true) dial();
    else setView(null);
  });
  const untilMs = lead ? (view?.until_ms ?? null) : null;
  useEffect(() => {
    if (untilMs === null) return;
    const timer = setTimeout(() => onTimeOver(), Math.max(0, untilMs - serverNow()));
    return () => clearTimeout(timer);
  }, [untilMs, serverNow]);
  return { view, problem, left, isBusy, next, dial, skip };
}

/** Why a lead is not dialled, in the reader's language, with when it may be. */
function useTelling(): (error: unknown) => string {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  return (error) => {
    if (!(error instanceof Problem)) return errorText(error);
    const reason = typeof error.told.reason === "string" ? `leads.refused.${error.told.reason}` : `leads.problems.${error.errorId}`;
    if (!i18n.exists(reason)) return errorText(error);
    const nextMs = typeof error.told.next_ms === "number" ? error.told.next_ms : 0;
    return nextMs > 0 ? `${t(reason)} ${t("leads.mayBe", { at: timeOfDay(nextMs, i18n.language) })}` : t(reason);
  };
}
