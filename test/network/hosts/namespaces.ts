/**
 * Each host is a network namespace with one veth cable to a bridge (ip-netns(8), bridge(8)); the broker's is the one with the
 * bridge. A cable is cut at the bridge's port, without a change of carrier that a board could see: the port is disabled (both
 * ways), or it floods and learns nothing (nothing to the host), or it is locked (nothing from it).
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import type { Cut, Hosts } from "./hosts.ts";

const BRIDGE = "switch0";
const SUBNET = "10.77.0";
const FORWARDING = 3;
const DISABLED = 0;

export class Namespaces implements Hosts {
  readonly kind = "network namespaces";
  readonly hubAddress = `${SUBNET}.1`;
  readonly #prefix = `holdfast-${process.pid}-`;
  readonly #hosts: readonly string[];

  /** Throws where this user or kernel cannot: `why` says what. */
  constructor(hosts: readonly string[]) {
    this.#hosts = hosts;
    try {
      this.#build();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  start(host: string, program: string, args: readonly string[], output: "inherit" | "ignore"): ChildProcess {
    const words = ["netns", "exec", this.#nameOf(host), program, ...args];
    return spawn("ip", words, { stdio: ["pipe", output, output] });
  }

  cut(host: string, cut: Cut): boolean {
    const port = this.#portOf(host);
    if (cut === "both") this.#bridge("link", "set", "dev", port, "state", `${DISABLED}`);
    else {
      const how =
        cut === "to" ? ["flood", "off", "bcast_flood", "off", "mcast_flood", "off"] : ["locked", "on"];
      this.#bridge("link", "set", "dev", port, "learning", "off", ...how);
      // What the bridge knows of this port lets frames through still.
      this.#inHub("ip", "link", "set", BRIDGE, "type", "bridge", "fdb_flush");
    }
    return true;
  }

  heal(host: string): void {
    const flood = ["flood", "on", "bcast_flood", "on", "mcast_flood", "on"];
    const port = this.#portOf(host);
    this.#bridge("link", "set", "dev", port, "locked", "off", "learning", "on", ...flood);
    this.#bridge("link", "set", "dev", port, "state", `${FORWARDING}`);
  }

  close(): void {
    for (const host of ["hub", ...this.#hosts]) spawnSync("ip", ["netns", "del", this.#nameOf(host)]);
  }

  #build(): void {
    const hub = this.#nameOf("hub");
    run("ip", "netns", "add", hub);
    this.#inHub("ip", "link", "add", BRIDGE, "type", "bridge", "forward_delay", "0");
    this.#inHub("ip", "address", "add", `${this.hubAddress}/24`, "dev", BRIDGE);
    for (const device of ["lo", BRIDGE]) this.#inHub("ip", "link", "set", device, "up");
    for (const [index, host] of this.#hosts.entries()) {
      const name = this.#nameOf(host);
      const port = this.#portOf(host);
      run("ip", "netns", "add", name);
      run("ip", "link", "add", port, "netns", hub, "type", "veth", "peer", "name", "eth0", "netns", name);
      this.#inHub("ip", "link", "set", port, "master", BRIDGE, "up");
      run("ip", "-n", name, "address", "add", `${SUBNET}.${index + 2}/24`, "dev", "eth0");
      for (const device of ["lo", "eth0"]) run("ip", "-n", name, "link", "set", device, "up");
      this.heal(host);
    }
  }

  #nameOf(host: string): string {
    return `${this.#prefix}${host}`;
  }

  /** Name of a network device: 15 characters at most. */
  #portOf(host: string): string {
    return `port${this.#hosts.indexOf(host)}`;
  }

  #bridge(...words: string[]): void {
    this.#inHub("bridge", ...words);
  }

  #inHub(...words: string[]): void {
    run("ip", "netns", "exec", this.#nameOf("hub"), ...words);
  }
}

function run(program: string, ...words: string[]): void {
  const { status, error, stderr } = spawnSync(program, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${words.join(" ")}: ${error?.message ?? stderr.trim()}`);
}
