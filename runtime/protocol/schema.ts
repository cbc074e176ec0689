/**
 * Schemas of message fields, as plain data: they can be printed, sent, and compared, and TypeScript reads the
 * type of a message from them.
 *
 *   { ref: "int", level: { type: "number", min: 0, max: 1 }, why: { optional: "text" } }
 */
import type { Pid } from "../process/pid.ts";

/** Kinds without parameters. `number` is finite; `any` is whatever can be sent. */
export type Kind = "int" | "number" | "text" | "boolean" | "null" | "bytes" | "pid" | "any";

export type Schema =
  | Kind
  | NumberSchema
  | SizedSchema
  | { readonly literal: string | number | boolean | null }
  | { readonly enum: readonly (string | number)[] }
  | { readonly array: Schema; readonly max?: number }
  /** Any keys, values of one schema. */
  | { readonly record: Schema }
  | { readonly fields: Fields }
  | { readonly union: readonly Schema[] };

/** Bounds of a number, both allowed. */
export interface NumberSchema {
  readonly type: "int" | "number";
  readonly min?: number;
  readonly max?: number;
}

/** Longest text (UTF-16 units) or bytes. */
export interface SizedSchema {
  readonly type: "text" | "bytes";
  readonly max: number;
}

/** Fields of a message or of an object in it. A field that is not listed is an error. */
export interface Fields {
  readonly [field: string]: Schema | Optional;
}

/** The field may be absent. */
export interface Optional {
  readonly optional: Schema;
}

interface KindTypes {
  int: number;
  number: number;
  text: string;
  boolean: boolean;
  null: null;
  bytes: Uint8Array;
  pid: Pid;
  any: unknown;
}

/** The type of the values that a schema lets through. */
export type Infer<S> = S extends keyof KindTypes
  ? KindTypes[S]
  : S extends { readonly type: infer K extends keyof KindTypes }
    ? KindTypes[K]
    : S extends { readonly literal: infer L }
      ? L
      : S extends { readonly enum: readonly (infer E)[] }
        ? E
        : S extends { readonly array: infer I }
          ? readonly Infer<I>[]
          : S extends { readonly record: infer V }
            ? Readonly<Record<string, Infer<V>>>
            : S extends { readonly fields: infer F }
              ? InferFields<F>
              : S extends { readonly union: readonly (infer U)[] }
                ? Infer<U>
                : never;

/** The type of an object with these fields. */
export type InferFields<F> = Flat<
  { readonly [K in keyof F as F[K] extends Optional ? never : K]: Infer<F[K]> } & {
    readonly [K in keyof F as F[K] extends Optional ? K : never]?: F[K] extends { readonly optional: infer O }
      ? Infer<O>
      : never;
  }
>;

/** One object type instead of an intersection, so that compiler errors read well. */
export type Flat<T> = { [K in keyof T]: T[K] } & {};

/** A schema in words: `int 0..100`, `"a" | "b"`, `{ ref: int, why?: text }`. */
export function printSchema(schema: Schema): string {
  if (typeof schema === "string") return schema;
  if ("literal" in schema) return JSON.stringify(schema.literal);
  if ("enum" in schema) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if ("array" in schema) {
    return `list of ${printSchema(schema.array)}${schema.max === undefined ? "" : `, at most ${schema.max}`}`;
  }
  if ("record" in schema) return `record of ${printSchema(schema.record)}`;
  if ("fields" in schema) return printFields(schema.fields);
  if ("union" in schema) return schema.union.map(printSchema).join(" | ");
  if (schema.type === "text" || schema.type === "bytes") return `${schema.type}, at most ${schema.max}`;
  return `${schema.type}${printBounds(schema)}`;
}

export function printFields(fields: Fields): string {
  const parts = Object.entries(fields).map(([name, schema]) =>
    isOptional(schema) ? `${name}?: ${printSchema(schema.optional)}` : `${name}: ${printSchema(schema)}`,
  );
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}

export function isOptional(schema: Schema | Optional): schema is Optional {
  return typeof schema === "object" && "optional" in schema;
}

function printBounds({ min, max }: { readonly min?: number; readonly max?: number }): string {
  if (min !== undefined && max !== undefined) return ` ${min}..${max}`;
  if (min !== undefined) return ` >= ${min}`;
  return max === undefined ? "" : ` <= ${max}`;
}
