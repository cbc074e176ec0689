import { equal, is, ok } from "uvu/assert";
import {
  crashLineText,
  isCrashEvent,
  MOST_LINE_BYTES,
  parseCrashLines,
} from "../../../deploy/crashes/crash-record.ts";
import { spec } from "../../harness/spec.ts";
import { begin, crash } from "./a-crash.ts";

spec("a crash is read back as it was written, with its stack and messages", () => {
  const line = crash(2, { stack: "RangeError: 2\n    at read (x.ts:1:2)", handled: ["{sample}"] });
  equal(parseCrashLines(crashLineText(line)), [line]);
});

spec("a crash with much to tell is cut to 4 KB: its messages are shorter, its cause and stack stay", () => {
  const handled = Array.from({ length: 40 }, (_, n) => `${n} ${"x".repeat(500)}`);
  const stack = `RangeError: 2\n${"    at read (x.ts:1:2)\n".repeat(8)}`;
  const text = crashLineText(crash(2, { stack, handled }));
  ok(Buffer.byteLength(text) <= MOST_LINE_BYTES, `${Buffer.byteLength(text)} bytes`);
  const [found] = parseCrashLines(text) as unknown as [ReturnType<typeof crash> & { handled: string[] }];
  equal([found.device, found.cause], ["climate", "RangeError: 2"]);
  is(found.handled.length, 8, "the last messages");
  is(found.handled.at(-1)?.startsWith("39 "), true);
});

spec("a crash whose fields are too many keeps who crashed and why", () => {
  const notes = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`note${n}`, "é".repeat(100)]));
  const text = crashLineText(crash(3, notes));
  ok(Buffer.byteLength(text) <= MOST_LINE_BYTES);
  equal(parseCrashLines(text), [crash(3)]);
});

spec("half a line that a power cut left is passed over, and one that is there twice counts once", () => {
  const whole = crashLineText(crash(2));
  const text = `${crashLineText(begin())}${whole}${crashLineText(crash(3)).slice(0, 20)}\n${whole}\n\n[1]\nnull\n`;
  equal(
    parseCrashLines(text).map(({ n }) => n),
    [1, 2],
  );
});

spec("crashes, hangs and a runtime that gave up are crash reports; misses and refusals are none", () => {
  const kinds = ["crash", "hung", "late", "garbageCollection", "gaveUp", "miss", "refused", "mode", "boot"];
  equal(
    kinds.filter((kind) => isCrashEvent({ kind })),
    ["crash", "hung", "late", "garbageCollection", "gaveUp"],
  );
});
