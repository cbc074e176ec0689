/** Schemas that say nothing sensible, in sentences. Also for what is no schema at all: a declaration is data. */
import { isOptional, type Schema } from "./schema.ts";

const KINDS: ReadonlySet<unknown> = new Set([
  "int",
  "number",
  "text",
  "boolean",
  "null",
  "bytes",
  "pid",
  "any",
]);

/** Empty when every value can be judged by it. `path` is where the schema lies. */
export function schemaProblems(schema: Schema, path = ""): string[] {
  if (KINDS.has(schema)) return [];
  const at = path === "" ? "" : `${path}: `;
  if (typeof schema !== "object" || schema === null) return [`${at}${String(schema)} is no schema`];
  if ("literal" in schema) return [];
  if ("enum" in schema) return schema.enum.length > 0 ? [] : [`${at}a choice of nothing`];
  if ("array" in schema) return schemaProblems(schema.array, `${path}[]`);
  if ("record" in schema) return schemaProblems(schema.record, `${path}[]`);
  if ("union" in schema) {
    if (schema.union.length === 0) return [`${at}a choice of nothing`];
    return schema.union.flatMap((part) => schemaProblems(part, path));
  }
  if ("fields" in schema) {
    return Object.entries(schema.fields).flatMap(([name, field]) => {
      const at = `${path}.${name}`;
      if (name in Object.prototype) return [`${at}: every object has a field of that name`];
      return schemaProblems(isOptional(field) ? field.optional : field, at);
    });
  }
  if ("optional" in schema) return [`${at}only a field can be optional`];
  if (!("type" in schema)) return [`${at}${JSON.stringify(schema)} is no schema`];
  const { type } = schema;
  if (type === "int" || type === "number") {
    const { min = -Infinity, max = Infinity } = schema;
    return min <= max ? [] : [`${at}no ${type} is both >= ${min} and <= ${max}`];
  }
  if (type === "text" || type === "bytes")
    return schema.max >= 0 ? [] : [`${at}${type} of at most ${schema.max}`];
  return [`${at}${String(type)} is no kind`];
}
