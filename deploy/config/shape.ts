/**
 * Compares a value with its schema and reports every difference at once.
 *
 * It walks the schema itself because valibot's strict objects report only the first unknown key, and
 * because what is allowed at a place is said by the schema there, also where the key is missing.
 */
import * as v from "valibot";
import type { FieldMetadata } from "../../devices/field.ts";
import { nearest } from "../nearest.ts";
import { type Path, type Report, show } from "./problem.ts";

type Schema = v.GenericSchema;
type Json = Readonly<Record<string, unknown>>;
type Entries = Readonly<Record<string, Schema>>;

/** Reports every place under `at` where `value` is not what `schema` says. */
export function checkShape(schema: Schema, value: unknown, at: Path, report: Report): void {
  const whole = unwrapped(schema);
  const inner = formOf(whole, value);
  if (!("entries" in inner || inner.type === "record" || inner.type === "variant")) {
    if (v.is(inner, value)) return;
    const allowed = metadata(inner).errorMessage ?? allowedBy(whole);
    if (inner.type === "array" && Array.isArray(value) && checkItems(inner, value, allowed, at, report))
      return;
    report.problem(at, value, allowed, suggestionFor(inner, value));
  } else if (!isPlainObject(value)) {
    report.problem(at, value, "an object");
  } else if ("entries" in inner) {
    checkObject(inner, inner.entries as Entries, value, at, report);
  } else if (inner.type === "record") {
    checkRecord(inner, value, at, report);
  } else {
    checkVariant(inner, value, at, report);
  }
}

/** What a schema allows, in words. */
export function allowedBy(schema: Schema): string {
  const inner = unwrapped(schema);
  const { errorMessage } = metadata(inner);
  if (errorMessage !== undefined) return errorMessage;
  if ("options" in inner && inner.type === "picklist") return alternatives(inner.options as string[]);
  if ("literal" in inner) return show(inner.literal);
  if (inner.type === "boolean") return "true or false";
  return "entries" in inner || inner.type === "record" || inner.type === "variant"
    ? "an object"
    : inner.expects;
}

/** `"a", "b" or "c"`. */
export function alternatives(words: readonly string[]): string {
  const quoted = words.map((word) => JSON.stringify(word));
  return quoted.length < 2 ? quoted.join() : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

/** A value that JSON writes with braces. */
export function isPlainObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkObject(schema: Schema, entries: Entries, value: Json, at: Path, report: Report): void {
  const keys = Object.keys(entries);
  const missing = keys.filter((key) => !Object.hasOwn(value, key));
  const meant = new Set<string>();
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(entries, key)) {
      checkShape(entries[key]!, value[key], [...at, key], report);
      continue;
    }
    const suggestion = nearest(key, missing) ?? nearest(key, keys);
    if (suggestion !== undefined) meant.add(suggestion);
    const allowed = keys.length === 0 ? "no keys here" : keys.join(", ");
    report.add({ at: [...at, key], found: "unknown key", allowed, ...(suggestion && { suggestion }) });
  }
  for (const key of missing) {
    const entry = entries[key]!;
    const optional = entry.type === "exact_optional" || entry.type === "optional";
    if (!optional && !meant.has(key)) report.problem([...at, key], undefined, allowedBy(entry));
  }
  if (hasTogether(schema)) checkTogether(schema, value, at, report);
}

/**
 * Checks between the fields of one object (`partialCheck`, forwarded to one of the fields); they run where
 * those fields are right. A longer path belongs to an object further in, which reports it itself.
 */
function checkTogether(schema: Schema, value: Json, at: Path, report: Report): void {
  for (const issue of v.safeParse(schema, value).issues ?? []) {
    const [field, ...further] = issue.path ?? [];
    if (issue.type !== "partial_check" || field === undefined || further.length > 0) continue;
    const key = String(field.key);
    report.problem([...at, key], value[key], issue.message);
  }
}

