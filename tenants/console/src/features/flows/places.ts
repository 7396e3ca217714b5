/** Where somebody put a flow's nodes: kept in this browser, for the document says only what callers meet. */
import { useState } from "react";
import type { Place } from "@/features/flows/layout";

type Places = Readonly<Record<string, Place>>;

export function usePlaces(key: string): [Places, (places: Places) => void] {
  const kept = `trunkline.flow.${key}`;
  const [places, setPlaces] = useState<Places>(() => read(kept));
  return [
    places,
    (moved) => {
      localStorage.setItem(kept, JSON.stringify(moved));
      setPlaces(moved);
    },
  ];
}

function read(key: string): Places {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? "{}");
    return typeof found === "object" && found !== null ? (found as Places) : {};
  } catch {
    return {};
  }
}
