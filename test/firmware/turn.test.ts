import { equal, is } from "uvu/assert";
import { BackOff } from "../../firmware/guardian/back-off.ts";
import { isDying, statSaysDying, statusSaysKilled } from "../../firmware/guardian/death-evidence.ts";
import { Turn } from "../../firmware/guardian/turn.ts";
import { FrameWriter, KIND } from "../../firmware/transport/frame.ts";
import { spec } from "../harness/spec.ts";

function bench(slots = 3) {
  const trace: string[] = [];
  const turn = new Turn(
    {
      fence: ({ owner }) => void trace.push(`fence ${owner}`),
      expire: () => void trace.push("expire"),
      request: ({ owner, request }) => void trace.push(`${owner}:${request}`),
    },
    slots,
  );
  const writer = new FrameWriter();
  const arrives = (owner: number, request: number, deadlineUs: number, claims = owner) => {
    writer.begin(KIND.renew, 0, request, claims, 1, deadlineUs).u16(0);
    turn.bytes(owner, writer.bytes, writer.length);
  };
  return { turn, arrives, happened: () => trace.splice(0) };
}

spec("a turn takes fences, then timers, then requests by deadline", () => {
  const { turn, arrives, happened } = bench();
  arrives(0, 1, 300);
  arrives(1, 2, 100);
  arrives(0, 3, 200);
  turn.fence({ owner: 2, epoch: 1 });
  is(turn.run(), false);
  equal(happened(), ["fence 2", "expire", "1:2", "0:3", "0:1"]);
  turn.run();
  equal(happened(), ["expire"], "nothing else happened");
});

spec("an owner gets 32 frames a turn, the others are not kept waiting", () => {
  const { turn, arrives, happened } = bench();
  for (let request = 0; request < 40; request++) arrives(0, request, 100);
  arrives(1, 1, 200);
  is(turn.run(), true);
  const first = happened();
  is(first.length, 1 + 32 + 1);
  is(first.at(-1), "1:1");
  is(turn.run(), false);
  is(happened().length, 1 + 8);
});

spec("a turn finds what came for any of very many owners, and the rest of a frame when that comes", () => {
  const { turn, arrives, happened } = bench(1000);
  arrives(999, 1, 300);
  arrives(37, 2, 100);
  const frame = new FrameWriter().begin(KIND.renew, 0, 3, 500, 1, 200).u16(0);
  turn.bytes(500, frame.bytes, 10);
  is(turn.run(), false);
  equal(happened(), ["expire", "37:2", "999:1"]);
  turn.bytes(500, frame.bytes.slice(10), frame.length - 10);
  turn.run();
  equal(happened(), ["expire", "500:3"]);
  turn.run();
  equal(happened(), ["expire"], "nothing else happened");
});

spec("a frame that names another owner than its FIFO is dropped and counted", () => {
  const { turn, arrives, happened } = bench();
  arrives(0, 1, 100, 1);
  turn.run();
  equal(happened(), ["expire"]);
  is(turn.forged, 1);
});

spec("what a dead runtime left behind is forgotten", () => {
  const { turn, arrives, happened } = bench();
  arrives(0, 1, 100);
  turn.fence({ owner: 0, epoch: 1 });
  turn.clear();
  turn.run();
  equal(happened(), ["expire"]);
});

spec("/proc tells a dying process from a living one", () => {
  const stat = (state: string, flags: number) => `42 (a) b (c) ${state} 1 42 42 0 -1 ${flags} 0 0`;
  is(statSaysDying(stat("S", 0x400000)), false);
  is(statSaysDying(stat("Z", 0)), true);
  is(statSaysDying(stat("R", 0x400004)), true);
  is(statSaysDying(stat("T", 0x400000)), false, "stopped is not dead");
  is(statusSaysKilled("SigPnd:\t0000000000000000\nShdPnd:\t0000000000000100\n"), true);
  is(
    statusSaysKilled("SigPnd:\t0000000000004000\nShdPnd:\t0000000000000000\n"),
    false,
    "SIGTERM may be caught",
  );
  is(isDying(process.pid), false);
  is(isDying(2 ** 22 + 1), true, "no such process");
});

spec("restarts back off from a quarter of a second to half a minute, until a run was healthy", () => {
  const backOff = new BackOff();
  const waits = Array.from({ length: 9 }, () => backOff.after(1_000_000));
  equal(waits, [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  is(backOff.after(30_000_000), 250);
});
