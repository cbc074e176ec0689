import { is, ok } from "uvu/assert";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { controllerPlans } from "../../../deploy/config/plan.ts";
import { spec } from "../../harness/spec.ts";
import { demoPlan, demoText } from "../demo-board.ts";
import { drySoil, foreignDoor, LEASE_MS, TwoLinkedBoards } from "./two-linked-boards.ts";

spec("a controller whose envoy was ended from over there sends another", async () => {
  const boards = new TwoLinkedBoards();
  const { greenhouse, pumphouse } = boards.bench;
  boards.device(greenhouse, demoPlan("soil"), drySoil());
  const drives: number[] = [];
  // A door that ends the first three that come, each after its first words.
  foreignDoor(
    pumphouse,
    () => drives.push(0),
    (self, talk) => {
      drives[drives.length - 1]!++;
      if (drives.length <= 3) self.exit(talk.peer, "killed");
    },
  );
  const { config } = parseConfig(demoText);
  const plan = controllerPlans(config!).find(({ id }) => id === "irrigation")!;
  const abroad = { board: "pumphouse", door: "valve.output", desk: "board@pumphouse" };
  const output = { device: "valve@pumphouse", field: "on", abroad };
  const decide = (input: object | undefined) => ({ on: true, why: "", trusted: input !== undefined });
  const law = {
    decide,
    look: decide,
    change: () => {},
    readings: () => ({}),
    memory: () => undefined,
    goOn: () => {},
  };
  const pid = boards.controller({ ...plan, commandForMs: LEASE_MS, output }, law);
  await boards.pass(20);
  is(drives.length, 4);
  ok(drives[3]! >= 10, `${drives[3]} commands of the last one`);
  is(
    String(greenhouse.kernel.cell.names.whereis("irrigation")),
    String(pid),
    "the controller lived through it",
  );
});
