/** The board on a wall: without the frame, and on the whole screen where the browser lets it. */
import { useEffect } from "react";
import { setQuery, useQueryText } from "@/app/place";

export function useWall(): { isWall: boolean; turn: () => void } {
  const isWall = new URLSearchParams(useQueryText()).has("wall");
  useEffect(() => {
    // Escape leaves the whole screen, and means the wall too.
    const changed = () => {
      if (!document.fullscreenElement) setQuery({ wall: null });
    };
    document.addEventListener("fullscreenchange", changed);
    return () => document.removeEventListener("fullscreenchange", changed);
  }, []);
  function turn() {
    setQuery({ wall: isWall ? null : "1" });
    const asked = isWall ? document.fullscreenElement && document.exitFullscreen() : document.documentElement.requestFullscreen();
    // A browser that refuses still shows the wall in its window.
    asked?.catch(() => undefined);
  }
  return { isWall, turn };
}
