import * as assert from "uvu/assert";
import { LocalRegistries } from "../../../runtime/cell/local-registries.ts";
import { importPid, type Pid } from "../../../runtime/process/pid.ts";
import { spec } from "../../harness/spec.ts";

spec("what one cell claims and joins is in the others' views at once, and told to versions on trial", () => {
  const { registries, told } = board();
  const [a, b] = [registries.namesOf("a"), registries.namesOf("b")];
  const [groupsA, groupsB] = [registries.groupsOf("a"), registries.groupsOf("b")];
  a.claim("pump", pidOf("a"));
  groupsA.join(pidOf("a"), "pumps");
  assert.equal([String(b.whereis("pump")), groupsB.members("pumps").map(String)], ["<x.a.1>", ["<x.a.1>"]]);
  assert.equal(told, ["b named", "b member"]);
});

spec("a cell that comes later sees what is there", () => {
  const { registries } = board();
  registries.namesOf("a").claim("pump", pidOf("a"));
  registries.groupsOf("a").join(pidOf("a"), "pumps");
  assert.is(String(registries.namesOf("b").whereis("pump")), "<x.a.1>");
  assert.equal(registries.groupsOf("b").members("pumps").map(String), ["<x.a.1>"]);
});

spec("of two cells that claim a name the later one is refused", () => {
  const { registries, told } = board();
  const [a, b] = [registries.namesOf("a"), registries.namesOf("b")];
  a.claim("pump", pidOf("a"));
  b.claim("pump", pidOf("b"));
  assert.equal(told, ["b named", "refused pump <x.b.1>"]);
});

spec("with the end of a cell's life its names and memberships are gone for the others", () => {
  const { registries } = board();
  const [a, b] = [registries.namesOf("a"), registries.namesOf("b")];
  const [groupsA, groupsB] = [registries.groupsOf("a"), registries.groupsOf("b")];
  a.claim("pump", pidOf("a"));
  groupsA.join(pidOf("a"), "pumps");
  registries.forget("a", 1);
  assert.equal([b.whereis("pump"), groupsB.members("pumps")], [undefined, []]);
});

function board(): { registries: LocalRegistries; told: string[] } {
  const told: string[] = [];
  const registries = new LocalRegistries({
    refused: (name, pid) => void told.push(`refused ${name} ${pid}`),
    tellTrial: (cell, item) => void told.push(`${cell} ${"named" in item ? "named" : "member"}`),
  });
  return { registries, told };
}

function pidOf(cell: string): Pid {
  return importPid({ board: "x", cell, incarnation: 1, number: 1, key: `key of ${cell}` });
}