function hasTogether(schema: Schema): boolean {
  const pipe = "pipe" in schema ? (schema.pipe as (Schema | v.GenericPipeItem)[]) : [];
  return pipe.some(
    (item) => item.type === "partial_check" || (item.kind === "schema" && hasTogether(item as Schema)),
  );
}

function checkRecord(schema: Schema, value: Json, at: Path, report: Report): void {
  const { key: keySchema, value: valueSchema } = schema as unknown as { key: Schema; value: Schema };
  for (const [key, inner] of Object.entries(value)) {
    checkShape(keySchema, key, [...at, key], report);
    checkShape(valueSchema, inner, [...at, key], report);
  }
}

/** Whether items are wrong. Each is told at its place; `words`: of the list, which mostly say what may stand in it. */
function checkItems(
  schema: Schema,
  value: readonly unknown[],
  words: string,
  at: Path,
  report: Report,
): boolean {
  const { item } = schema as unknown as { item: Schema };
  const allowed = metadata(schema).itemMessage ?? words;
  const wrong = [...value.entries()].filter(([, one]) => !v.is(item, one));
  for (const [index, one] of wrong)
    report.problem([...at, String(index)], one, allowed, suggestionFor(unwrapped(item), one));
  return wrong.length > 0;
}

function checkVariant(schema: Schema, value: Json, at: Path, report: Report): void {
  const { key, options } = schema as unknown as { key: string; options: (Schema & { entries: Entries })[] };
  const named = new Map(
    options.map((option) => [
      (option.entries[key] as unknown as v.LiteralSchema<string, undefined>).literal,
      option,
    ]),
  );
  if (!Object.hasOwn(value, key) && checkMisspelt(schema, key, value, at, report)) return;
  const found = Object.hasOwn(value, key) ? value[key] : undefined;
  const option = named.get(found as string);
  if (option !== undefined) {
    checkShape(option, value, at, report);
    return;
  }
  const names = [...named.keys()];
  const near = typeof found === "string" ? nearest(found, names) : undefined;
  report.problem([...at, key], found, alternatives(names), near);
}

/** Whether another key was meant to say which variant it is. What else is wrong is told as if it had. */
function checkMisspelt(schema: Schema, key: string, value: Json, at: Path, report: Report): boolean {
  const { options } = schema as unknown as { options: readonly { entries: Entries }[] };
  const written = Object.keys(value).find(
    (one) => nearest(one, [key]) !== undefined && !options.some(({ entries }) => Object.hasOwn(entries, one)),
  );
  if (written === undefined) return false;
  const { [written]: said, ...rest } = value;
  report.add({ at: [...at, written], found: "unknown key", allowed: key, suggestion: key });
  checkVariant(schema, { ...rest, [key]: said }, at, report);
  return true;
}

function suggestionFor(schema: Schema, found: unknown): string | undefined {
  if (typeof found === "object" && found !== null) return undefined;
  const suggestion = metadata(schema).suggest?.(found);
  if (suggestion !== undefined) return suggestion;
  if (schema.type === "boolean" && (found === "true" || found === "false")) return found;
  if (schema.type !== "picklist" || typeof found !== "string") return undefined;
  return nearest(found, (schema as unknown as { options: string[] }).options);
}

/** Of a list or an object the one that is meant: its own errors say more than that neither fits. */
function formOf(schema: Schema, value: unknown): Schema {
  if (schema.type !== "union") return schema;
  const options = (schema as unknown as { options: readonly Schema[] }).options;
  const meant = (is: (option: Schema) => boolean) => options.find(is) ?? schema;
  if (Array.isArray(value)) return meant(({ type }) => type === "array");
  return isPlainObject(value) ? meant((option) => option.type === "record" || "entries" in option) : schema;
}

function unwrapped(schema: Schema): Schema {
  return "wrapped" in schema ? unwrapped(schema.wrapped as Schema) : schema;
}

function metadata(schema: Schema): FieldMetadata {
  return v.getMetadata(schema as Parameters<typeof v.getMetadata>[0]) as FieldMetadata;
}
