import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import type { KernelParts } from "./kernel-parts.ts";

export interface BootOptions {
  /** Programs for Node, run one after the other from `root`. */
  readonly files: readonly string[];
  /** The project's folder, which the guest sees read-only in the same place. */
  readonly root: string;
  /** For all files together, s. */
  readonly limitS: number;
  /** systemd is the first process, of which a service runs the files. Default: a shell script runs them. */
  readonly systemd?: boolean;
  /** Further arguments of QEMU. */
  readonly qemu?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What became of one file. `code` is undefined when the guest ended first. */
export interface FileOutcome {
  readonly file: string;
  readonly output: string;
  readonly code: number | undefined;
  /** Seconds inside the guest. */
  readonly seconds: number;
}

export interface BootOutcome {
  readonly files: readonly FileOutcome[];
  /** What the kernel and the first process printed. */
  readonly console: string;
  /** Seconds from the start of QEMU to its end. */
  readonly seconds: number;
}

/** A boot takes 3 s, many times that on a busy machine; beyond this QEMU itself hangs. */
const BOOT_LIMIT_S = 180;
/** Nice value: a tenth of a processor for each that others want, and all that they leave. With 19 it starved. */
const PREFERENCE = 10;
/** `accel=tcg` always: /dev/kvm may exist and be of no use to an ordinary kernel. */
const MACHINE = [
  "-M",
  "q35,accel=tcg",
  "-cpu",
  "max",
  "-m",
  "1024",
  "-smp",
  "2",
  "-nodefaults",
  "-display",
  "none",
];

/**
 * The kernel takes an emulated TSC for one that goes wrong, and HPET in its place: each look at the clock is then a system call
 * and a device of QEMU, a tenth of all that the tests compute. Its defences against a processor's leaks cost, too, and defend nobody here.
 */
const COMMAND_LINE = "console=ttyS0 panic=-1 quiet tsc=reliable mitigations=off";

/**
 * Boots a guest whose root is this machine's, read-only, and runs the files in it. Needs no privileges. Nothing
 * the guest does reaches the host but the folder of results, which is removed again.
 */
export async function boot(parts: KernelParts, options: BootOptions): Promise<BootOutcome> {
  const results = mkdtempSync(join(tmpdir(), "holdfast-guest-"));
  const path = (name: string) => join(results, name);
  try {
    writeFileSync(path("files"), options.files.map((file) => `${file}\n`).join(""));
    writeFileSync(path("limit"), `${options.limitS}\n`);
    writeFileSync(path("run"), runScript(options));
    if (options.systemd === true) {
      cpSync(join(options.root, "test/kernel/guest/systemd"), path("systemd"), { recursive: true });
    }
    const startMs = performance.now();
    await qemu(parts, results, options);
    const seconds = (performance.now() - startMs) / 1000;
    const read = (name: string) => (existsSync(path(name)) ? readFileSync(path(name), "utf8") : "");
    const files = options.files.map((file, index) => {
      const [code, began, ended] = ["code", "began", "ended"].map((what) =>
        read(`${index + 1}.${what}`).trim(),
      );
      const output = read(`${index + 1}.log`);
      const took = ended === "" ? 0 : Number(ended) - Number(began);
      return { file, output, code: code === "" ? undefined : Number(code), seconds: took };
    });
    return { files, console: read("console"), seconds };
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

/** What the guest's first process runs for each file. */
function runScript({ root, env = {} }: BootOptions): string {
  const variables = { HOME: "/root", TERM: "dumb", PATH: process.env.PATH ?? "/usr/bin:/bin", ...env };
  const assignments = Object.entries(variables).map(([name, value]) => quoted(`${name}=${value}`));
  const node = `${quoted(process.execPath)} --enable-source-maps "$1"`;
  return `cd ${quoted(root)} && exec env -i ${assignments.join(" ")} ${node}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * What the guest computes comes after what else the machine has to do: the tests of boards on the host judge by the clock.
 * The guest's own limits are wide. It is in a session of its own, whose preference is what counts where Linux
 * groups processes by session (autogroup in sched(7)).
 */
function yieldToOthers(pid: number): void {
  try {
    setPriority(pid, PREFERENCE);
    writeFileSync(`/proc/${pid}/autogroup`, String(PREFERENCE));
  } catch {
    return; // no autogroups, or a QEMU that ended at once: its end is told by its own event
  }
}

function qemu(parts: KernelParts, results: string, options: BootOptions): Promise<void> {
  const share = (id: string, path: string, tag: string, more = "") => [
    ...["-fsdev", `local,id=${id},path=${path},security_model=none,multidevs=remap${more}`],
    ...["-device", `virtio-9p-pci,fsdev=${id},mount_tag=${tag}`],
  ];
  const args = [
    ...MACHINE,
    ...["-serial", `file:${join(results, "console")}`, "-device", "virtio-rng-pci"],
    ...["-device", "i6300esb", "-action", "watchdog=reset"],
    ...share("host", "/", "host", ",readonly=on"),
    ...share("results", results, "results"),
    ...["-kernel", parts.kernel, "-initrd", parts.initrd, "-append", COMMAND_LINE],
    ...(options.qemu ?? []),
  ];
  return new Promise((resolve, reject) => {
    const child = spawn("qemu-system-x86_64", args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
    if (child.pid !== undefined) yieldToOthers(child.pid);
    let said = "";
    child.stderr.on("data", (data) => {
      said += data;
    });
    const end = () => child.kill("SIGKILL");
    const interrupted = (signal: NodeJS.Signals) => {
      end();
      process.kill(process.pid, signal); // heard once: now it ends this process as it would have
    };
    // Nobody waits for a guest whose starter is gone; the terminal's Ctrl-C does not reach its session.
    process.once("exit", end).once("SIGINT", interrupted).once("SIGTERM", interrupted);
    const limit = setTimeout(end, (BOOT_LIMIT_S + options.limitS) * 1000);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(limit);
      process.off("exit", end).off("SIGINT", interrupted).off("SIGTERM", interrupted);
      if (code === 0 || code === null) resolve();
      else reject(new Error(`qemu-system-x86_64 ended with ${code}: ${said.trim()}`));
    });
  });
}
