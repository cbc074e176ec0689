/** What tests and benchmarks need from Debian: installs the missing packages when it can (root and apt-get). */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const forTests = [
  { name: "mosquitto", file: "/usr/sbin/mosquitto" },
  { name: "mosquitto-clients", file: "/usr/bin/mosquitto_sub" },
  { name: "chromium", file: "/usr/bin/chromium" },
];

/** `erlc` and `erl`: what the kernel is measured against. */
export const forKernelBench = [{ name: "erlang-base", file: "/usr/bin/erlc" }];

/** The floor under sleeping threads, and a peer: what `bench:time` compares with. */
export const forTimeBench = [...forKernelBench, { name: "rt-tests", file: "/usr/bin/cyclictest" }];

/** What boots the kernel guest, and what builds its modules. */
export const forKernelGuest = [
  { name: "qemu-system-x86", file: "/usr/bin/qemu-system-x86_64" },
  { name: "gcc", file: "/usr/bin/gcc" },
  { name: "make", file: "/usr/bin/make" },
  { name: "xz-utils", file: "/usr/bin/xz" },
];

/** What is the first process of the guest in `npm run test:systemd`. */
export const forSystemdGuest = [{ name: "systemd", file: "/lib/systemd/systemd" }];

/** What is a Raspberry Pi 3 to `npm run test:pi`. */
export const forPi = [{ name: "qemu-system-arm", file: "/usr/bin/qemu-system-aarch64" }];

/** Tests whose package is missing afterwards report themselves as skipped (as failed when CI=true). */
export function installDebianPackages(packages = forTests) {
  const missing = packages.filter(({ file }) => !existsSync(file)).map(({ name }) => name);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    process.stderr.write(`holdfast: not installed, no root or no apt-get: ${missing.join(", ")}\n`);
    return;
  }
  process.stderr.write(`holdfast: installing from Debian: ${missing.join(", ")} ...\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("apt-get", ["update", "-qq"], { stdio: "ignore", env });
  const args = ["install", "-y", "-qq", "--no-install-recommends", ...missing];
  const { status } = spawnSync("apt-get", args, { stdio: ["ignore", "ignore", "inherit"], env });
  if (status !== 0) process.stderr.write(`holdfast: apt-get install failed (${status})\n`);
}
