import { equal, is, throws } from "uvu/assert";
import type { Backend } from "../../firmware/contracts/backend.ts";
import type { BusPlan } from "../../firmware/contracts/bus-plan.ts";
import type { GuardianEvent } from "../../firmware/contracts/control.ts";
import { BusOwner } from "../../firmware/guardian/bus-owner.ts";
import type { PolicyTransfer } from "../../firmware/guardian/policy-transfer.ts";
import { segmentsOf } from "../../firmware/guardian/segments.ts";
import { FrameReader, FrameWriter, KIND } from "../../firmware/transport/frame.ts";
import { spec } from "../harness/spec.ts";

const nothing = new Uint8Array(0);

/** A bus whose backend answers when the test says so. */
function bench(more: Partial<BusPlan> = {}) {
  const trace: string[] = [];
  let current = (_request: number) => true;
  let lent: Uint8Array = nothing;
  const backend = {
    transfer: (_: number, address: number, bytes: Uint8Array) => {
      lent = bytes;
      trace.push(`start ${address}`);
    },
    recover: () => void trace.push("nine clocks"),
  } as unknown as Backend;
  const plan = { bus: "i2c-1", hz: 400_000, ...more };
  const place = { plan, adapter: 0, segments: segmentsOf([plan]) };
  const answers = {
    answer: ({ request }: { request: number }, status: string) => void trace.push(`${request} ${status}`),
    isCurrent: ({ request }: { request: number }) => current(request),
    event: (event: GuardianEvent) => {
      if (event.kind === "busStuck") trace.push(event.recovered ? "recovered" : "stuck for good");
    },
    away: (line: string, away: boolean) => void trace.push(`${line} ${away ? "away" : "safe"}`),
  };
  const bus = new BusOwner(place, backend, answers, 0);
  const writer = new FrameWriter();
  return {
    bus,
    /** What the backend was given to write. */
    lent: () => lent,
    submit(request: number, deadlineUs: number, nowUs = 0) {
      writer.begin(KIND.transfer, 0, request, 0, 1, deadlineUs).u16(0).u8(request).u8(0).u16(1).u8(request);
      const frame = new FrameReader().over(writer.bytes);
      frame.decode(0, writer.length);
      return bus.submit(frame, 0, nowUs);
    },
    /** Hands in a transfer of the guardian's own; the name stands in its trace. */
    policy(name: string, address: number, nowUs = 0): PolicyTransfer {
      const done = (status: string) => void trace.push(`${name} ${status}`);
      const transfer = { address, bytes: Uint8Array.of(0x0a, address), readLength: 0, done };
      bus.policy(transfer, nowUs);
      return transfer;
    },
    done: (nowUs = 0) => bus.done("ok", nothing, 0, 0, nowUs),
    fence: (request: number) => {
      current = (other) => other !== request;
    },
    happened: () => trace.splice(0),
  };
}

spec("one transfer is under way, the others wait by deadline", () => {
  const { submit, done, happened } = bench();
  submit(1, 500);
  submit(2, 400);
  submit(3, 300);
  submit(4, 400);
  equal(happened(), ["start 1"]);
  for (let i = 0; i < 4; i++) done();
  equal(happened(), ["1 ok", "start 3", "3 ok", "start 2", "2 ok", "start 4", "4 ok"]);
});

spec("the queue is bounded", () => {
  const { submit } = bench();
  const verdicts = Array.from({ length: 40 }, (_, request) => submit(request, 1000));
  is(verdicts.filter((verdict) => verdict === "ok").length, 33, "one under way and 32 waiting");
  equal(new Set(verdicts.slice(33)), new Set(["refused"]));
});

spec("how long the machine may take to tell of a transfer's end is a matter of the plan", () => {
  for (const [heardUs, hangsUs] of [
    [undefined, 100_100],
    [2_000_000, 2_000_100],
  ] as const) {
    const { bus, submit, done, happened } = bench(heardUs === undefined ? {} : { heardUs });
    submit(1, 10_000_000);
    bus.expire(hangsUs - 1);
    equal(happened(), ["start 1"]);
    bus.expire(hangsUs);
    equal(happened(), ["1 timeout"]);
    done(hangsUs + 1);
    equal(happened(), [], "nothing else happened");
    is(bus.nextUs, Infinity, "nothing left open");
  }
});

