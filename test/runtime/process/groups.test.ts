import * as fc from "fast-check";
import * as assert from "uvu/assert";
import { GroupRegistry } from "../../../runtime/cell/group-registry.ts";
import { type GroupMessage, Groups, type Membership } from "../../../runtime/process/groups.ts";
import { exportPid, importPid, type Pid } from "../../../runtime/process/pid.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "./hand-cell.ts";

function pidOf(cell: string, number = 1, incarnation = 1, key = "0".repeat(32)): Pid {
  return importPid({ board: "bench", cell, incarnation, number, key });
}

/** One view of the groups, what it reports, and a watcher with room for `room` messages. */
function view({ room = 100 } = {}) {
  const groups = new Groups();
  const trace: string[] = [];
  groups.connect({ membership: (group, pid, times) => trace.push(`${group} ${pid} ${times}`) });
  const heard: string[] = [];
  const watcher = {
    pid: pidOf("here", 99),
    put: (message: GroupMessage) => heard.length < room && heard.push(words(message)) > 0,
    putSignal: (message: GroupMessage) => void heard.push(words(message)),
  };
  return { groups, trace, heard, watcher };
}

function words({ ref, group, joined, left, lost }: GroupMessage): string {
  const what = lost ? "lost" : joined !== undefined ? `+${joined}` : `-${left}`;
  return `${ref} ${group} ${what}`;
}

spec("a process is in a group as often as it joined, and leaves as often", () => {
  const { groups, trace } = view();
  const [one, two] = [pidOf("here", 1), pidOf("here", 2)];
  groups.join(one, "pumps");
  groups.join(two, "pumps");
  groups.join(one, "pumps");
  assert.equal(groups.members("pumps"), [one, one, two]);
  assert.equal(groups.groupsOf(one), ["pumps"]);
  assert.ok(groups.leave(one, "pumps"));
  assert.equal(groups.members("pumps"), [one, two]);
  assert.ok(groups.leave(one, "pumps"));
  assert.not(groups.leave(one, "pumps"), "it is no member any more");
  assert.not(groups.leave(two, "fans"));
  assert.ok(groups.leave(two, "pumps"));
  assert.equal(groups.list(), [], "a group without members is none");
  assert.equal(trace, [
    "pumps <bench.here.1> 1",
    "pumps <bench.here.2> 1",
    "pumps <bench.here.1> 2",
    "pumps <bench.here.1> 1",
    "pumps <bench.here.1> 0",
    "pumps <bench.here.2> 0",
  ]);
});

spec("who ends is out of all its groups, however often it was in them", () => {
  const { groups, trace } = view();
  const pid = pidOf("here");
  for (const group of ["pumps", "fans", "pumps"]) groups.join(pid, group);
  trace.length = 0;
  groups.endedHere(pid);
  assert.equal(groups.list(), []);
  assert.equal(trace, ["pumps <bench.here.1> 0", "fans <bench.here.1> 0"]);
  groups.endedHere(pid);
  assert.is(trace.length, 2);
});

spec("members of other cells are what the registry says, told twice or not", () => {
  const { groups, trace, heard, watcher } = view();
  groups.monitor("pumps", 7, watcher);
  const theirs = pidOf("there");
  groups.told("pumps", theirs, 1);
  groups.told("pumps", theirs, 1);
  groups.told("pumps", theirs, 3);
  assert.is(groups.members("pumps").length, 3);
  assert.equal(groups.localMembers("pumps"), []);
  groups.told("pumps", pidOf("there"), 0);
  groups.told("pumps", pidOf("there"), 0);
  assert.equal(groups.list(), []);
  assert.equal(trace, [], "nothing is reported back");
  const pid = "<bench.there.1>";
  assert.equal(heard, [`7 pumps +${pid}`, `7 pumps +${pid},${pid}`, `7 pumps -${pid},${pid},${pid}`]);
});

spec(
  "the end of a process of another cell takes it out before the registry does; a made up pid does not",
  () => {
    const { groups, heard, watcher } = view();
    groups.monitor("pumps", 1, watcher);
    groups.told("pumps", pidOf("there"), 1);
    groups.endedElsewhere(pidOf("there", 1, 1, "f".repeat(32)));
    groups.endedElsewhere(pidOf("there", 1, 2));
    assert.is(groups.members("pumps").length, 1);
    groups.endedElsewhere(pidOf("there"));
    groups.told("pumps", pidOf("there"), 0);
    assert.equal(heard, ["1 pumps +<bench.there.1>", "1 pumps -<bench.there.1>"]);
  },
);

