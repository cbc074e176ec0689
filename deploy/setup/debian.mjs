/** What tests and benchmarks need from Debian: installs the missing packages when it can (root and apt-get). */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";

/** `services`: what Debian would start at once and at each boot; tests start their own, on ports of their own. */
const forTests = [
  { name: "mosquitto", file: "/usr/sbin/mosquitto", services: ["mosquitto.service"] },
  { name: "nats-server", file: "/usr/sbin/nats-server", services: ["nats-server.service"] },
  { name: "mosquitto-clients", file: "/usr/bin/mosquitto_sub" },
  { name: "chromium", file: "/usr/bin/chromium" },
  { name: "mtools", file: "/usr/bin/mcopy" },
  { name: "squashfs-tools", file: "/usr/bin/mksquashfs" },
  { name: "e2fsprogs", file: "/usr/sbin/debugfs" },
  { name: "xz-utils", file: "/usr/bin/xz" },
  { name: "openssh-server", file: "/usr/sbin/sshd", services: ["ssh.service"] },
];

/** The brokers of `npm run test:brokers`. */
export const forBrokers = [
  ...forTests,
  {
    name: "rabbitmq-server",
    file: "/usr/sbin/rabbitmq-server",
    services: ["rabbitmq-server.service", "epmd.socket", "epmd.service"],
  },
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

/** What makes releases for boards of both kinds, and starts them here. */
export const forReleases = [
  { name: "gcc-aarch64-linux-gnu", file: "/usr/bin/aarch64-linux-gnu-gcc" },
  { name: "g++-aarch64-linux-gnu", file: "/usr/bin/aarch64-linux-gnu-g++" },
  { name: "gcc-arm-linux-gnueabihf", file: "/usr/bin/arm-linux-gnueabihf-gcc" },
  { name: "g++-arm-linux-gnueabihf", file: "/usr/bin/arm-linux-gnueabihf-g++" },
  { name: "qemu-user-static", file: "/usr/bin/qemu-aarch64-static" },
];

/** What is a Raspberry Pi 3 to `npm run test:pi`. */
export const forPi = [{ name: "qemu-system-arm", file: "/usr/bin/qemu-system-aarch64" }];

/** What makes cards of Holdfast OS, and boots them. */
export const forImage = [
  ...forPi,
  { name: "squashfs-tools", file: "/usr/bin/mksquashfs" },
  { name: "openssh-client", file: "/usr/bin/ssh" },
  { name: "zstd", file: "/usr/bin/zstd" },
];

/** Tests whose package is missing afterwards report themselves as skipped (as failed when CI=true). */
export function installDebianPackages(packages = forTests) {
  const absent = packages.filter(({ file }) => !existsSync(file));
  const missing = absent.map(({ name }) => name);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    process.stderr.write(`holdfast: not installed, no root or no apt-get: ${missing.join(", ")}\n`);
    return;
  }
  process.stderr.write(`holdfast: installing from Debian: ${missing.join(", ")} ...\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("apt-get", ["update", "-qq"], { stdio: "ignore", env });
  const args = [
    "-o",
    "DPkg::Lock::Timeout=300",
    "install",
    "-y",
    "-qq",
    "--no-install-recommends",
    ...missing,
  ];
  const { status } = withoutServices(
    absent.flatMap(({ services = [] }) => services),
    () => spawnSync("apt-get", args, { stdio: ["ignore", "ignore", "inherit"], env }),
  );
  if (status !== 0) process.stderr.write(`holdfast: apt-get install failed (${status})\n`);
}

const POLICY = "/usr/sbin/policy-rc.d";

/** Nothing that is installed meanwhile starts, now (invoke-rc.d(8) asks the policy; 101 is "forbidden") or at the next boot. */
function withoutServices(services, install) {
  const isOurs = services.length > 0 && !existsSync(POLICY);
  if (isOurs) writeFileSync(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    return install();
  } finally {
    if (isOurs) rmSync(POLICY);
    if (services.length > 0 && existsSync("/run/systemd/system"))
      spawnSync("systemctl", ["disable", "--quiet", ...services], { stdio: "ignore" });
  }
}
