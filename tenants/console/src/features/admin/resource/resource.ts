/** A plain thing of the API's: where it lies, what it is called by, what a list shows and what a form asks. */
import type { ComponentType, ReactNode } from "react";
import type { Schema, Thing } from "@/features/admin/form/schema";
import type { Role } from "@/session/session";

export interface Column {
  field: string;
  /** Else the value as text. */
  show?: (value: unknown, row: Thing) => ReactNode;
  /** Only for those who want to see the details. */
  wide?: boolean;
}

export interface ExtraProps {
  row: Thing;
  readOnly: boolean;
  /** What is shown of it has changed. */
  onChanged: () => void;
}

export interface Resource {
  /** Under `admin.resources`. */
  name: string;
  /** Paths of the API: all of them, and one with its id as `{id}`. */
  all: string;
  one: string;
  id: string;
  columns: readonly Column[];
  /** What a new one is made of; absent: nobody makes one here. */
  create?: Schema;
  /** What is sent for a new one, where it is not what the form asks. */
  toBody?: (value: Thing) => Thing;
  /** Where one opens, where it is not in the drawer. */
  href?: (id: string) => string;
  /** Where a new one is made, where it is not in the drawer. */
  newHref?: string;
  /** What of this one may be changed; null: nothing. */
  change?: (row: Thing) => Schema | null;
  /** Fields that come back in part only, such as credentials: who changes them writes them anew. */
  neverRead?: readonly string[];
  /** How a change is sent: `PATCH` with what changed, or `PUT` of all fields to a place below the thing. */
  put?: string;
  /** Whether one changes by itself, so that the list is looked at again. */
  moves?: (row: Thing) => boolean;
  /** `restores`: archived, and taken back; `for-good`: gone; absent: it stays. */
  removal?: "restores" | "for-good";
  writers?: readonly Role[];
  /** Of a new one: the field that a taken name stands in, where it is not the id; and what fields are called. */
  nameField?: string;
  labels?: Readonly<Record<string, string>>;
  /** Fields of the answer to a new one that are shown this once. */
  secrets?: readonly string[];
  /** More about one, and more to do with it. */
  Extra?: ComponentType<ExtraProps>;
}

export const WRITERS: readonly Role[] = ["manager", "hq"];
