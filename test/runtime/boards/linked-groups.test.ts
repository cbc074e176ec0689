import fc from "fast-check";
import * as assert from "uvu/assert";
import type { BoardRights } from "../../../runtime/boards/board-rights.ts";
import type { GroupMessage } from "../../../runtime/process/groups.ts";
import { exportPid, type Pid } from "../../../runtime/process/pid.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";
import { LinkedCells } from "./linked-cells.ts";

const BOARDS = ["greenhouse", "pumphouse"] as const;

/** A process that is in these groups. */
function member(net: LinkedCells, board: string, ...groups: readonly string[]): Pid {
  return net.of(board).cell.spawn(function* (self: Self) {
    for (const group of groups) self.join(group);
    yield* self.receive();
  }, []);
}

function seen(net: LinkedCells, board: string, group: string): string {
  return net.of(board).cell.groups.members(group).map(String).toSorted().join(" ");
}

function sharing(...groups: readonly string[]): BoardRights {
  return { shows: () => false, shares: (_, group) => groups.includes(group) };
}

spec("who joins twice is a member twice over there, too, and leaves twice", () => {
  const net = new LinkedCells(BOARDS);
  const { groups } = net.of("pumphouse").cell;
  const pid = member(net, "pumphouse", "motors", "motors");
  net.pass(10);
  assert.is(seen(net, "greenhouse", "motors"), `${pid} ${pid}`);
  groups.leave(pid, "motors");
  net.pass(10);
  assert.is(seen(net, "greenhouse", "motors"), String(pid));
  net.of("pumphouse").cell.exit(undefined, pid, "kill");
  net.pass(10);
  assert.equal(net.of("greenhouse").cell.groups.list(), []);
});

spec("a board that begins anew brings its members anew; pids of its former life are no members", () => {
  const net = new LinkedCells(BOARDS);
  const before = member(net, "pumphouse", "motors");
  net.pass(10);
  assert.is(seen(net, "greenhouse", "motors"), String(before));
  net.boot("pumphouse", 2);
  const after = member(net, "pumphouse", "motors");
  net.meet((board) => (board === "pumphouse" ? 2 : 1));
  const [pid, ...rest] = net.of("greenhouse").cell.groups.members("motors");
  assert.equal([String(pid), pid?.life, rest], [String(after), 2, []]);
});

spec("both boards name a group that they have in common; what only one shares is refused and counted", () => {
  const rights = { greenhouse: sharing("motors", "ours"), pumphouse: sharing("motors", "theirs") };
  const net = new LinkedCells(BOARDS, {}, rights);
  const fan = member(net, "greenhouse", "motors", "ours", "theirs");
  const pump = member(net, "pumphouse", "motors", "ours", "theirs");
  net.pass(10);
  assert.is(seen(net, "greenhouse", "motors"), `${fan} ${pump}`);
  assert.is(seen(net, "pumphouse", "motors"), `${fan} ${pump}`);
  for (const [board, own] of [
    ["greenhouse", fan],
    ["pumphouse", pump],
  ] as const)
    for (const group of ["ours", "theirs"]) assert.is(seen(net, board, group), String(own));
  assert.is(net.of("greenhouse").exchange.counts.notShared, 1);
  assert.is(net.of("pumphouse").exchange.counts.notShared, 1);
});

spec("a board puts its own processes into groups, and nobody else's", () => {
  const net = new LinkedCells([...BOARDS, "shed"]);
  const victim = member(net, "pumphouse", "valves");
  net.pass(10);
  const { exchange } = net.of("shed");
  // As one of the shed's own, with the pid of another.
  for (const times of [1, 0]) exchange.membership({ group: "motors", pid: exportPid(victim), times });
  exchange.membership({ group: "valves", pid: exportPid(victim), times: 0 });
  net.pass(10);
  assert.is(seen(net, "greenhouse", "motors"), "");
  assert.is(seen(net, "greenhouse", "valves"), String(victim));
  assert.is(net.of("greenhouse").exchange.counts.malformed, 3);
});

spec("ten thousand joins of one board are known, and no more; what leaves makes room", () => {
  const net = new LinkedCells(BOARDS);
  const [pid, other] = [member(net, "pumphouse"), member(net, "pumphouse")];
  const { exchange } = net.of("pumphouse");
  const { groups } = net.of("greenhouse").cell;
  const told = (group: string, of: Pid, times: number) => {
    exchange.membership({ group, pid: exportPid(of), times });
    net.pass(5);
    return groups.members("many").length + groups.members("few").length;
  };
  assert.is(told("many", pid, 1_000_000_000_000), 0);
  assert.is(told("many", pid, 9_999), 9_999);
  assert.is(told("few", other, 2), 9_999);
  assert.is(told("few", other, 1), 10_000);
  assert.is(told("few", pid, 1), 10_000);
  assert.is(net.of("greenhouse").exchange.counts.malformed, 3);
  assert.is(told("many", pid, 9_998), 9_999);
  assert.is(told("few", pid, 1), 10_000);
});

