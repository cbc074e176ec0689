/** The real Mosquitto of a trial, on the hub of its hosts. */
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hosts } from "../hosts/hosts.ts";

export const MOSQUITTO = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto"].find(existsSync);

export class TrialBroker {
  readonly #hosts: Hosts;
  readonly #config: string;
  #child: ChildProcess | undefined;

  /** `keeps`: it writes retained messages to a file at each change, and has them when it is started again. */
  constructor(hosts: Hosts, port: number, folder: string, keeps: boolean) {
    this.#hosts = hosts;
    this.#config = join(folder, "mosquitto.conf");
    const store = join(folder, "store");
    mkdirSync(store);
    const persistence = [
      "persistence true",
      `persistence_location ${store}/`,
      "autosave_on_changes true",
      "autosave_interval 1",
    ];
    const lines = [
      `listener ${port} ${hosts.hubAddress}`,
      "allow_anonymous true",
      "set_tcp_nodelay true",
      "log_type none",
      ...(process.getuid?.() === 0 ? ["user root"] : []),
      ...(keeps ? persistence : ["persistence false"]),
    ];
    writeFileSync(this.#config, `${lines.join("\n")}\n`);
  }

  start(): void {
    this.#child = this.#hosts.start("hub", MOSQUITTO!, ["-c", this.#config], "ignore");
  }

  /** As a power cut would: no goodbye to clients. */
  kill(): Promise<void> {
    return killed(this.#child);
  }
}

/** Ends a program at once, and waits until it is gone. */
export async function killed(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once("exit", done));
  child.kill("SIGKILL");
  await gone;
}
