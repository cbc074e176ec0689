import * as assert from "uvu/assert";
import { printText, printValue } from "../../../runtime/introspection/print-value.ts";
import { importPid } from "../../../runtime/process/pid.ts";
import { spec } from "../../harness/spec.ts";

const key = "0123456789abcdef0123456789abcdef";
const pid = importPid({ board: "b", cell: "c", incarnation: 1, number: 7, key });

spec("plain data is printed as one would write it", () => {
  const rows: [unknown, string][] = [
    [undefined, "undefined"],
    [null, "null"],
    [-0.5, "-0.5"],
    [12n, "12n"],
    ['a "b"\n', '"a \\"b\\"\\n"'],
    [Symbol("s"), "Symbol(s)"],
    [
      { type: "reading", value: 21.5, "odd key": [1, [2, { a: 1 }]] },
      '{type: "reading", value: 21.5, "odd key": [1, [2, {a: 1}]]}',
    ],
    [
      new Map<unknown, unknown>([
        ["a", 1],
        [pid, new Set([2])],
      ]),
      'Map("a" => 1, <b.c.7> => Set(2))',
    ],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
    [new Date(Number.NaN), "Date(invalid)"],
    [Buffer.from("secret"), "6 bytes"],
    [new ArrayBuffer(9), "9 bytes"],
    [new RangeError("no\nway"), "RangeError: no\\nway"],
    [/a+/g, "/a+/"],
    [function named() {}, "function named"],
  ];
  for (const [value, text] of rows) assert.is(printValue(value), text);
});

spec("a line is short, however large or deep what it shows", () => {
  const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`key${n}`, n]));
  const deep: Record<string, unknown> = {};
  deep.self = { again: deep };
  const large = [wide, Array.from({ length: 1e5 }, () => "x".repeat(50)), "y".repeat(1e6), deep, 10n ** 100n];
  for (const value of [...large, large]) {
    const text = printValue(value);
    assert.ok(text.length <= 240, text);
    assert.not(text.includes("\n"));
  }
  assert.is(printValue([1, 2, 3, 4, 5, 6, 7, 8, 9]), "[1, 2, 3, 4, 5, 6, 7, 8, …]");
  assert.is(printValue(deep), "{self: {again: {self: {again: {…}}}}}");
});

spec("what may be a key is not shown, wherever it stands, nor half of it", () => {
  const values = [
    key,
    { key },
    { [key]: 1 },
    JSON.stringify({ to: { number: 1, key } }),
    new Error(`sent to ${key}`),
    new Map([[key, key]]),
    `${"x".repeat(60)}${key}`,
    `${key.repeat(3)}`,
    `${key} ${key} ${key} ${key} ${key} ${key}`,
    `${"z ".repeat(5)}${`${key} `.repeat(4)}${key.slice(0, 31)}`,
    Object.assign(new Error("x"), { name: key }),
  ];
  for (const value of values) {
    const text = printValue(value);
    for (let at = 0; at + 12 <= key.length; at++) assert.not(text.includes(key.slice(at, at + 12)), text);
  }
  assert.is(printText(`a ${key} b`, 80), "a (key) b");
});

spec("no code of what is printed runs, and nothing it does breaks the printing", () => {
  let ran = 0;
  const run = () => {
    ran++;
    throw new Error("ran");
  };
  const values = [
    Object.defineProperty({}, "x", { get: run, enumerable: true }),
    { toString: run, toJSON: run, [Symbol.toPrimitive]: run },
    new Proxy({}, { get: run, ownKeys: run, getOwnPropertyDescriptor: run, getPrototypeOf: run }),
    { deep: new Proxy([1], { get: run, ownKeys: run }) },
  ];
  assert.equal(values.map(printValue), [
    "{x: (accessor)}",
    "{toString: function run, toJSON: function run}",
    "a Proxy",
    "{deep: a Proxy}",
  ]);
  assert.is(ran, 0);
  const broken = Object.assign(new Map([[1, 2]]), { [Symbol.iterator]: run });
  assert.is(printValue(broken), "(cannot be printed)");
});
