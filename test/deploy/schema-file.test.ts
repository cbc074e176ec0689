import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { SCHEMA_FILE, schemaFileText } from "../../deploy/config/schema-file.ts";
import { DRIVER_NAMES } from "../../devices/catalogue.ts";
import { spec } from "../harness/spec.ts";
import { demoText } from "./demo-board.ts";

const committed = readFileSync(fileURLToPath(new URL(`../../../${SCHEMA_FILE}`, import.meta.url)), "utf8");

spec("the committed JSON schema is what `npm run schema` would write", () => {
  assert.ok(committed === schemaFileText(), "run `npm run schema` and commit the file");
});

spec("the demo names the schema for editors", () => {
  assert.is(JSON.parse(demoText).$schema, `./${SCHEMA_FILE}`);
});

spec("editors are told every driver, with a title", () => {
  const variants: { title: string; properties: { driver: { const: string } } }[] =
    JSON.parse(committed).properties.devices.additionalProperties.oneOf;
  assert.equal(
    variants.map(({ properties }) => properties.driver.const),
    DRIVER_NAMES,
  );
  assert.ok(variants.every(({ title }) => title.length > 0));
});
