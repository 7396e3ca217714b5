/** The one softphone of a tab: it outlives the screens, so that who looks something up does not lose a call. */
import { createContext, useContext, useEffect, useMemo, useReducer, useRef, type ReactNode } from "react";
import { send } from "@/api/client";
import { Problem } from "@/api/problem";
import { useEvents } from "@/events/EventsProvider";
import { afterNews, NO_PHONE, type PhoneState } from "@/phone/model";
import { PhoneLock } from "@/phone/onetab";
import type { Account, SipPhone } from "@/phone/sipphone";
import { useServerWord } from "@/phone/useServerWord";
import { useRoles } from "@/session/context";

export interface Phone extends PhoneState {
  answer: () => void;
  hangUp: () => void;
  mute: (muted: boolean) => void;
  sendTones: (tones: string) => void;
  /** Give an order that rings this phone: the ring is then answered by itself.  Resolves to whether it was given. */
  expecting: (order: () => Promise<boolean>) => Promise<boolean>;
  /** Be the phone instead of the other tab. */
  takeHere: () => void;
}

const PhoneContext = createContext<Phone | null>(null);

/** How long the platform may take to ring the phone of who asked for a call. */
const EXPECTED_SECONDS = 30;

export function PhoneProvider({ children }: { children: ReactNode }) {
  const roles = useRoles();
  const events = useEvents();
  const mayPhone = roles.has("agent") || roles.has("supervisor");
  const [state, tell] = useReducer(afterNews, NO_PHONE);
  const phone = useRef<SipPhone | null>(null);
  const lock = useRef<PhoneLock | null>(null);

  useEffect(() => {
    if (!mayPhone) {
      tell({ kind: "account", extension: null });
      return undefined;
    }
    const stopped = new AbortController();
    void begin(stopped.signal).catch((error: unknown) => {
      if (stopped.signal.aborted) return;
      const hasNone = error instanceof Problem && error.status === 404;
      if (hasNone) tell({ kind: "account", extension: null });
      else tell({ kind: "unregistered", cause: String(error), refused: true });
    });
    return () => {
      stopped.abort();
      lock.current?.end();
      phone.current?.stop();
      phone.current = lock.current = null;
    };

    async function begin(signal: AbortSignal): Promise<void> {
      const account = (await send("GET", "/phone", { signal })) as Account;
      const { SipPhone: Sip } = await import("@/phone/sipphone");
      if (signal.aborted) return;
      tell({ kind: "account", extension: account.extension });
      lock.current = new PhoneLock(`trunkline-phone ${account.uri}`, {
        mine: () => {
          phone.current = new Sip(account, tell, events.serverNow);
          tell({ kind: "begins", atMs: events.serverNow() });
          phone.current.start();
        },
        elsewhere: () => {
          // Not with a goodbye: the tab that is the phone now takes the call up.
          phone.current?.leave();
          phone.current = null;
          tell({ kind: "elsewhere" });
        },
      });
      await lock.current.begin();
    }
  }, [mayPhone, events]);

  const doing = useMemo(
    () => ({
      answer: () => phone.current?.answer(),
      hangUp: () => phone.current?.hangUp(),
      mute: (muted: boolean) => phone.current?.mute(muted),
      sendTones: (tones: string) => phone.current?.sendTones(tones),
      expecting: async (order: () => Promise<boolean>) => {
        phone.current?.expect(EXPECTED_SECONDS);
        const given = await order();
        if (!given) phone.current?.expect(0);
        return given;
      },
      takeHere: () => lock.current?.take(),
    }),
    [],
  );
  useServerWord(state, doing.hangUp);
  const value = useMemo(() => ({ ...state, ...doing }), [state, doing]);
  return <PhoneContext value={value}>{children}</PhoneContext>;
}

export function usePhone(): Phone {
  const phone = useContext(PhoneContext);
  if (!phone) throw new Error("there is no phone here");
  return phone;
}
