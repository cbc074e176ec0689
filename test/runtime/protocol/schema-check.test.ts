import * as assert from "uvu/assert";
import type { Fields, Infer, Schema } from "../../../runtime/protocol/schema.ts";
import { printSchema } from "../../../runtime/protocol/schema.ts";
import { compileSchema } from "../../../runtime/protocol/schema-check.ts";
import { schemaProblems } from "../../../runtime/protocol/schema-problems.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "../process/hand-cell.ts";

function* idle(): Generator<never, void, void> {}

const pid = handCell().cell.spawn(idle, []);

/** Schema, its print, what fits, what does not. */
const CASES: readonly [Schema, string, readonly unknown[], readonly unknown[]][] = [
  ["int", "int", [0, -7, 2 ** 53], [0.5, NaN, Infinity, "1", 1n, null, undefined]],
  ["number", "number", [0, -0.5, 1e300], [NaN, Infinity, -Infinity, "1", undefined]],
  ["text", "text", ["", "a"], [1, null, undefined, ["a"]]],
  ["boolean", "boolean", [true, false], [0, "true", undefined]],
  ["null", "null", [null], [undefined, 0, {}]],
  ["bytes", "bytes", [new Uint8Array(3), Buffer.alloc(1)], [[1, 2], new ArrayBuffer(2), "ab"]],
  ["pid", "pid", [pid], [String(pid), {}, { ...pid }, null]],
  ["any", "any", [undefined, null, 1, {}, pid], []],
  [{ type: "int", min: 0, max: 3 }, "int 0..3", [0, 3], [-1, 4, 1.5]],
  [{ type: "number", min: 0 }, "number >= 0", [0, 1e9], [-0.001, NaN]],
  [{ type: "number", max: 1 }, "number <= 1", [1, -5], [1.001]],
  [{ type: "text", max: 2 }, "text, at most 2", ["", "ab"], ["abc", 1]],
  [{ type: "bytes", max: 1 }, "bytes, at most 1", [new Uint8Array(1)], [new Uint8Array(2), "a"]],
  [{ literal: "on" }, '"on"', ["on"], ["off", true]],
  [{ enum: ["a", 1] }, '"a" | 1', ["a", 1], ["1", "b", undefined]],
  [
    { array: "int", max: 2 },
    "list of int, at most 2",
    [[], [1, 2]],
    [[1, 2, 3], ["a"], { 0: 1 }, [1, undefined]],
  ],
  [{ record: "boolean" }, "record of boolean", [{}, { a: true }], [{ a: 1 }, [], null, new Map()]],
  [
    { fields: { a: "int", b: { optional: "text" } } },
    "{ a: int, b?: text }",
    [{ a: 1 }, { a: 1, b: "x" }, { a: 1, b: undefined }],
    [{}, { a: 1, b: 2 }, { a: 1, c: 0 }, null, [], 7],
  ],
  [{ union: ["int", "null"] }, "int | null", [1, null], ["x", 1.5]],
];

for (const [schema, print, right, wrong] of CASES) {
  spec(`${print} lets through what it says and nothing else`, () => {
    const check = compileSchema(schema);
    assert.is(printSchema(schema), print);
    assert.equal(schemaProblems(schema), []);
    for (const value of right) assert.is(check(value), undefined);
    for (const value of wrong) assert.ok(check(value), `${String(value)} is not ${print}`);
  });
}

spec("a misfit names its place, what was found and what is allowed", () => {
  const check = compileSchema({
    fields: {
      list: { array: { fields: { level: { type: "number", min: 0, max: 1 } } } },
      by: { record: "int" },
    },
  });
  assert.equal(check({ list: [{ level: 0 }, { level: 2 }], by: {} }), {
    path: ".list[1].level",
    found: "2",
    allowed: "number 0..1",
  });
  assert.equal(check({ list: [], by: { "a b": "x" } }), {
    path: '.by["a b"]',
    found: '"x"',
    allowed: "int",
  });
  assert.equal(check({ list: [] }), { path: ".by", found: "nothing", allowed: "record of int" });
  assert.equal(check({ list: [], by: {}, more: 1 }), {
    path: "",
    found: 'a field "more"',
    allowed: "the fields list, by",
  });
  assert.equal(compileSchema("int")("x".repeat(100))!.found, `"${"x".repeat(40)}"... (100)`);
});

spec("a field that every object has cannot be declared", () => {
  const fields = Object.fromEntries([["toString", "any" as const]]) satisfies Fields;
  assert.equal(schemaProblems({ fields }), [".toString: every object has a field of that name"]);
});

spec("schemas that say nothing sensible are explained", () => {
  const problems = (schema: unknown) => schemaProblems(schema as Schema);
  assert.equal(problems("integer"), ["integer is no schema"]);
  assert.equal(problems({ type: "int", min: 2, max: 1 }), ["no int is both >= 2 and <= 1"]);
  assert.equal(problems({ enum: [] }), ["a choice of nothing"]);
  assert.equal(problems({ union: [] }), ["a choice of nothing"]);
  assert.equal(problems({ optional: "int" }), ["only a field can be optional"]);
  assert.equal(problems({ type: "date" }), ["date is no kind"]);
  assert.equal(problems({ type: "text", max: -1 }), ["text of at most -1"]);
  assert.equal(problems(null), ["null is no schema"]);
  assert.equal(problems({ fields: { a: { array: { optional: "int" } }, b: { record: {} } } }), [
    ".a[]: only a field can be optional",
    ".b[]: {} is no schema",
  ]);
});

spec("types follow from a schema", () => {
  type Shape = Infer<{
    readonly fields: {
      readonly a: "int";
      readonly b: { readonly optional: { readonly enum: readonly ["x", "y"] } };
      readonly c: { readonly array: { readonly union: readonly ["text", "null"] } };
    };
  }>;
  const right: Shape = { a: 1, c: ["s", null] };
  const also: Shape = { a: 1, b: "y", c: [] };
  // @ts-expect-error "z" is not one of them
  const wrong: Shape = { a: 1, b: "z", c: [] };
  // @ts-expect-error c is missing
  const less: Shape = { a: 1 };
  assert.ok([right, also, wrong, less]);
});