spec("a transfer that waits past its deadline is answered without work", () => {
  const { bus, submit, done, happened } = bench();
  submit(1, 1000);
  submit(2, 500);
  is(bus.nextUs, 500);
  bus.expire(500);
  done(600);
  equal(happened(), ["start 1", "2 timeout", "1 ok"]);
  is(bus.nextUs, Infinity, "nothing left open");
});

spec("a transfer that takes too long is answered, and the bus stays busy until it ends", () => {
  const { bus, submit, done, happened } = bench();
  submit(1, 500);
  bus.expire(500);
  submit(2, 5000, 600);
  equal(happened(), ["start 1", "1 timeout"]);
  done(700);
  done(800);
  equal(happened(), ["start 2", "2 ok"]);
});

spec("the bytes of a transfer that takes too long stay as they are until it ends", () => {
  const { bus, lent, submit, done } = bench();
  submit(1, 500);
  const written = lent();
  is(written[0], 1);
  bus.expire(500);
  for (let request = 2; request < 40; request++) submit(request, 5000, 600);
  is(written[0], 1, "a pool thread may still be sending them");
  done(700);
});

spec("a transfer whose owner was fenced while it waited never starts", () => {
  const { submit, done, fence, happened } = bench();
  submit(1, 500);
  submit(2, 500);
  fence(2);
  done();
  equal(happened(), ["start 1", "1 ok", "2 fenced"]);
});

spec("a stuck bus gets nine clocks before the next transfer", () => {
  const { bus, submit, happened } = bench();
  submit(1, 500);
  submit(2, 500);
  bus.done("bus_stuck", nothing, 0, 0, 10);
  equal(happened(), ["start 1", "1 bus_stuck", "nine clocks"]);
  bus.recovered(true, undefined, 20);
  equal(happened(), ["recovered", "start 2"]);
});

spec("the guardian's own transfers go ahead of everybody's, in the order they came", () => {
  const { submit, policy, done, happened } = bench();
  submit(1, 500);
  submit(2, 100);
  policy("pump safe", 0x20);
  policy("valve safe", 0x21);
  for (let i = 0; i < 4; i++) done();
  equal(happened(), [
    ...["start 1", "1 ok", "start 32", "pump safe ok", "start 33", "valve safe ok", "start 2", "2 ok"],
  ]);
});

spec("the guardian's own transfer is taken however full the queue is", () => {
  const { submit, policy, done, happened } = bench();
  for (let request = 1; request < 40; request++) submit(request, 1000);
  policy("pump safe", 0x20);
  done();
  equal(happened().slice(0, 3), ["start 1", "1 ok", "start 32"]);
});

spec("the guardian's own transfer is answered once, also on a bus that does not come free", () => {
  const { bus, submit, policy, done, happened } = bench();
  submit(1, 1000);
  policy("pump safe", 0x20);
  bus.expire(bus.nextUs);
  equal(happened(), ["start 1", "1 timeout"]);
  is(bus.nextUs, 100_000);
  bus.expire(100_000);
  equal(happened(), ["pump safe timeout"]);
  done(200_000);
  equal(happened(), [], "nothing else happened");
  is(bus.nextUs, Infinity, "nothing left open");
});

spec(
  "the guardian's own transfer that hangs is answered once, and may be handed in again before the bus is free",
  () => {
    const { bus, policy, done, happened, lent } = bench();
    const transfer = policy("pump safe", 0x20);
    bus.expire(101_000);
    equal(happened(), ["start 32", "pump safe timeout"]);
    bus.policy(transfer, 110_000);
    transfer.bytes[0] = 0xff;
    is(lent()[0], 0x0a, "a pool thread may still be sending the first one");
    done(120_000);
    is(lent()[0], 0xff, "the newest bytes are sent");
    done(121_000);
    equal(happened(), ["start 32", "pump safe ok"]);
    is(bus.nextUs, Infinity, "nothing left open");
  },
);

spec("a transfer that is handed in twice before its answer is a defect", () => {
  const { bus, policy } = bench();
  const transfer = policy("pump safe", 0x20);
  throws(() => bus.policy(transfer, 1), /twice/);
  throws(() => bus.policy({ ...transfer, bytes: new Uint8Array(0) }, 1), /0 bytes/);
});
