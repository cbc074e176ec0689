import fc from "fast-check";
import * as assert from "uvu/assert";
import { JsonSyntaxError, jsonPlaces } from "../../deploy/config/json-places.ts";
import { loadConfig, parseConfig } from "../../deploy/config/load-config.ts";
import { spec } from "../harness/spec.ts";
import { demoReplaced, demoText, demoWith } from "./demo-board.ts";

/** The text, what stands there, what may, and line:column. */
const errors: readonly (readonly [name: string, text: string, found: string, allowed: string, at: string])[] =
  [
    ["an empty file", "", "the end of the file", "a value", "1:1"],
    [
      "a comma after the last entry",
      '{\n  "a": 1,\n}',
      '"," before "}"',
      "no comma after the last entry",
      "2:9",
    ],
    ["a comma after the last item", "[1,\n2, ]", '"," before "]"', "no comma after the last entry", "2:2"],
    ["a missing comma", '{\n  "a": 1\n  "b": 2 }', '"\\""', '"," or "}"', "3:3"],
    ["a missing colon", '{ "a" 1 }', '"1"', '":" after the key', "1:7"],
    ["a key without quotes", "{ version: 1 }", '"version"', "a key in double quotes", "1:3"],
    ["a text in single quotes", "{ \"a\": 'b' }", '"\'"', "a value", "1:8"],
    ["a comment", '{\n  // pins\n  "a": 1 }', "a comment (JSON has none)", "a key in double quotes", "2:3"],
    ["a hexadecimal number", '{ "address": 0x76 }', '"0x76"', "a value", "1:14"],
    ["a number with a unit", '{ "every": 1s }', '"1s"', "a value", "1:12"],
    [
      "a text that goes over the line",
      '{ "a": "b\n" }',
      "a text that does not end",
      "a text on one line",
      "1:8",
    ],
    ["a file that breaks off", '{ "a": [1, 2', "the end of the file", '"," or "]"', "1:13"],
    ["something after the end", "{}\n}", '"}"', "nothing after the end of the object", "2:1"],
  ];

for (const [name, text, found, allowed, at] of errors) {
  spec(`${name} is one problem, with line and column`, () => {
    const { problems = [] } = parseConfig(text);
    assert.is(problems.length, 1);
    const [problem] = problems;
    assert.is(problem?.path, "");
    assert.ok(problem?.found.startsWith(found), problem?.found);
    assert.ok(problem?.allowed.startsWith(allowed), problem?.allowed);
    assert.is(`${problem?.line}:${problem?.column}`, at);
  });
}

spec("a syntax error shows the lines up to it with a mark", () => {
  const { problems } = parseConfig(
    '{\n  "version": 1,\n  "board": { "id": "x" },\n  "hardware": emulated\n}',
  );
  assert.is(
    problems?.[0]?.frame,
    '2 |   "version": 1,\n3 |   "board": { "id": "x" },\n4 |   "hardware": emulated\n  |               ^',
  );
});

spec("a key written twice is a problem: the first would be lost", () => {
  const { problems } = parseConfig(demoReplaced('"lease": "2s",', '"lease": "2s",\n      "lease": "5s",'));
  assert.equal(problems, [
    {
      path: "devices.heater.lease",
      found: "the key a second time",
      allowed: "each key once",
      line: demoText.split("\n").findIndex((line) => line.includes('"lease"')) + 2,
    },
  ]);
});

spec("a problem names the line of its key; a missing key that of the object around it", () => {
  const lines = demoText.split("\n");
  const wrong = parseConfig(demoReplaced('"GPIO17"', '"GPIO99"')).problems;
  assert.is(wrong?.[0]?.line, lines.findIndex((line) => line.includes('"GPIO17"')) + 1);
  const missing = parseConfig(demoReplaced('      "line": "GPIO24",\n', "")).problems;
  assert.is(missing?.[0]?.line, lines.findIndex((line) => line.includes('"led": {')) + 1);
});

spec("a byte order mark and line feeds of Windows are accepted", () => {
  assert.is(parseConfig(`\uFEFF${demoText.replaceAll("\n", "\r\n")}`).problems, undefined);
});

spec("nesting without end and a file without end are problems, not crashes", () => {
  const deep = parseConfig(`{"a":${"[".repeat(100_000)}`).problems;
  assert.is(deep?.[0]?.allowed, "at most 32 levels");
  const long = parseConfig(`"${"x".repeat(1_000_001)}"`).problems;
  assert.is(long?.[0]?.allowed, "at most 1000000 characters");
  assert.is(parseConfig(`"${"x".repeat(999_000)}"`).problems?.[0]?.allowed, "an object");
});

spec("a prototype written as a key is an unknown key", () => {
  const { problems } = parseConfig(demoReplaced('"version": 1,', '"version": 1, "__proto__": {},'));
  assert.equal(
    problems?.map(({ path, found }) => [path, found]),
    [["__proto__", "unknown key"]],
  );
});

spec("a file that is not there is a problem", () => {
  const { problems } = loadConfig("/nowhere/board.config.json");
  assert.equal(problems, [
    {
      path: "",
      found: "no such file",
      allowed:
        "a file that can be read at /nowhere/board.config.json; holdfast init writes one to begin with",
    },
  ]);
  assert.is(loadConfig("/").problems?.[0]?.found, "a folder");
});

spec("what is accepted is what JSON.parse accepts", () => {
  const accepts = (read: () => unknown) => {
    try {
      read();
      return true;
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof JsonSyntaxError) return false;
      throw error;
    }
  };
  const piece = fc.constantFrom(
    ...'{}[]:,"\\eE+-.019 \n\t/u',
    "true",
    "null",
    "\\u00e9",
    '"a"',
    "1.5e3",
    "\u0001",
  );
  const texts = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
    fc.json({ maxDepth: 4 }),
    fc
      .tuple(fc.nat(demoText.length), piece)
      .map(([at, text]) => demoText.slice(0, at) + text + demoText.slice(at + 1)),
  );
  fc.assert(
    fc.property(texts, (text) => {
      assert.is(
        accepts(() => jsonPlaces(text)),
        accepts(() => JSON.parse(text)),
      );
    }),
    { numRuns: 3000 },
  );
});

spec("a changed copy of the demo is read like the demo", () => {
  assert.is(parseConfig(demoWith()).problems, undefined);
});