spec(
  "a monitor begins with the present members and hears each change of its group once, until it is closed",
  () => {
    const { groups, heard, watcher } = view();
    const [one, two] = [pidOf("here", 1), pidOf("here", 2)];
    groups.join(one, "pumps");
    assert.equal(groups.monitor("pumps", 1, watcher), [one]);
    assert.equal(groups.monitor("empty", 2, watcher), []);
    groups.join(two, "pumps");
    groups.join(two, "fans");
    groups.join(one, "empty");
    groups.demonitor(watcher.pid, 1);
    groups.demonitor(watcher.pid, 1);
    groups.leave(one, "pumps");
    groups.endedHere(watcher.pid);
    groups.leave(one, "empty");
    assert.equal(heard, ["1 pumps +<bench.here.2>", "2 empty +<bench.here.1>"]);
  },
);

spec("a monitor whose mailbox is full is told once that it lost something, and is closed", () => {
  const { groups, heard, watcher } = view({ room: 2 });
  groups.monitor("pumps", 1, watcher);
  for (let number = 1; number <= 5; number++) groups.join(pidOf("here", number), "pumps");
  assert.equal(heard, ["1 pumps +<bench.here.1>", "1 pumps +<bench.here.2>", "1 pumps lost"]);
  assert.is(groups.monitor("pumps", 2, watcher).length, 5);
});

spec("what was joined before the board's registry was there is reported when it is", () => {
  const groups = new Groups();
  const pid = pidOf("here");
  groups.join(pid, "pumps");
  groups.join(pid, "pumps");
  const trace: string[] = [];
  groups.connect({ membership: (group, member, times) => trace.push(`${group} ${member} ${times}`) });
  assert.equal(trace, ["pumps <bench.here.1> 2"]);
});

spec("the registry tells states, keeps who is in, and lets a cell's life leave as a whole", () => {
  const trace: string[] = [];
  const registry = new GroupRegistry(({ group, pid, times }) =>
    trace.push(`${group} ${pid.cell}.${pid.number} ${times}`),
  );
  const set = (group: string, pid: Pid, times: number) => registry.set({ group, pid: exportPid(pid), times });
  set("pumps", pidOf("a", 1), 1);
  set("pumps", pidOf("a", 1, 2), 2);
  set("fans", pidOf("b", 1), 1);
  set("fans", pidOf("a", 2), 1);
  set("fans", pidOf("a", 3), 0);
  trace.length = 0;
  registry.releaseCell("a", 1);
  assert.equal(trace, ["pumps a.1 0", "fans a.2 0"]);
  assert.equal(
    registry.entries().map(({ group, pid, times }) => `${group} ${pid.cell}.${pid.incarnation} ${times}`),
    ["pumps a.2 2", "fans b.1 1"],
  );
});

/** A board of three views over streams that are read at any pace, each in order, as the kernel's ports are. */
class Board {
  readonly names = ["a", "b", "c"];
  readonly streams = new Map<string, Membership[]>();
  readonly views = new Map<string, Groups>();
  readonly up: Membership[][] = [];
  readonly registry = new GroupRegistry((membership) => {
    for (const [name, stream] of this.streams) if (name !== membership.pid.cell) stream.push(membership);
  });

  constructor() {
    for (const name of this.names) {
      const up: Membership[] = [];
      this.up.push(up);
      const groups = new Groups();
      groups.connect({
        membership: (group, pid, times) => up.push({ group, pid: exportPid(pid), times }),
      });
      this.views.set(name, groups);
      this.streams.set(name, []);
    }
  }

  /** Carries one frame: to the registry from cell `which`, or from it to cell `which - 3`. */
  carry(which: number): boolean {
    const name = this.names[which % 3]!;
    const frame = (which < 3 ? this.up[which]! : this.streams.get(name)!).shift();
    if (frame === undefined) return false;
    if (which < 3) this.registry.set(frame);
    else this.views.get(name)!.told(frame.group, importPid(frame.pid), frame.times);
    return true;
  }
}

