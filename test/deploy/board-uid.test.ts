import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { boardLife } from "../../deploy/board/board-life.ts";
import { boardUid, machineHash } from "../../deploy/board/board-uid.ts";
import { type SpecContext, spec } from "../harness/spec.ts";

function state(t: SpecContext): string {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-uid-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  return folder;
}

const fail = (why: string) => {
  throw new Error(why);
};

spec("a board makes its id at its first start and has it ever after", (t) => {
  const folder = state(t);
  const uid = boardUid(folder, "b", fail);
  assert.match(uid, /^[0-9a-f]{32}$/);
  assert.is(boardUid(folder, "b", fail), uid);
  assert.is(readFileSync(join(folder, "b", "uid"), "utf8"), `${uid}\n`);
  assert.is.not(boardUid(folder, "c", fail), uid, "another board of the machine is another one");
});

spec("half a file is no id: a new one is made", (t) => {
  const folder = state(t);
  mkdirSync(join(folder, "b"));
  writeFileSync(join(folder, "b", "uid"), "0123");
  const uid = boardUid(folder, "b", fail);
  assert.match(uid, /^[0-9a-f]{32}$/);
  assert.is(boardUid(folder, "b", fail), uid);
});

spec("where nothing can be kept the id is always the same one all the same, and why is told", (t) => {
  const folder = state(t);
  const file = join(folder, "in-the-way");
  writeFileSync(file, "");
  chmodSync(file, 0o444);
  const told: string[] = [];
  const uid = boardUid(file, "b", (why) => told.push(why));
  assert.match(uid, /^[0-9a-f]{32}$/);
  assert.is(
    boardUid(file, "b", (why) => told.push(why)),
    uid,
  );
  assert.is(told.length, 2);
  assert.match(told[0]!, /^the id of the board: ENOTDIR/);
});

spec("a machine is told by a hash, never by its own number", () => {
  assert.match(machineHash(), /^[0-9a-f]{16}$/);
  assert.is(machineHash(), machineHash());
});

spec(
  "each start of a board has the next number, also after half a file; where none is kept it is told",
  (t) => {
    const folder = state(t);
    assert.equal(
      [boardLife(folder, "b", fail), boardLife(folder, "b", fail), boardLife(folder, "b", fail)],
      [1, 2, 3],
    );
    assert.is(boardLife(folder, "c", fail), 1, "another board counts by itself");
    writeFileSync(join(folder, "b", "life"), "x");
    assert.is(boardLife(folder, "b", fail), 1);
    const file = join(folder, "in-the-way");
    writeFileSync(file, "");
    const told: string[] = [];
    assert.is(
      boardLife(file, "b", (why) => told.push(why)),
      1,
    );
    assert.match(told.join(), /^how often the board has started: /);
  },
);
