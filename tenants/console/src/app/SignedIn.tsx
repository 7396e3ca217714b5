/** What somebody who is signed in sees: the frame, and the screens of their roles. */
import { lazy, Suspense } from "react";
import { Shell } from "@/app/Shell";
import { EventsProvider } from "@/events/EventsProvider";
import { PhoneProvider } from "@/phone/PhoneProvider";
import { useRoles } from "@/session/context";

/** For clients alone: nobody else waits for it. */
const Branded = lazy(() => import("@/features/client/Branded"));

export default function SignedIn() {
  const isClient = useRoles().has("client");
  return (
    <EventsProvider>
      <PhoneProvider>
        {isClient ? (
          <Suspense fallback={null}>
            <Branded>
              <Shell />
            </Branded>
          </Suspense>
        ) : (
          <Shell />
        )}
      </PhoneProvider>
    </EventsProvider>
  );
}
