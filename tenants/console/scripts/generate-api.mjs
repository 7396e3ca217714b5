/**
 * Writes src/api/schema.d.ts (types of the whole API) and src/api/forms.json (the bodies that forms are made of) from
 * the control plane's OpenAPI document, and src/api/flow.json (what nodes of flows are made of).  `--check` writes nothing, and fails when what is there is not current.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Bodies that the console makes a form of. */
const FORMS = [
  "AgentPatch", "CalendarPatch", "CampaignPatch", "NewCalendar", "NewCampaign", "NewList", "NewNumber", "NewPrompt", "NewQueue", "NewSite", "NewStation", "NewTenant",
  "NewTenantUser", "NewTrunk", "NewUser", "NewVip", "NumberPatch", "NumberRoute", "PromptPatch", "QueuePatch", "SitePatch",
  "StationPatch", "TenantPatch", "TenantUserPatch", "TrunkPatch", "UserPatch", "VipPatch",
];

function documentOf() {
  const python = at("../../../.venv/bin/python");
  const document = JSON.parse(execFileSync(python, [at("api_document.py")], { maxBuffer: 1 << 26, encoding: "utf8" }));
  // All refusals have the shape `Problem`: told once, not at each of some hundred operations.
  for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path))) {
    operation.responses = Object.fromEntries(Object.entries(operation.responses).filter(([status]) => status < "400"));
    delete operation.description;
  }
  return document;
}

/** Without titles, which only repeat the names. */
function untitled(part) {
  if (Array.isArray(part)) return part.map(untitled);
  if (part === null || typeof part !== "object") return part;
  const kept = Object.entries(part).filter(([key, value]) => !(key === "title" && typeof value === "string"));
  return Object.fromEntries(kept.map(([key, value]) => [key, untitled(value)]));
}

/** The schema with what it refers to put in its place: a form does not look things up. */
function resolved(schema, schemas) {
  if (Array.isArray(schema)) return schema.map((each) => resolved(each, schemas));
  if (schema === null || typeof schema !== "object") return schema;
  if (schema.$ref) {
    const { $ref, ...rest } = schema;
    return { ...resolved(schemas[$ref.split("/").at(-1)], schemas), ...rest };
  }
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, resolved(value, schemas)]));
}

const document = untitled(documentOf());
const schemas = document.components.schemas;
/** The settings of each kind of a flow's nodes. */
const flow = JSON.parse(readFileSync(at("../../../docs/flow.schema.json"), "utf8"));
const nodes = Object.fromEntries(
  Object.entries(resolved(flow.$defs, flow.$defs))
    .filter(([name]) => name.endsWith("Node"))
    .map(([, node]) => [node.properties.kind.const, node]),
);
const written = {
  "../src/api/schema.d.ts":
    "// Made by `npm run api` from the control plane's OpenAPI document.\n" + astToString(await openapiTS(document, { defaultNonNullable: false })),
  "../src/api/forms.json":
    JSON.stringify(Object.fromEntries(FORMS.sort().map((name) => [name, resolved(schemas[name], schemas)])), null, 1) + "\n",
  "../src/api/flow.json": JSON.stringify(nodes, null, 1) + "\n",
};

for (const [path, text] of Object.entries(written)) {
  if (!process.argv.includes("--check")) writeFileSync(at(path), text);
  else if (readFileSync(at(path), "utf8") !== text) {
    console.error(`${path.slice(3)} is not what the API's document says; run: npm run api`);
    process.exitCode = 1;
  }
}
