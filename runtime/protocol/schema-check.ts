/**
 * Schemas compiled to closures: what is worked out once is not worked out per message. A check that passes
 * allocates nothing.
 */
import { Pid } from "../process/pid.ts";
import {
  type Fields,
  isOptional,
  type Kind,
  type NumberSchema,
  printSchema,
  type Schema,
  type SizedSchema,
} from "./schema.ts";

/** What does not fit: its place as one would write it in code, what was found, what is allowed. */
export interface Misfit {
  /** `.readings[2].value`; empty for the value itself. */
  readonly path: string;
  readonly found: string;
  readonly allowed: string;
}

/** `undefined` when the value fits. */
export type Check = (value: unknown) => Misfit | undefined;

/** The check of one schema. The schema MUST be one that `schemaProblems` has nothing against. */
export function compileSchema(schema: Schema): Check {
  const allowed = printSchema(schema);
  const test: Test = (fits) => {
    return (value) => (fits(value) ? undefined : misfit(value, allowed));
  };
  if (typeof schema === "string") return test(KIND_TESTS[schema]);
  if ("literal" in schema) return test((value) => value === schema.literal);
  if ("enum" in schema) {
    const values: ReadonlySet<unknown> = new Set(schema.enum);
    return test((value) => values.has(value));
  }
  if ("array" in schema) return compileArray(schema.array, schema.max ?? Infinity, allowed);
  if ("record" in schema) return compileRecord(schema.record, allowed);
  if ("fields" in schema) return compileFields(schema.fields, [], allowed);
  if ("union" in schema) {
    const checks = schema.union.map(compileSchema);
    return test((value) => checks.some((check) => check(value) === undefined));
  }
  return isSized(schema) ? compileSized(schema, test) : compileNumber(schema, test);
}

/** The check of an object with exactly these fields; `beside` names others, which it has and which are not looked at. */
export function compileFields(fields: Fields, beside: readonly string[], allowed: string): Check {
  const names = Object.keys(fields);
  const optional = names.map((name) => isOptional(fields[name]!));
  const checks = Object.values(fields).map((field) =>
    compileSchema(isOptional(field) ? field.optional : field),
  );
  const known: ReadonlySet<string> = new Set([...names, ...beside]);
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return misfit(value, allowed);
    const record = value as Readonly<Record<string, unknown>>;
    let more = -beside.length;
    for (let i = 0; i < names.length; i++) {
      const field = record[names[i]!];
      if (field === undefined && optional[i]!) continue;
      const wrong = checks[i]!(field);
      if (wrong !== undefined) return under(`.${names[i]!}`, wrong);
      more--;
    }
    // Counting is cheaper than asking about each; only who has more than was looked at is asked.
    for (const _ in record) more++;
    if (more <= 0) return undefined;
    for (const name in record) if (!known.has(name)) return unknownField(name, names);
    return undefined;
  };
}

type Test = (fits: (value: unknown) => boolean) => Check;

function isSized(schema: NumberSchema | SizedSchema): schema is SizedSchema {
  return schema.type === "text" || schema.type === "bytes";
}

function compileSized({ type, max }: SizedSchema, test: Test): Check {
  return type === "text"
    ? test((value) => typeof value === "string" && value.length <= max)
    : test((value) => value instanceof Uint8Array && value.length <= max);
}

function compileNumber({ type, min = -Infinity, max = Infinity }: NumberSchema, test: Test): Check {
  return type === "int"
    ? test((value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max)
    : test((value) => Number.isFinite(value) && (value as number) >= min && (value as number) <= max);
}

function compileArray(item: Schema, max: number, allowed: string): Check {
  const check = compileSchema(item);
  return (value) => {
    if (!Array.isArray(value) || value.length > max) return misfit(value, allowed);
    for (let i = 0; i < value.length; i++) {
      const wrong = check(value[i]);
      if (wrong !== undefined) return under(`[${i}]`, wrong);
    }
    return undefined;
  };
}

function compileRecord(item: Schema, allowed: string): Check {
  const check = compileSchema(item);
  return (value) => {
    if (!isPlain(value)) return misfit(value, allowed);
    for (const key in value) {
      const wrong = check(value[key]);
      if (wrong !== undefined) return under(`[${JSON.stringify(key)}]`, wrong);
    }
    return undefined;
  };
}

const KIND_TESTS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  int: Number.isInteger,
  number: Number.isFinite,
  text: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  bytes: (value) => value instanceof Uint8Array,
  pid: (value) => value instanceof Pid,
  any: () => true,
};

/** An object that stands for its properties: one of a class (Pid, Date, Map) does not. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function misfit(value: unknown, allowed: string): Misfit {
  return { path: "", found: printValue(value), allowed };
}

function under(place: string, { path, found, allowed }: Misfit): Misfit {
  return { path: place + path, found, allowed };
}

function unknownField(name: string, names: readonly string[]): Misfit {
  const allowed = names.length === 0 ? "no fields" : `the fields ${names.join(", ")}`;
  return { path: "", found: `a field ${JSON.stringify(name)}`, allowed };
}

/** A value in a few words. */
function printValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") {
    return value.length > 40
      ? `${JSON.stringify(value.slice(0, 40))}... (${value.length})`
      : JSON.stringify(value);
  }
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof Pid) return `pid ${value}`;
  if (typeof value === "object" && value !== null)
    return isPlain(value) ? "an object" : "an object of a class";
  return typeof value === "bigint" ? `${value}n` : String(value);
}
