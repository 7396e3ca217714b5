/** How the console is built, tried while it is written, and tested. */
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `npm run dev` passes on to a running portal, so that a page under work talks to the real system.
const portal = process.env.TRUNKLINE_PORTAL ?? "http://127.77.22.1:8090";
const passedOn = ["/api", "/session", "/sessions", "/phone", "/events", "/recordings", "/prompt-audio", "/brands", "/why"];

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // The portal writes a nonce of its own into each page in place of this: styles made at run time need it.
  html: { cspNonce: "__CSP_NONCE__" },
  build: {
    manifest: true,
    target: "es2023",
    sourcemap: false,
    // A data: address would need a hole in the content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    // What the desk needs of Ant Design at first is one file: in many small ones it compresses worse, and each new screen
    // would cut it into more of them.
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: "base", test: /node_modules\/(antd\/es\/(app|button|input|select|space|tag|spin|alert|tooltip|popover|segmented|modal|message|notification|style|theme|config-provider|_util)\/|@rc-component\/(select|input|trigger|portal|dialog|notification|tooltip|segmented|textarea|util|motion|resize-observer|virtual-list|overflow)\/|@ant-design\/(cssinjs|cssinjs-utils|colors|fast-color)\/|react-dom\/|react\/|scheduler\/)/ }] },
      },
    },
  },
  server: { proxy: Object.fromEntries(passedOn.map((path) => [path, { target: portal, ws: true }])) },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"], restoreMocks: true },
});
