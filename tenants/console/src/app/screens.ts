/** Where the code of each screen is; fetched when the screen is first shown. */
import { lazy, type ComponentType } from "react";

export const COMPONENTS: Readonly<Record<string, ComponentType>> = {
  desk: lazy(() => import("@/features/desk/Desk")),
  wallboard: lazy(() => import("@/features/board/Board")),
  calls: lazy(() => import("@/features/calls/Calls")),
  recordings: lazy(() => import("@/features/recordings/Recordings")),
  reports: lazy(() => import("@/features/reports/Reports")),
  users: lazy(() => import("@/features/admin/Users")),
  stations: lazy(() => import("@/features/admin/Stations")),
  numbers: lazy(() => import("@/features/admin/Numbers")),
  queues: lazy(() => import("@/features/admin/Queues")),
  flows: lazy(() => import("@/features/flows/Flows")),
  calendars: lazy(() => import("@/features/admin/Calendars")),
  prompts: lazy(() => import("@/features/admin/Prompts")),
  vips: lazy(() => import("@/features/admin/Vips")),
  settings: lazy(() => import("@/features/admin/Settings")),
  audit: lazy(() => import("@/features/admin/Audit")),
  platform: lazy(() => import("@/features/platform/Platform")),
  sites: lazy(() => import("@/features/platform/Sites")),
  trunks: lazy(() => import("@/features/platform/Trunks")),
  tenants: lazy(() => import("@/features/platform/Tenants")),
  "all-numbers": lazy(() => import("@/features/platform/AllNumbers")),
  "all-users": lazy(() => import("@/features/platform/AllUsers")),
  bans: lazy(() => import("@/features/platform/Bans")),
  account: lazy(() => import("@/features/account/Account")),
};
