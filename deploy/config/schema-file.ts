/**
 * The JSON schema of board.config.json for editors: completion, descriptions, and most of the mistakes while
 * typing. The checks between parts are only in `parseConfig`. Not loaded when a board runs.
 */
import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import { boardSchema } from "./board-schema.ts";
import { sharedFields } from "./device-schema.ts";

/** Where the file lies, from the root. */
export const SCHEMA_FILE = "deploy/config/board.config.schema.json";

export function boardJsonSchema(): JsonSchema {
  return toJsonSchema(boardSchema, {
    typeMode: "input",
    definitions: sharedFields,
    ignoreActions: ["check", "partial_check"],
  });
}

/** The text of the file. */
export function schemaFileText(): string {
  return `${JSON.stringify(boardJsonSchema(), undefined, 2)}\n`;
}