spec("names that are too long for the way stay on their board, and harm no others", () => {
  const net = new LinkedCells(BOARDS);
  const long = "m".repeat(300);
  const pump = net.of("pumphouse").cell.spawn(function* (self: Self) {
    for (const name of [long, "pump"]) self.publish(name);
    for (const group of [long, "", "motors"]) self.join(group);
    yield* self.receive();
  }, []);
  net.pass(20);
  const { groups, names } = net.of("greenhouse").cell;
  assert.equal(groups.list(), ["motors"]);
  assert.equal(
    names.list().map((name) => [name, String(names.whereis(name))]),
    [["pump@pumphouse", String(pump)]],
  );
  assert.is(net.of("greenhouse").exchange.counts.malformed, 0);
});

spec("a thousand members and more are told to a board that comes later", () => {
  const net = new LinkedCells(["pumphouse"]);
  for (let n = 0; n < 1201; n++) member(net, "pumphouse", "motors", `group ${n % 7}`);
  net.boot("greenhouse", 1);
  net.meet();
  assert.is(net.of("greenhouse").cell.groups.members("motors").length, 1201);
  assert.is(net.of("greenhouse").cell.groups.list().length, 8);
});

type Act =
  | { readonly act: "join" | "leave"; readonly board: number; readonly who: number; readonly group: number }
  | { readonly act: "end"; readonly board: number; readonly who: number }
  | { readonly act: "cut" | "heal" | "pass"; readonly ms: number };

const board = fc.nat({ max: 2 });
const who = fc.nat({ max: 3 });
const acts: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constantFrom("join", "leave"), board, who, group: who }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("end" as const), board, who }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constantFrom("cut", "heal", "pass"),
      ms: fc.constantFrom(0, 1, 3, 20, 400, 8000),
    }),
  },
);

spec(
  "whatever happens and whatever the network does: views converge, changes add up, and who leaves was there",
  () => {
    const all = ["greenhouse", "pumphouse", "shed"];
    fc.assert(
      fc.property(
        fc.array(acts, { maxLength: 40 }),
        fc.infiniteStream(fc.nat({ max: 9 })),
        (script, dice) => {
          const net = new LinkedCells(all);
          let isCut = false;
          // Some lost, some twice, some late, while it is not cut.
          net.fate = () => {
            const { value } = dice.next();
            return isCut || value === 0 ? [] : value === 1 ? [1, 4] : value === 2 ? [9] : [1];
          };
          const followed = all.map((name) => follow(net, name));
          const pids = all.map((name) => [0, 1, 2, 3].map(() => member(net, name)));
          for (const act of script) {
            if ("ms" in act) {
              if (act.act !== "pass") isCut = act.act === "cut";
              net.pass(act.ms);
              continue;
            }
            const { cell } = net.of(all[act.board]!);
            const pid = pids[act.board]![act.who]!;
            if (act.act === "join") cell.groups.join(pid, `g${act.group}`);
            else if (act.act === "leave") cell.groups.leave(pid, `g${act.group}`);
            else {
              cell.exit(undefined, pid, "kill");
              pids[act.board]![act.who] = member(net, all[act.board]!);
            }
          }
          isCut = false;
          net.fate = () => [1];
          net.pass(60_000);
          const views = all.map((name) => [0, 1, 2, 3].map((group) => seen(net, name, `g${group}`)));
          assert.equal(views[1], views[0]);
          assert.equal(views[2], views[0]);
          for (const { heard, problems } of followed) {
            assert.equal(problems, []);
            assert.is([...heard].sort().join(" "), views[0]![0]);
          }
        },
      ),
      { numRuns: 60 },
    );
  },
  { limitMs: 60_000 },
);

/** Keeps its own account of group `g0` by what it hears. */
function follow(net: LinkedCells, name: string): { heard: string[]; problems: string[] } {
  const heard: string[] = [];
  const problems: string[] = [];
  net.of(name).cell.spawn(function* (self: Self<GroupMessage>) {
    self.monitorGroup("g0");
    for (;;) {
      const { joined = [], left = [], lost } = yield* self.receive("group");
      if (lost) problems.push("lost");
      for (const pid of joined) heard.push(String(pid));
      for (const pid of left) {
        const at = heard.indexOf(String(pid));
        if (at < 0) problems.push(`${pid} left and was not there`);
        else heard.splice(at, 1);
      }
    }
  }, []);
  net.pass(1);
  return { heard, problems };
}
