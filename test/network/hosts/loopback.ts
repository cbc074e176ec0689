/** All hosts are this machine: programs are apart, cables there are none. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Hosts } from "./hosts.ts";

export class Loopback implements Hosts {
  readonly kind = "loopback";
  readonly hubAddress = "127.0.0.1";

  start(_: string, program: string, args: readonly string[], output: "inherit" | "ignore"): ChildProcess {
    return spawn(program, args, { stdio: ["pipe", output, output] });
  }

  cut(): boolean {
    return false;
  }

  heal(): void {}

  close(): void {}
}
