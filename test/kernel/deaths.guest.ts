/** Deaths of runtime, cell and guardian over real lines, judged from their other side: what gpio-sim puts out. */
import { equal, is, ok } from "uvu/assert";
import { GpioChip } from "../../firmware/linux/gpio-chip.ts";
import { until } from "../firmware/fixtures/bench-rig.ts";
import { spec } from "../harness/spec.ts";
import { kernelRig, SEEN_MS } from "./fixtures/kernel-rig.ts";
import type { SimHeader } from "./fixtures/sim-header.ts";

const seen = (header: SimHeader, line: string, level: number) =>
  until(() => header.level(line) === level, `${line} at ${level}`, SEEN_MS);

spec(
  "kill -9 of the runtime brings every real line to its policy, and a new runtime takes over",
  async (t) => {
    const { rig, header } = await kernelRig(t);
    for (const line of ["GPIO17", "GPIO22", "GPIO23", "GPIO25"]) {
      is(await rig.call({ op: "write", line, level: 1 }), 1, line);
    }
    is(header.level("GPIO22"), 0, "active low");
    process.kill(rig.runtimePid, "SIGKILL");
    await seen(header, "GPIO17", 0);
    await seen(header, "GPIO22", 1);
    await until(() => directionOf(25) === "input", "release of GPIO25", SEEN_MS);
    is((await rig.readyRuntime()).incarnation, 2);
    is(header.level("GPIO23"), 1, "held");
    is(await rig.call({ op: "write", line: "GPIO22", level: 1 }), 1);
    is(header.level("GPIO22"), 0);
  },
);

spec("a frozen runtime is taken for dead, and its lines are safe before it ends", async (t) => {
  const { rig, header } = await kernelRig(t);
  await rig.call({ op: "write", line: "GPIO22", level: 1 }); // it has no lease
  process.kill(rig.runtimePid, "SIGSTOP");
  await seen(header, "GPIO22", 1);
  is((await rig.logged("runtimeDead", 0, SEEN_MS)).by, "proc");
  is((await rig.readyRuntime()).incarnation, 2);
});

spec(
  "an absent chip takes nothing with it, a driver that hangs only its cell's lines, and the runtime lives on",
  async (t) => {
    const { rig, header } = await kernelRig(t);
    await rig.call({ op: "transfer", write: [3, 7], read: 0 });
    const away = rig.call({ op: "transfer", address: 0x19, write: [3], read: 1 });
    is(await away.catch(({ code }: { code?: string }) => code), "address_nak");
    equal(await rig.call({ op: "transfer", write: [3], read: 1 }), [7], "its neighbour on the bus");
    await rig.call({ op: "write", line: "GPIO22", level: 1 });
    is(header.level("GPIO22"), 0, "active low, and without a lease");
    void rig.call({ op: "hang" }).catch(() => {}); // it never answers
    await rig.call({ control: "fenceByWatchdog" });
    await seen(header, "GPIO22", 1);
    await rig.call({ control: "regrant", epoch: 2 });
    is(await rig.call({ op: "write", line: "GPIO22", level: 1 }), 1);
    is(rig.log.filter((line) => line.runtimeDead).length, 0);
  },
);

spec(
  "the death of the guardian ends the runtime; the next one makes the lines safe that the kernel let go",
  async (t) => {
    const { rig, header } = await kernelRig(t);
    // A board on which a line that nobody has goes on driving its load: without a guardian it stays on.
    header.pull("GPIO17", 1);
    await rig.call({ op: "write", line: "GPIO17", level: 1 });
    const oldRuntime = rig.runtimePid;
    rig.guardian!.kill("SIGKILL");
    await until(() => !alive(oldRuntime), "end of the runtime", SEEN_MS);
    is(header.level("GPIO17"), 1, "nobody is there to switch it off");
    await rig.startGuardian();
    await seen(header, "GPIO17", 0);
  },
);

spec("an orderly stop: safe levels, then the end of the runtime, then exit 0", async (t) => {
  const { rig, header } = await kernelRig(t);
  for (const line of ["GPIO17", "GPIO23"]) await rig.call({ op: "write", line, level: 1 });
  const { guardian, runtimePid } = rig;
  guardian!.kill("SIGTERM");
  await until(() => guardian!.exitCode !== null, "end of the guardian", SEEN_MS);
  is(guardian!.exitCode, 0);
  is(alive(runtimePid), false);
  for (const line of ["GPIO17", "GPIO23"]) is(header.level(line), 0, line);
  const order = () => rig.log.map((line) => Object.keys(line)[0]).filter((key) => key !== "event");
  await until(() => order().includes("runtimeExited"), "word of the runtime's end", SEEN_MS);
  const [safe, exited] = [order().indexOf("safe"), order().indexOf("runtimeExited")];
  ok(safe >= 0 && safe < exited, order().join(" "));
});

/** A line that was let go is an input for whatever pulls it. */
function directionOf(offset: number): string {
  const chip = GpioChip.find("pinctrl-bcm2835")!;
  try {
    return chip.line(offset).direction;
  } finally {
    chip.close();
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
