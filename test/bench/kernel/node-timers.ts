/** Node's own timers beside a million others: `process.argv[2]` is `start` or `cancel`. For information. */
import { Rounds } from "./work/rounds.ts";
import { delayMs } from "./work/timers.ts";

const LIVE = 1_000_000;
const ROUND = 100_000;

const onTick = () => {};
for (let n = 0; n < LIVE; n++) setTimeout(onTick, delayMs(n)).unref();
const rounds = new Rounds(ROUND);
const handles = new Array<NodeJS.Timeout | undefined>(ROUND).fill(undefined);
const start = () => {
  for (let n = 0; n < ROUND; n++) handles[n] = setTimeout(onTick, delayMs(n));
};
const cancel = () => {
  for (const handle of handles) clearTimeout(handle);
};

while (rounds.more()) {
  if (process.argv[2] === "start") {
    start();
    rounds.without(cancel);
  } else {
    rounds.without(start);
    cancel();
  }
}
console.log(JSON.stringify(rounds.figure));
process.exit(0);
