import * as assert from "uvu/assert";
import { NameRegistry } from "../../../runtime/cell/name-registry.ts";
import { Names } from "../../../runtime/process/names.ts";
import { exportPid, importPid, type Pid } from "../../../runtime/process/pid.ts";
import { spec } from "../../harness/spec.ts";

function pidOf(cell: string, number = 1, incarnation = 1): Pid {
  return importPid({ board: "bench", cell, incarnation, number, key: "0".repeat(32) });
}

/** The registry of a board and what it told. */
function registry() {
  const trace: string[] = [];
  const names = new NameRegistry({
    named: (name, { cell, number }) => trace.push(`${name} is ${cell}.${number}`),
    unnamed: (name, { cell, number }) => trace.push(`${name} was ${cell}.${number}`),
    refused: (name, pid, holder) => trace.push(`${name} is not ${pid} but ${holder}`),
  });
  return { names, trace };
}

spec("a claim is known at once in its cell and reported; a release likewise", () => {
  const trace: string[] = [];
  const names = new Names();
  names.connect({
    claim: (name, pid) => trace.push(`claim ${name} ${pid}`),
    release: (name, pid) => trace.push(`release ${name} ${pid}`),
  });
  const pid = pidOf("a");
  names.claim("pump", pid);
  assert.is(names.whereis("pump"), pid);
  assert.equal(names.list(), ["pump"]);
  names.release("pump", pid);
  assert.is(names.whereis("pump"), undefined);
  assert.equal(trace, ["claim pump <bench.a.1>", "release pump <bench.a.1>"]);
});

spec("what was claimed before the registry was there is reported when it is", () => {
  const trace: string[] = [];
  const names = new Names();
  names.claim("pump", pidOf("a"));
  names.connect({ claim: (name) => trace.push(name), release: () => {} });
  assert.equal(trace, ["pump"]);
});

spec("what the registry tells is not reported back", () => {
  const trace: string[] = [];
  const names = new Names();
  names.connect({ claim: (name) => trace.push(name), release: (name) => trace.push(name) });
  names.added("pump", pidOf("b"));
  names.removed("pump", pidOf("b"));
  assert.equal(trace, []);
});

spec("the end of an old holder does not take the name from a newer one", () => {
  const names = new Names();
  const [old, young] = [pidOf("a", 1, 1), pidOf("a", 1, 2)];
  names.added("pump", old);
  names.added("pump", young);
  names.removed("pump", old);
  assert.is(names.whereis("pump"), young);
});

spec("the registry gives a name to the first who claims it, and tells the second who holds it", () => {
  const { names, trace } = registry();
  names.claim("door", exportPid(pidOf("a")));
  names.claim("door", exportPid(pidOf("b")));
  names.claim("door", exportPid(pidOf("a")));
  assert.equal(trace, ["door is a.1", "door is not <bench.b.1> but <bench.a.1>", "door is a.1"]);
  assert.equal(
    names.entries().map(({ name, pid }) => [name, pid.cell]),
    [["door", "a"]],
  );
});

spec("only the holder can release a name", () => {
  const { names, trace } = registry();
  names.claim("door", exportPid(pidOf("a")));
  trace.length = 0;
  names.release("door", exportPid(pidOf("b")));
  names.release("window", exportPid(pidOf("a")));
  assert.equal(trace, []);
  names.release("door", exportPid(pidOf("a")));
  assert.equal(trace, ["door was a.1"]);
});

spec("the end of a cell's life releases all its names, and none of its next life", () => {
  const { names, trace } = registry();
  names.claim("one", exportPid(pidOf("a", 1)));
  names.claim("two", exportPid(pidOf("a", 2)));
  names.claim("other", exportPid(pidOf("b", 1)));
  names.claim("next", exportPid(pidOf("a", 1, 2)));
  trace.length = 0;
  names.releaseCell("a", 1);
  assert.equal(trace, ["one was a.1", "two was a.2"]);
  assert.equal(
    names.entries().map(({ name }) => name),
    ["other", "next"],
  );
});

spec(
  "a claim that loses to what the registry told is hidden by it, and shows when that is released first",
  () => {
    const names = new Names();
    const [mine, theirs] = [pidOf("a"), pidOf("b")];
    names.claim("door", mine);
    names.added("door", theirs);
    assert.is(names.whereis("door"), theirs);
    names.removed("door", theirs);
    assert.is(names.whereis("door"), mine, "the registry took the claim after all");
    names.release("door", mine);
    assert.is(names.whereis("door"), undefined);
  },
);

spec("the end of a loser leaves the name with the winner", () => {
  const names = new Names();
  names.claim("door", pidOf("a"));
  names.added("door", pidOf("b"));
  names.release("door", pidOf("a"));
  assert.is(names.whereis("door")?.cell, "b");
});

/** What a link to another board would hear. */
function heard(names: Names) {
  const trace: string[] = [];
  const stop = names.watchPublic({
    published: (name, pid) => trace.push(`${name} is ${pid}`),
    withdrawn: (name, pid) => trace.push(`${name} was ${pid}`),
  });
  return { trace, stop };
}

spec("only public names are told to who asks for those; their changes too", () => {
  const names = new Names();
  const { trace, stop } = heard(names);
  names.claim("private", pidOf("a", 1));
  names.claim("shop", pidOf("a", 2), "public");
  names.added("market", pidOf("b", 1), "public");
  names.added("cellar", pidOf("b", 2));
  assert.equal(
    names.listPublic().map(([name, pid]) => `${name} ${pid}`),
    ["shop <bench.a.2>", "market <bench.b.1>"],
  );
  names.release("shop", pidOf("a", 2));
  names.removed("market", pidOf("b", 1));
  names.release("private", pidOf("a", 1));
  assert.equal(trace, [
    "shop is <bench.a.2>",
    "market is <bench.b.1>",
    "shop was <bench.a.2>",
    "market was <bench.b.1>",
  ]);
  stop();
  names.claim("late", pidOf("a", 3), "public");
  assert.is(trace.length, 4);
});

spec("a name becomes public by a second claim of its holder, and stays so", () => {
  const names = new Names();
  const { trace } = heard(names);
  const pid = pidOf("a");
  names.claim("pump", pid);
  assert.equal(names.listPublic(), []);
  names.claim("pump", pid, "public");
  names.claim("pump", pid);
  assert.equal(names.listPublic(), [["pump", pid]]);
  assert.equal(trace, ["pump is <bench.a.1>"]);
});

spec("a public name that moves to another process is withdrawn first", () => {
  const names = new Names();
  const { trace } = heard(names);
  names.added("pump", pidOf("b", 1, 1), "public");
  names.added("pump", pidOf("b", 1, 2), "public");
  assert.equal(trace, ["pump is <bench.b.1>", "pump was <bench.b.1>", "pump is <bench.b.1>"]);
});

spec("the registry keeps who may know a name, and tells when that changes", () => {
  const told: string[] = [];
  const registry = new NameRegistry({
    named: (name, _, scope) => told.push(`${name} ${scope}`),
    unnamed: (name) => told.push(`${name} gone`),
    refused: () => told.push("refused"),
  });
  const pid = exportPid(pidOf("a"));
  registry.claim("pump", pid);
  registry.claim("pump", pid, "public");
  assert.equal(
    registry.entries().map(({ name, scope }) => [name, scope]),
    [["pump", "public"]],
  );
  registry.release("pump", pid);
  assert.equal(told, ["pump board", "pump public", "pump gone"]);
});