spec("whatever is joined and left in whatever cells, in the end all see the same, and the truth", () => {
  const action = fc.record({
    cell: fc.nat(2),
    number: fc.integer({ min: 1, max: 3 }),
    group: fc.constantFrom("x", "y"),
    what: fc.constantFrom("join", "join", "leave", "end"),
    carried: fc.array(fc.nat(5), { maxLength: 4 }),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const board = new Board();
      const pids = new Map<string, Pid>();
      const truth = new Map<string, number>();
      for (const { cell, number, group, what, carried } of actions) {
        const name = board.names[cell]!;
        const id = `${name}.${number}`;
        const pid = pids.get(id) ?? pidOf(name, number);
        pids.set(id, pid);
        const groups = board.views.get(name)!;
        const before = truth.get(`${group} ${id}`) ?? 0;
        if (what === "join") {
          groups.join(pid, group);
          truth.set(`${group} ${id}`, before + 1);
        } else if (what === "leave") {
          assert.is(groups.leave(pid, group), before > 0);
          truth.set(`${group} ${id}`, Math.max(0, before - 1));
        } else {
          groups.endedHere(pid);
          for (const each of ["x", "y"]) truth.delete(`${each} ${id}`);
        }
        for (const which of carried) board.carry(which);
      }
      while ([0, 1, 2, 3, 4, 5].map((which) => board.carry(which)).some(Boolean));
      const expected = [...truth].flatMap(([key, times]) => new Array<string>(times).fill(key)).sort();
      for (const groups of board.views.values()) {
        const seen = groups
          .list()
          .flatMap((group) => groups.members(group).map((pid) => `${group} ${pid.cell}.${pid.number}`));
        assert.equal(seen.sort(), expected);
      }
    }),
    { numRuns: 300 },
  );
});

function* member(self: Self<{ type: "go" }>, group: string) {
  self.join(group);
  yield* self.receive("go");
}

spec("inside a cell a member's leave is heard before its down, and its groups are empty by then", () => {
  const { cell, trace, until } = handCell();
  const pid = cell.spawn(member, ["pumps"]);
  until(1);
  cell.spawn(function* watch(self: Self<GroupMessage>) {
    self.monitor(pid);
    const { ref, members } = self.monitorGroup("pumps");
    trace.push(`members ${members}`);
    for (;;) {
      const message = yield* self.receive(["group", "down"]);
      trace.push(message.type === "down" ? `down of ${message.pid}` : words(message).replace(`${ref} `, ""));
      trace.push(`members ${self.members("pumps")}`);
    }
  }, []);
  until(2);
  cell.post(pid, { type: "go" });
  until(3);
  const text = "<bench.hand.1>";
  assert.equal(trace, [`members ${text}`, `pumps -${text}`, "members ", `down of ${text}`, "members "]);
});

spec("a group monitor that is closed leaves nothing in the mailbox; its process's end closes it", () => {
  const { cell, trace, until } = handCell();
  const watcher = cell.spawn(function* watch(self: Self<GroupMessage | { type: "go" }>) {
    const { ref } = self.monitorGroup("pumps");
    yield* self.receive("go");
    self.demonitorGroup(ref);
    const message = yield* self.receive("group", { within: 1 });
    trace.push(`then ${message?.type}`);
    self.monitorGroup("pumps");
  }, []);
  for (let n = 0; n < 3; n++) cell.spawn(member, ["pumps"]);
  until(1);
  cell.post(watcher, { type: "go" });
  until(3);
  cell.spawn(member, ["pumps"]);
  until(4);
  assert.equal(trace, ["then undefined"]);
  assert.equal(cell.counts, { dead: 0, forged: 0, overflow: 0, credit: 0, late: 0, unreported: 0 });
});

spec(
  "a process that does not read its group messages costs its mailbox, one word more, and no memory after",
  () => {
    const { cell, until } = handCell({ mailboxCapacity: 3 });
    const pid = cell.spawn(function* watch(self: Self<GroupMessage>) {
      self.monitorGroup("pumps");
      yield* self.sleep(1000);
    }, []);
    until(1);
    for (let n = 0; n < 50; n++) cell.spawn(member, ["pumps"]);
    until(2);
    const record = [...cell.processes()].find((process) => process.pid === pid)!;
    assert.is(record.mailbox.length, 4);
    assert.is(cell.counts.overflow, 1);
  },
);
