/** What stands above the menu where a tenant wants its own name there. */
import { createContext, type ReactNode } from "react";

export const MarkContext = createContext<ReactNode>(null);
