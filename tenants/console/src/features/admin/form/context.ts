/** What all fields of a form know. */
import { createContext, use, type ComponentType } from "react";
import { NO_PROBLEMS, type Problems } from "@/features/admin/form/problems";
import type { Kind, Shape } from "@/features/admin/form/schema";

export interface ControlProps {
  id: string;
  name: string;
  place: string;
  shape: Shape;
  value: unknown;
  describedBy: string;
  isWrong: boolean;
  needed?: boolean;
  /** Where no label stands beside it. */
  label?: string;
  onChange: (value: unknown) => void;
}

/** What has fields of its own, and how it is drawn: given with the form, for such fields draw fields again. */
export type Inner = Readonly<Partial<Record<Kind, ComponentType<ControlProps>>>>;

export interface FormState {
  problems: Problems;
  /** The field that names the thing itself: written, not chosen. */
  ownKey: string;
  /** Fields that are called otherwise here, by place or by name, and the name whose words they take. */
  labels?: Readonly<Record<string, string>>;
  readOnly: boolean;
  inner: Inner;
  /** What fields choose from that no list of the API has, such as a flow's own nodes. */
  choices?: Readonly<Record<string, readonly string[]>>;
}

export const FormContext = createContext<FormState>({ problems: NO_PROBLEMS, ownKey: "", readOnly: false, inner: {} });

export const useFormState = (): FormState => use(FormContext);
