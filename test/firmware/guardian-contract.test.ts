import { equal, is, match, ok } from "uvu/assert";
import { LocalGuardian } from "../../firmware/client/local-hardware.ts";
import type { GuardianEvent } from "../../firmware/contracts/control.ts";
import { EmulatedLines } from "../../firmware/emulated/emulated-lines.ts";
import { LocalBackend } from "../../firmware/emulated/local-backend.ts";
import { FrameReader, FrameWriter, KIND } from "../../firmware/transport/frame.ts";
import { guardianProtocol } from "../../firmware/transport/guardian-protocol.ts";
import { RequestContract } from "../../firmware/transport/request-contract.ts";
import { describeProtocol } from "../../runtime/protocol/describe-protocol.ts";
import { spec } from "../harness/spec.ts";
import { HandClock } from "./fixtures/hand-clock.ts";

/** A guardian with one output that is on, owned by 0; frames go to it past the client. */
function bench() {
  const clock = new HandClock();
  const lines = new EmulatedLines({ clock });
  const output = { line: "GPIO17", kind: "line", activeLow: false, safe: "off", onCrash: "safe" } as const;
  const plan = { outputs: [output], inputs: [], buses: [] };
  const events: GuardianEvent[] = [];
  const onEvent = (event: GuardianEvent) => events.push(event);
  const local = new LocalGuardian(plan, {
    clock,
    backend: new LocalBackend(plan, { lines, buses: {} }),
    onEvent,
  });
  const hardware = local.grant({ owner: 0, epoch: 3, outputs: ["GPIO17"], inputs: [], i2c: [] });
  hardware.output("GPIO17").write(1);
  const send = (kind: number, payload: (frame: FrameWriter) => void = () => {}, epoch = 3) => {
    const frame = new FrameWriter().begin(kind, 0, 1, 0, epoch, clock.now() + 1000);
    payload(frame);
    const reader = new FrameReader().over(frame.bytes);
    reader.decode(0, frame.length);
    local.guardian.request(reader);
  };
  return { local, lines, events, hardware, send, level: () => lines.find("GPIO17")!.level };
}

function codeOf(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
}

const BREACHES: readonly [string, number, (frame: FrameWriter) => void, Partial<GuardianEvent>][] = [
  [
    "a level above 1",
    KIND.write,
    (frame) => frame.u16(0).f64(1.5),
    {
      message: "write",
      path: "message.level",
      found: "1.5",
      allowed: "number 0..1",
    } as Partial<GuardianEvent>,
  ],
  [
    "a level that is no number",
    KIND.write,
    (frame) => frame.u16(0).f64(Number.NaN),
    { message: "write", path: "message.level", found: "NaN" } as Partial<GuardianEvent>,
  ],
  [
    "an address of 8 bits",
    KIND.transfer,
    (frame) => frame.u16(0).u8(200).u8(0).u16(1),
    { message: "transfer", path: "message.address", found: "200" } as Partial<GuardianEvent>,
  ],
  [
    "a read of more than a transfer may take",
    KIND.transfer,
    (frame) => frame.u16(0).u8(0x48).u8(0).u16(257),
    {
      message: "transfer",
      path: "message.reads",
      found: "257",
      allowed: "int 0..256",
    } as Partial<GuardianEvent>,
  ],
  [
    "words of the guardian",
    KIND.answer,
    () => {},
    { message: "answer", found: "answer (cell)", state: "granted" } as Partial<GuardianEvent>,
  ],
  [
    "words to the world",
    KIND.free,
    (frame) => frame.u16(0),
    {
      message: "free",
      allowed:
        "write (cell), renew (cell), read (cell), pulses (cell), transfer (cell), answer (guardian), edge (guardian), fenced (guardian)",
    } as Partial<GuardianEvent>,
  ],
];

for (const [what, kind, payload, expected] of BREACHES) {
  spec(`${what} from a cell costs it its rights at once, and the report names it`, () => {
    const { send, events, level, hardware } = bench();
    is(level(), 1);
    send(kind, payload);
    is(level(), 0, "its output follows onCrash");
    const [fenced, contract] = events as unknown as Record<string, unknown>[];
    equal([fenced!.kind, contract!.kind], ["fenced", "contract"]);
    equal([contract!.owner, contract!.epoch], [0, 3]);
    for (const [key, value] of Object.entries(expected)) is(contract![key], value);
    is(
      codeOf(() => hardware.output("GPIO17").write(1)),
      "fenced",
    );
    is(level(), 0);
  });
}

spec("what breaks no contract but a right or a rule is answered as before, and fences nobody", () => {
  const { send, events, level } = bench();
  send(KIND.write, (frame) => frame.u16(9).f64(1));
  send(KIND.write, (frame) => frame.u16(0).f64(0.5));
  send(KIND.transfer, (frame) => frame.u16(5).u8(0x48).u8(0).u16(1));
  is(level(), 1);
  ok(events.every(({ kind }) => kind === "refusedWrite"));
});

spec("a wrong frame of an epoch that is over moves nothing and blames nobody", () => {
  const { send, events, level } = bench();
  send(KIND.write, (frame) => frame.u16(0).f64(7), 2);
  is(level(), 1);
  equal(
    events.map(({ kind }) => kind),
    ["refusedWrite"],
  );
});

spec("the client refuses what would break the contract before it leaves", () => {
  const { hardware, events, level } = bench();
  for (const wrong of [1.5, -0.1, Number.NaN, Number.POSITIVE_INFINITY]) {
    is(
      codeOf(() => hardware.output("GPIO17").write(wrong)),
      "refused",
    );
  }
  equal(events, [], "the guardian heard nothing of it");
  is(level(), 1);
  is(hardware.output("GPIO17").write(0), 0, "and the owner goes on");
});

spec("checking a request that is right allocates nothing", () => {
  const contract = new RequestContract();
  const round = () => {
    for (let n = 0; n < 20_000; n++) {
      contract.write(n & 3, 0.5);
      contract.renew(1);
      contract.read(2);
      contract.transfer(0, 0x48, 2, 6);
    }
  };
  // Of several rounds, for until it is compiled, which another thread does when it gets a core, numbers are objects.
  const grown = Array.from({ length: 50 }, () => {
    const before = process.memoryUsage().heapUsed;
    round();
    return process.memoryUsage().heapUsed - before;
  });
  const least = Math.min(...grown.filter((bytes) => bytes >= 0)); // less than before: it was collected meanwhile
  ok(least < 400_000, `${least} bytes for 80,000 requests`);
});

spec("the guardian's protocol prints", () => {
  match(
    describeProtocol(guardianProtocol.spec),
    /\| granted \| cell \| write \| \{ line: int 0\.\.65535, level: number 0\.\.1 \}/,
  );
});
