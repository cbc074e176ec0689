/**
 * Eclipse Paho's interoperability tests against the board's own broker as it is shipped, and Mosquitto beside it: a fresh broker
 * for each case. Prints a line for each case and the sums; exit code 1 when the own broker passes fewer than it is known to.
 */
import { EmbeddedBroker } from "../../deploy/mqtt/embedded-broker.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import type { SpecContext } from "../harness/spec.ts";
import { casesOf, type PahoModule, type PahoOutcome, runCase } from "./paho-suite.ts";

const [folder = "", ...words] = process.argv.slice(2);
/** Of the own broker, with the suite of January 2024. What fails, and why, is in deploy/decisions/0001. */
const KNOWN: Readonly<Record<PahoModule, number>> = { client_test: 6, client_test5: 13 };
const VERSIONS = { client_test: "MQTT 3.1.1", client_test5: "MQTT 5" } as const;

type Start = (t: SpecContext) => Promise<number>;

const own: Start = async (t) => {
  const broker = await EmbeddedBroker.start({ port: 0 });
  t.defer(() => broker.close());
  return broker.port;
};
const theirs: Start = async (t) => (await mosquitto(t)).port;

let fewer = false;
for (const module of ["client_test", "client_test5"] as const) {
  const sums = { own: 0, theirs: 0 };
  const cases = casesOf(folder, module).filter((name) => words.every((word) => name.includes(word)));
  for (const name of cases) {
    const [ours, mosquittos] = await Promise.all([judge(own, module, name), judge(theirs, module, name)]);
    sums.own += Number(ours.passed);
    sums.theirs += Number(mosquittos.passed);
    console.log(`${mark(ours)} own  ${mark(mosquittos)} mosquitto  ${VERSIONS[module]} ${name}`);
    if (!ours.passed) console.log(`        own: ${ours.words}`);
    if (!mosquittos.passed) console.log(`        mosquitto: ${mosquittos.words}`);
  }
  console.log(
    `${VERSIONS[module]}: own ${sums.own} of ${cases.length}, mosquitto ${sums.theirs} of ${cases.length}`,
  );
  if (words.length === 0 && sums.own < KNOWN[module]) fewer = true;
}
process.exit(fewer ? 1 : 0);

async function judge(start: Start, module: PahoModule, name: string): Promise<PahoOutcome> {
  const undos: (() => unknown)[] = [];
  const t: SpecContext = {
    defer: (undo) => void undos.push(undo),
    skip: (reason) => {
      throw new Error(reason);
    },
  };
  try {
    return await runCase(folder, module, name, await start(t));
  } finally {
    for (const undo of undos.reverse()) await undo();
  }
}

function mark({ passed }: PahoOutcome): string {
  return passed ? "ok    " : "failed";
}
