/** Who is taken for dead, and when: the judgement over pets, without a process, a pipe or a real timer. */
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { equal, is } from "uvu/assert";
import { PetPipe } from "../../firmware/client/pet-pipe.ts";
import { PetWatch } from "../../firmware/guardian/pet-watch.ts";
import { PetFifo } from "../../firmware/transport/pet-fifo.ts";
import { encodePet, PET, PET_FRAME_BYTES } from "../../firmware/transport/pet-frame.ts";
import { makePipes, removePipes } from "../../firmware/transport/pipes.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { HandClock } from "./fixtures/hand-clock.ts";

const START_MS = 1000;

/** A runtime that pets every 10 ms of the clock as long as it `lives`, and its watch with a limit of 100 ms. */
function bench({ firstPetMs = 0 } = {}) {
  const clock = new HandClock();
  const startUs = clock.us;
  const ms = () => (clock.us - startUs) / 1000;
  const trace: string[] = [];
  const steal = { stolen: false };
  const pets = { lives: true, ended: false, stamps: [] as number[] };
  let looks = 0;
  let dying = false;
  let due: { readonly us: number; run(): void } | undefined;
  const watch = new PetWatch({
    pets: {
      newest: () => {
        looks++;
        return pets.stamps.splice(0).at(-1);
      },
      get ended() {
        return pets.ended;
      },
    },
    pid: 7,
    limitMs: 100,
    startLimitMs: START_MS,
    clock,
    steal,
    onDead: (by) => trace.push(`${by} after ${ms()} ms`),
    after: (waitMs, run) => {
      due = { us: clock.us + waitMs * 1000, run };
      return () => {
        due = undefined;
      };
    },
    dying: () => {
      trace.push(`/proc at ${ms()} ms`);
      return dying;
    },
  });
  const pass = (forMs: number, { guardianRuns = true } = {}) => {
    for (let step = 0; step < forMs; step++) {
      clock.passMs(1);
      if (pets.lives && ms() >= firstPetMs && ms() % 10 === 0) pets.stamps.push(clock.us);
      if (guardianRuns && due !== undefined && due.us <= clock.us) {
        const { run } = due;
        due = undefined;
        run();
      }
    }
  };
  return {
    pets,
    steal,
    watch,
    pass,
    die: () => {
      dying = true;
      pets.lives = false;
    },
    /** What happened since the last call. */
    did: () => trace.splice(0),
    looks: () => looks,
    isArmed: () => due !== undefined,
  };
}

spec("pets wake nobody: it looks when the next two may be missing, 50 times a second", () => {
  const { pass, did, looks } = bench();
  pass(100);
  const before = looks();
  pass(1000);
  is(looks() - before, 50);
  equal(did(), []);
});

spec("a runtime that is being torn down is seen 22 ms after its last pet", () => {
  const { pass, die, did, isArmed } = bench();
  pass(100);
  die();
  pass(50);
  equal(did(), ["/proc at 122 ms", "proc after 122 ms"]);
  is(isArmed(), false, "nothing left to look for");
});

spec("silence alone counts after the limit, from when the last pet was written", () => {
  const { pass, pets, did } = bench();
  pass(105);
  pets.lives = false;
  pass(200);
  equal(did().at(-1), "pet after 202 ms");
});

spec("time in which the guardian did not run is no silence, but a pet that is old is", () => {
  const { pass, pets, did } = bench();
  pass(100);
  pets.lives = false;
  pass(150, { guardianRuns: false });
  pass(50);
  const seen = did();
  is(seen[0], "/proc at 251 ms");
  is(
    seen.some((line) => line.startsWith("pet")),
    false,
    "the stall was common to both",
  );
  pass(100);
  equal(did().at(-1), "pet after 339 ms");
});

spec("a guardian that was held up finds the pets that came meanwhile", () => {
  const { pass, did } = bench();
  pass(100);
  pass(500, { guardianRuns: false });
  pass(200);
  equal(did(), []);
});

spec("where processors are taken away, silence is borne four times as long", () => {
  const { pass, pets, steal, did } = bench();
  pass(100);
  steal.stolen = true;
  pets.lives = false;
  pass(390);
  is(
    did().some((line) => line.startsWith("pet")),
    false,
  );
  pass(20);
  equal(did().at(-1), "pet after 502 ms");
});

spec("a pipe without its other end is a death at the next look", () => {
  const { pass, pets, did } = bench();
  pass(100);
  pets.ended = true;
  pass(30);
  is(did().length, 1);
});

spec("a runtime has its time to start, though not for ever", () => {
  const { pass, did } = bench({ firstPetMs: 900 });
  pass(2000);
  equal(did(), [], "it came in time");
  const never = bench({ firstPetMs: Number.POSITIVE_INFINITY });
  never.pass(2000);
  equal(never.did(), [`pet after ${START_MS} ms`]);
});

spec("who is closed looks no more", () => {
  const { watch, die, pass, did, isArmed } = bench();
  pass(100);
  watch.close();
  die();
  pass(500);
  equal(did(), []);
  is(isArmed(), false);
});

/** The real pipe and the stamps of a hand-made clock. */
async function pipe(t: SpecContext) {
  const pipes = await makePipes(undefined, 0);
  t.defer(() => removePipes(pipes));
  const fifo = new PetFifo(pipes.pet);
  t.defer(() => fifo.close());
  const fences = openSync(pipes.fence, constants.O_RDWR | constants.O_NONBLOCK);
  t.defer(() => closeSync(fences));
  return { pipes, fifo };
}

spec("of pets that waited in the pipe the newest counts, however many they are", async (t) => {
  const { pipes, fifo } = await pipe(t);
  is(fifo.newest(), undefined, "nobody writes yet");
  is(fifo.ended, false, "and nobody has ended");
  const clock = new HandClock();
  const pets = new PetPipe(pipes.directory, clock);
  is(fifo.newest(), undefined);
  for (let count = 0; count < 200; count++) {
    clock.passMs(10);
    is(pets.pet(), true);
  }
  is(fifo.newest(), clock.us);
  is(fifo.newest(), undefined, "each counts once");
  is(fifo.malformed, 0);
});

spec("what is no pet is counted, and the end of the writer is seen", async (t) => {
  const { pipes, fifo } = await pipe(t);
  const writer = openSync(pipes.pet, constants.O_WRONLY | constants.O_NONBLOCK);
  const frame = new Uint8Array(PET_FRAME_BYTES);
  encodePet(new DataView(frame.buffer), PET.fence, 1, 1, 5);
  writeSync(writer, frame);
  encodePet(new DataView(frame.buffer), PET.pet, 0, 0, 9);
  writeSync(writer, frame.subarray(0, 6));
  is(fifo.newest(), undefined, "a part of a pet is none");
  writeSync(writer, frame.subarray(6));
  closeSync(writer);
  is(fifo.newest(), 9);
  is(fifo.malformed, 1);
  is(fifo.newest(), undefined);
  is(fifo.ended, true);
});
