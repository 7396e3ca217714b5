/** Fails when what the agent's desktop needs before it can be used is more script than a slow line brings in time. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";

const MOST_KB = 350;
const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, "utf8"));

/** The page's own script, the frame, the desk, its phone, and one language. */
const NEEDED = ["index.html", "src/app/SignedIn.tsx", "src/features/desk/Desk.tsx", "src/phone/sipphone.ts", "src/i18n/en/index.ts"];

const files = new Set();
function add(name) {
  const chunk = manifest[name];
  if (!chunk) throw new Error(`the build has no ${name}`);
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  (chunk.imports ?? []).forEach(add);
}
NEEDED.forEach(add);

const sizes = [...files].map((file) => [gzipSync(readFileSync(dist + file), { level: 6 }).length / 1000, file]);
const sum = sizes.reduce((total, [size]) => total + size, 0);
console.log(`agent desktop: ${sum.toFixed(0)} kB of script, compressed (${MOST_KB} at most)`);
if (sum > MOST_KB) {
  for (const [size, file] of sizes.sort((a, b) => b[0] - a[0])) console.log(`  ${size.toFixed(1).padStart(7)}  ${file}`);
  process.exitCode = 1;
}
