/** What somebody who is signed in sees: the frame, and the screens of their roles. */
import { Shell } from "@/app/Shell";
import { EventsProvider } from "@/events/EventsProvider";
import { PhoneProvider } from "@/phone/PhoneProvider";

export default function SignedIn() {
  return (
    <EventsProvider>
      <PhoneProvider>
        <Shell />
      </PhoneProvider>
    </EventsProvider>
  );
}
