/**
 * `npm run test:network [-- --minutes 10] [--seed 1] [--boards 3] [--loopback] [--svg history.svg]`: faults at random, from the seed, for so
 * long; then what boards wrote down is judged. Exit code 0 when every promise was kept, else 1. The same seed brings the same
 * faults at the same times; what boards do between them is up to the machine.
 */
import { writeFileSync } from "node:fs";
import { drawer } from "../soak/draw.ts";
import { checkHistory } from "./history/check.ts";
import { Loopback } from "./hosts/loopback.ts";
import { openHosts } from "./hosts/open-hosts.ts";
import { drawHistory } from "./trial/draw-history.ts";
import { befall, FAULTS } from "./trial/faults.ts";
import { figuresOf, lanes, violationLines } from "./trial/summary.ts";
import { sleep, TIMES, Trial } from "./trial/trial.ts";
import { MOSQUITTO } from "./trial/trial-broker.ts";

const NAMES = ["greenhouse", "pumphouse", "shed", "attic", "cellar"];
/** Length of a fault, and of the pause behind it, ms. */
const FAULT = { leastMs: 500, mostMs: 8000 } as const;
const PAUSE_MOST_MS = 3000;

const words = process.argv.slice(2);
const option = (name: string, otherwise: number) =>
  words.includes(name) ? Number(words[words.indexOf(name) + 1]) : otherwise;
const minutes = option("--minutes", 10);
const seed = option("--seed", 1);
const boards = NAMES.slice(0, option("--boards", 3));
const svg = words.includes("--svg") ? words[words.indexOf("--svg") + 1] : undefined;
if (!(minutes > 0) || !Number.isSafeInteger(seed) || boards.length < 2) {
  console.error("network: --minutes is a number above 0, --seed a whole number, --boards 2 to 5");
  process.exit(2);
}
if (MOSQUITTO === undefined) {
  console.error("network: mosquitto is not installed: apt-get install mosquitto");
  process.exit(2);
}

const { hosts, why } = words.includes("--loopback") ? { hosts: new Loopback() } : openHosts(boards);
console.log(`${boards.length} boards on ${hosts.kind}, seed ${seed}, ${minutes} minutes`);
if (why !== undefined) console.log(`no network namespaces: ${why}`);
const draw = drawer(seed);
const brokerKeeps = draw(2) === 0;
const trial = await Trial.start({ hosts, boards, seed, brokerKeeps });
process.on("SIGINT", () => void trial.close().then(() => process.exit(130)));
await trial.linked();
const befallen = new Map<string, number>();
for (let passedMs = 0; passedMs < minutes * 60_000; ) {
  const fault = FAULTS[draw(FAULTS.length)]!;
  const ms = FAULT.leastMs + draw(FAULT.mostMs - FAULT.leastMs);
  const pauseMs = draw(PAUSE_MOST_MS);
  befallen.set(fault.name, (befallen.get(fault.name) ?? 0) + 1);
  await befall(trial, fault, boards[draw(boards.length)]!, ms);
  await sleep(pauseMs);
  passedMs += ms + pauseMs;
}
let failure: string | undefined;
await trial.calmDown().catch((error: Error) => {
  failure = error.message;
});
const history = trial.history();
await trial.close();

const violations = checkHistory(history, TIMES);
console.log(`broker ${brokerKeeps ? "with" : "without"} persistence`);
for (const [name, count] of befallen) console.log(`${String(count).padStart(8)} x ${name}`);
for (const [what, count] of figuresOf(history)) console.log(`${String(count).padStart(8)} ${what}`);
for (const lane of lanes(history, boards)) console.log(lane);
for (const line of violationLines(history, violations)) console.log(line);
if (failure !== undefined) console.log(failure);
if (svg !== undefined) writeFileSync(svg, drawHistory(history, violations, boards));
const passed = violations.length === 0 && failure === undefined;
console.log(passed ? "passed" : `FAILED: npm run test:network -- --minutes ${minutes} --seed ${seed}`);
process.exit(passed ? 0 : 1);
