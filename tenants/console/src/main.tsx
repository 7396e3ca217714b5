/** Where the browser begins. */
import { createRoot } from "react-dom/client";
import { App } from "@/app/App";
import "@/app/base.css";
import { signStyles } from "@/app/nonce";
import { startTexts } from "@/i18n";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no root");
signStyles();
await startTexts();
createRoot(root).render(<App />);
