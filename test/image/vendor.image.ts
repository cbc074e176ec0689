/** The vendor's system with a board in it, booted: written offline, and by its boot partition alone. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { is, match } from "uvu/assert";
import { loadConfig } from "../../deploy/config/load-config.ts";
import { buildApplication } from "../../deploy/release/application.ts";
import { ImageBootFiles } from "../../deploy/vendor/boot-files.ts";
import { Ext4Part } from "../../deploy/vendor/ext4-part.ts";
import { FIRST_RUN } from "../../deploy/vendor/first-run.ts";
import { growRoot } from "../../deploy/vendor/grow-root.ts";
import { injectBoard } from "../../deploy/vendor/inject.ts";
import { readPartitions } from "../../deploy/vendor/partitions.ts";
import { prepareBoot } from "../../deploy/vendor/prepare-boot.ts";
import { type MqttProbe, probe } from "../harness/mqtt-probe.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { gpioSim } from "./gpio-sim.ts";
import { lineBoard } from "./line-board.ts";
import { Machine } from "./machine.ts";
import { patientBroker } from "./patient-broker.ts";
import { type VendorSystem, vendorSystem } from "./vendor-system.ts";
import { BOARD, MACHINE, piTree } from "./virt.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const LIMIT_MS = 600_000;
const MIB = 1_048_576;

/** The system, a broker of this machine, and a board that is to use it. */
async function ready(t: SpecContext) {
  if (process.getuid?.() !== 0) t.skip("the files of a system are root's, and this is not root");
  const folder = mkdtempSync(join(tmpdir(), "holdfast-vendor-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const broker = await patientBroker(t);
  const configFile = join(folder, "board.config.json");
  writeFileSync(configFile, lineBoard(broker.fromGuest));
  const { config } = loadConfig(configFile);
  const application = join(folder, "application");
  await buildApplication({ target: "linux-arm64", config: configFile, out: application });
  const step = (what: string) => void process.stderr.write(`holdfast: ${what} ...\n`);
  const system = await vendorSystem(folder, await gpioSim(ROOT, step));
  const client = await probe(t, broker.url, ["holdfast/greenhouse/#"]);
  const board = { config: config!, configFile, application, settings: { hostname: "greenhouse" } };
  return { folder, system, board, client };
}

/** Boots it as the firmware would: the command line is the boot partition's. */
function boot(t: SpecContext, folder: string, { image, kernel, initramfs }: VendorSystem): Promise<Machine> {
  const commandLine = new ImageBootFiles(image, readPartitions(image).boot).read("cmdline.txt")!;
  return Machine.start(
    t,
    {
      qemu: [
        ...["-M", MACHINE, ...BOARD, "-serial", "stdio", "-no-reboot", "-dtb", piTree(folder)],
        ...["-kernel", kernel, "-initrd", initramfs, "-append", commandLine.trim()],
        ...["-drive", `file=${image},format=raw,if=none,id=card`, "-device", "virtio-blk-pci,drive=card"],
        ...["-device", "virtio-rng-pci"],
      ],
    },
    "virtio-net-pci",
  );
}

async function switches(machine: Machine, client: MqttProbe): Promise<void> {
  try {
    await until(
      "the board is online",
      () => client.last("holdfast/greenhouse/status")?.state === "online",
      LIMIT_MS,
    );
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${machine.console.slice(-6000)}`);
  }
  process.stdout.write(`figures: online after ${machine.seconds.toFixed(1)} s\n`);
  await client.send("holdfast/greenhouse/led/set", { on: true });
  await until(
    "the line is read back on",
    () => client.last("holdfast/greenhouse/led/on")?.value === true,
    LIMIT_MS,
  );
}

spec(
  "an image with a board in it comes up with its first boot, and a second injection changes nothing",
  async (t) => {
    const { folder, system, board, client } = await ready(t);
    const parts = { ...board, image: system.image, release: "0.1.0 linux-arm64" };
    const startedMs = performance.now();
    is(injectBoard(parts), "injected");
    process.stdout.write(`figures: injected in ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`);
    const copy = join(folder, "copy.img");
    copyFileSync(system.image, copy);
    is(injectBoard(parts), "present");
    execFileSync("cmp", [system.image, copy]);
    const machine = await boot(t, folder, system);
    await switches(machine, client);
    await machine.cut();
    is(/Kernel panic|BUG:|Oops/.test(machine.console), false, machine.console);
  },
  { limitMs: 3 * LIMIT_MS },
);

spec(
  "a boot partition with a board on it installs that at the first boot, and the second one is the board's",
  async (t) => {
    const { folder, system, board, client } = await ready(t);
    // The vendor's first boot grows the root file system to the card's size.
    growRoot(system.image, readPartitions(system.image), 250 * MIB);
    const files = new ImageBootFiles(system.image, readPartitions(system.image).boot);
    prepareBoot({ ...board, boot: files });
    const first = await boot(t, folder, system);
    await first.off(LIMIT_MS / 1000); // it restarts, and QEMU ends
    const log = files.read(FIRST_RUN.log) ?? "";
    is(files.read(FIRST_RUN.script), undefined, `${log}\n${first.console.slice(-4000)}`);
    is(files.read(FIRST_RUN.archive), undefined);
    match(
      files.read("cmdline.txt")!,
      /^console=ttyAMA0 root=\/dev\/vda2 rootfstype=ext4 panic=5 rootwait *\n$/,
    );
    const second = await boot(t, folder, system);
    await switches(second, client);
    await second.cut();
    const root = new Ext4Part(system.image, readPartitions(system.image).root);
    match(root.read("/etc/systemd/system/holdfast.service")!.toString(), "User=holdfast");
    is(root.read("/etc/hostname")!.toString(), "greenhouse\n");
  },
  { limitMs: 4 * LIMIT_MS },
);
