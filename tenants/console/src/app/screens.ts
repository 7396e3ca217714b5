/** Where the code of each screen is; fetched when the screen is first shown. */
import { lazy, type ComponentType } from "react";

export const COMPONENTS: Readonly<Record<string, ComponentType>> = {
  desk: lazy(() => import("@/features/desk/Desk")),
  wallboard: lazy(() => import("@/features/board/Board")),
  today: lazy(() => import("@/features/client/Today")),
  calls: lazy(() => import("@/features/calls/Calls")),
  recordings: lazy(() => import("@/features/recordings/Recordings")),
  reports: lazy(() => import("@/features/reports/Reports")),
  entrances: lazy(() => import("@/features/client/Entrances")),
};
