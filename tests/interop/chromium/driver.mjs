// Drives Chromium for chromium.py: one JSON object a line comes in, one goes out for each, and one for each thing told.
//
//   {"id", "do": "open", "url", "beside"}         -> {"id", "result": page}; in a profile of its own, or that of a page
//   {"id", "do": "chain", "page", "steps"}        -> {"id", "result"}; steps are Playwright's methods, the first is the page's
//   {"id", "do": "run", "page", "source", "given"} -> {"id", "result"}; an expression, or a function that is called
//   {"id", "do": "close", "page"}                 -> {"id"}
//   what went wrong                               -> {"id", "error"}
//   what a page says                              -> {"page", "said"}
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const [executablePath, initScript, ...args] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args, chromiumSandbox: false });
const pages = [];

function tell(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function newProfile() {
  const context = await browser.newContext({ permissions: ["microphone"] });
  await context.addInitScript({ path: initScript });
  return context;
}

async function open({ url, beside }) {
  const context = beside === null ? await newProfile() : pages[beside].context();
  const page = await context.newPage();
  const number = pages.push(page) - 1;
  page.on("console", (message) => tell({ page: number, said: `${message.type()}: ${message.text()}` }));
  page.on("pageerror", (error) => tell({ page: number, said: `uncaught: ${error.stack}` }));
  page.on("requestfailed", (request) => {
    tell({ page: number, said: `not loaded: ${request.url()} ${request.failure()?.errorText}` });
  });
  await page.goto(url);
  return number;
}

async function chain({ page, steps }) {
  let found = pages[page];
  for (const [method, ...given] of steps) found = await found[method](...given);
  return found;
}

// As text, which no Content-Security-Policy of the page forbids.
function run({ page, source, given }) {
  const text = `((it, given) => (typeof it === "function" ? it(given) : it))((${source}), ${JSON.stringify(given)})`;
  return pages[page].evaluate(text);
}

// What is no plain data (a response, a locator) stays here.
function plain(value) {
  const isData = typeof value !== "object" || Array.isArray(value) || value?.constructor?.name === "Object";
  return isData ? (value ?? null) : null;
}

const hands = { open, chain, run, close: async ({ page }) => pages[page].close({ runBeforeUnload: true }) };

async function obey(line) {
  const { id, do: name, ...given } = JSON.parse(line);
  try {
    tell({ id, result: plain(await hands[name](given)) });
  } catch (error) {
    tell({ id, error: String(error?.stack ?? error) });
  }
}

tell({ version: browser.version() });
for await (const line of createInterface({ input: process.stdin })) void obey(line);
await browser.close();
