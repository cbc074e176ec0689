/** The system's own ssh server on a port of the loopback, for a key that is made for it. */
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { freePort, isListening } from "./free-port.ts";
import type { SpecContext } from "./spec.ts";
import { until } from "./until.ts";

const SSHD = "/usr/sbin/sshd";

export interface RealSshd {
  readonly target: string;
  /** The client with its options, as `--via` takes it. */
  readonly via: string;
}

/** Skips the test where there is no server, or this user may not start one. */
export async function realSshd(t: SpecContext): Promise<RealSshd> {
  if (!existsSync(SSHD)) t.skip("no openssh-server: sudo apt-get install openssh-server");
  if (userInfo().uid !== 0) t.skip("only root can let anybody log in");
  const folder = mkdtempSync(join(tmpdir(), "holdfast-sshd-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o700);
  const port = await freePort();
  const file = (name: string) => join(folder, name);
  for (const name of ["host", "key"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file(name)]);
  writeFileSync(
    file("config"),
    [
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${file("host")}`,
      `AuthorizedKeysFile ${file("key.pub")}`,
      `PidFile ${file("pid")}`,
      "PasswordAuthentication no",
      "PermitRootLogin prohibit-password",
      "StrictModes no",
      "UsePAM no",
    ].join("\n"),
  );
  mkdirSync("/run/sshd", { recursive: true });
  const server = spawn(SSHD, ["-D", "-e", "-f", file("config")], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  server.stderr.on("data", (data: Buffer) => {
    said += data.toString();
  });
  t.defer(() => server.kill("SIGTERM"));
  await until(`sshd listens: ${said}`, () => isListening(port), 10_000);
  const options = [
    "StrictHostKeyChecking=no",
    `UserKnownHostsFile=${file("known")}`,
    "LogLevel=ERROR",
    "BatchMode=yes",
  ].map((option) => `-o ${option}`);
  return { target: `root@127.0.0.1`, via: `ssh -p ${port} -i ${file("key")} ${options.join(" ")}` };
}
