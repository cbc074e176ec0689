/** A real sshd on loopback that takes one key, for one test. */
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { freePort, isListening } from "./free-port.ts";
import type { SpecContext } from "./spec.ts";
import { until } from "./until.ts";

/** sshd wants to be started by its whole path (sshd(8)). */
const PROGRAM = "/usr/sbin/sshd";

/** Ends the test as skipped where OpenSSH's server is not installed. `via`: program and words that reach it. */
export async function sshServer(t: SpecContext): Promise<{ readonly target: string; readonly via: string }> {
  if (!existsSync(PROGRAM)) t.skip("openssh-server is not installed");
  const folder = mkdtempSync(join(tmpdir(), "holdfast-sshd-"));
  t.defer(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ["host", "user"])
    spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, name)]);
  copyFileSync(join(folder, "user.pub"), join(folder, "authorized"));
  const port = await freePort();
  const config = {
    Port: port,
    ListenAddress: "127.0.0.1",
    HostKey: join(folder, "host"),
    AuthorizedKeysFile: join(folder, "authorized"),
    PidFile: "none",
    StrictModes: "no",
    UsePAM: "no",
    PasswordAuthentication: "no",
  };
  const lines = Object.entries(config).map(([name, value]) => `${name} ${value}`);
  writeFileSync(join(folder, "config"), `${lines.join("\n")}\n`);
  // Debian's service makes it; root's sshd does not start without.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  const child = spawn(PROGRAM, ["-D", "-e", "-f", join(folder, "config")], { stdio: "ignore" });
  t.defer(() => child.kill());
  await until("sshd listens", () => isListening(port));
  const options = [
    "StrictHostKeyChecking=no",
    `UserKnownHostsFile=${join(folder, "known")}`,
    "LogLevel=ERROR",
  ];
  return {
    target: `${userInfo().username}@127.0.0.1`,
    via: ["ssh", "-p", port, "-i", join(folder, "user"), ...options.flatMap((option) => ["-o", option])].join(
      " ",
    ),
  };
}
