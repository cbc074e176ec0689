import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { causeOfExit } from "../../../runtime/cell/child-host.ts";
import type { CellSpec } from "../../../runtime/cell/kernel.ts";
import { cell } from "../../contracts/cells.ts";
import { threadBench } from "../../contracts/thread-bench.ts";
import { watchedBench } from "../../contracts/watched-bench.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import type { Death } from "./fixtures/fatal-bodies.ts";

const module = new URL("./fixtures/fatal-bodies.js", import.meta.url).href;
const patience = { limitMs: 60_000 };

function child(name: string, body: string, args: readonly unknown[]): CellSpec {
  return { name, kind: "child", body: { module, name: body }, args, heapMb: 24 };
}

function bench(t: SpecContext, make = threadBench) {
  const log: string[] = [];
  return { ...make(t, { ended: (line) => log.push(line), crashed: (line) => log.push(line) }), log };
}

/** 200 numbers and then one death, as a cell elsewhere sees it; and the others live on. */
async function seenFrom(t: SpecContext, how: Death): Promise<string> {
  const { kernel, next, quiet, log } = bench(t);
  const echo = kernel.startCell(cell("echo", "echo"));
  const mourner = kernel.startCell(cell("mourner", "mourner", [undefined]));
  const doomed = kernel.startCell(child("doomed", "dies", [mourner, 200, how, echo]));
  kernel.cell.post(mourner, { type: "ask", from: doomed, n: 0 });
  const [line] = await next();
  assert.is(log.length, 1, `${log}`);
  kernel.startCell(cell("asker", "asker", [echo, 5]));
  assert.equal(await next(), ["5 answers"]);
  await quiet();
  return line!;
}

const DEATHS: readonly (readonly [Death, string])[] = [
  ["killed", "killed"],
  ["aborts", "the cell's process ended with SIGABRT"],
  ["segfaults", "the cell's process ended with SIGSEGV"],
  ["exits", "Error: the cell called process.exit(7)"],
  ["fillsHeap", "outOfMemory"],
  ["hugeArray", "outOfMemory"],
  ["hugeSplit", "outOfMemory"],
  ["leavesGrandchild", "killed"],
];

for (const [how, cause] of DEATHS) {
  spec(
    `a child cell that ${how}: what it said first, then its end with the cause, and nobody else notices`,
    async (t) => {
      assert.is(await seenFrom(t, how), `200 numbers, then {cell doomed, ${cause}}`);
    },
    patience,
  );
}

for (const how of ["loops", "stops"] as const) {
  spec(
    `a child cell that ${how} is judged by the watchdog and ended as hung`,
    async (t) => {
      const { kernel, next, log } = bench(t, watchedBench);
      const echo = kernel.startCell(cell("echo", "echo"));
      const end = async (life: number) => {
        const mourner = kernel.startCell(cell(`mourner ${life}`, "mourner", [undefined]));
        const doomed = kernel.startCell(child("doomed", "dies", [mourner, 10, how, echo]));
        kernel.cell.post(mourner, { type: "ask", from: doomed, n: 0 });
        return await next();
      };
      let heard = await end(1);
      // On a machine that is full its thread may have waited for a core just before: then it is late, rightly.
      for (let life = 2; /late/.test(String(heard)) && life < 7; life++) heard = await end(life);
      assert.equal(heard, ["10 numbers, then {cell doomed, hung}"]);
      assert.match(log.at(-1)!, /^doomed \d ended: hung$/);
    },
    patience,
  );
}

spec(
  "the same huge allocation in a thread cell takes the whole process along",
  async () => {
    const program = fileURLToPath(new URL("./fixtures/huge-in-thread.js", import.meta.url));
    const { status, signal, stderr } = spawnSync(process.execPath, [program], { encoding: "utf8" });
    assert.ok(signal === "SIGABRT" || status === 134, `ended with ${signal ?? status}`);
    assert.match(stderr, /out of memory/);
  },
  patience,
);

spec(
  "shared memory to or from a cell in another process is refused at the sender, with its place",
  async (t) => {
    const { kernel, next, quiet } = bench(t);
    const far = kernel.startCell({ ...cell("far", "echo"), kind: "child" });
    const near = kernel.startCell(cell("near", "echo"));
    const refused = [
      "message.ring[0]: shared memory, to a cell in another process, cannot be sent",
      'message.get("m"): shared memory, to a cell in another process, cannot be sent',
    ];
    kernel.startCell({ ...child("sharer", "shares", [far]), kind: "thread" });
    assert.equal(await next(2), refused);
    kernel.startCell(child("farSharer", "shares", [near]));
    assert.equal(await next(2), refused);
    kernel.startCell({ ...child("nearSharer", "shares", [near]), kind: "thread" });
    assert.equal(await next(2), ["sent", "sent"]);
    assert.throws(
      () => kernel.startCell(child("odd", "shares", [new SharedArrayBuffer(4)])),
      "[0]: shared memory",
    );
    assert.throws(() => kernel.cell.post(far, new SharedArrayBuffer(4)), "message: shared memory");
    await quiet();
  },
  patience,
);

spec("the end of a process is told by what its parent can know", () => {
  assert.is(causeOfExit(0, null, ""), undefined);
  assert.is(causeOfExit(null, "SIGKILL", "heap out of memory"), "killed");
  assert.is(causeOfExit(134, null, "FATAL ERROR: Reached heap limit Allocation failed"), "outOfMemory");
  assert.is(causeOfExit(null, "SIGTRAP", "Fatal JavaScript invalid size error 5"), "outOfMemory");
  assert.equal(causeOfExit(3, null, "why\n"), {
    error: "the cell's process ended with exit code 3",
    stack: "why",
  });
  assert.equal(causeOfExit(null, "SIGBUS", ""), {
    error: "the cell's process ended with SIGBUS",
    stack: "",
  });
});
