/** The hub as whoever starts it sees it. */
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Hosts } from "../hosts/hosts.ts";
import type { HubOrder, HubPlan } from "./hub.ts";

const program = fileURLToPath(new URL("./hub.js", import.meta.url));

export class HubProgram {
  readonly #child: ChildProcess;

  /** On the broker's host. */
  constructor(hosts: Hosts, plan: Omit<HubPlan, "address">) {
    const whole: HubPlan = { ...plan, address: hosts.hubAddress };
    const args = ["--enable-source-maps", program, JSON.stringify(whole)];
    this.#child = hosts.start("hub", process.execPath, args, "inherit");
  }

  order(order: HubOrder): void {
    this.#child.stdin!.write(`${JSON.stringify(order)}\n`);
  }

  async close(): Promise<void> {
    const gone = new Promise((done) => this.#child.once("exit", done));
    if (this.#child.exitCode !== null) return;
    this.#child.stdin!.end();
    await gone;
  }
}
