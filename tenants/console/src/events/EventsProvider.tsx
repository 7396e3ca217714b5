/** The tab's one connection to `/events`, and hooks to what it tells. */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from "react";
import { Connection, type Link } from "@/events/connection";
import { EventStore } from "@/events/store";
import type { World } from "@/events/protocol";
import { SESSION, useSession } from "@/session/context";

const EventsContext = createContext<EventStore | null>(null);

export function EventsProvider({ children }: { children: ReactNode }) {
  const { server_time_ms: serverMs } = useSession();
  const queries = useQueryClient();
  const [store] = useState(() => new EventStore());
  useEffect(() => store.setClock(serverMs), [store, serverMs]);
  useEffect(() => {
    const connection = new Connection("/events", {
      message: (message) => store.receive(message),
      link: (link) => store.setLink(link),
      over: () => void queries.invalidateQueries({ queryKey: SESSION }),
      after: store.after,
    });
    connection.start();
    return () => connection.stop();
  }, [store, queries]);
  return <EventsContext value={store}>{children}</EventsContext>;
}

export function useEvents(): EventStore {
  const store = useContext(EventsContext);
  if (!store) throw new Error("there are no events here");
  return store;
}

/** A part of what is known; drawn anew only when that part is another value. */
export function useWorld<T>(select: (world: World) => T): T {
  const store = useEvents();
  return useSyncExternalStore(store.subscribe, () => select(store.world()));
}

export function useLink(): Link {
  const store = useEvents();
  return useSyncExternalStore(store.subscribe, store.link);
}

/** The server's time now, brought up to date each second: clocks of browsers are wrong. */
export function useServerNow(): number {
  const store = useEvents();
  const [now, setNow] = useState(store.serverNow);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(store.serverNow()), 1000);
    return () => window.clearInterval(timer);
  }, [store]);
  return now;
}
