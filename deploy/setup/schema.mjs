/** `npm run schema`: writes the JSON schema of board.config.json after a change of the catalogue. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";

await prepare();
const { SCHEMA_FILE, schemaFileText } = await import("../../dist/deploy/config/schema-file.js");
writeFileSync(join(root, SCHEMA_FILE), schemaFileText());
process.stdout.write(`${SCHEMA_FILE}\n`);
