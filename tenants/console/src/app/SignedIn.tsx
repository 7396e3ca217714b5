/** What somebody who is signed in sees: the frame, and the screens of their roles. */
import { Shell } from "@/app/Shell";
import { EventsProvider } from "@/events/EventsProvider";
import { Branded } from "@/features/client/Branded";
import { PhoneProvider } from "@/phone/PhoneProvider";

export default function SignedIn() {
  return (
    <EventsProvider>
      <PhoneProvider>
        <Branded>
          <Shell />
        </Branded>
      </PhoneProvider>
    </EventsProvider>
  );
}
