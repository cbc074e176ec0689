/** A real Mosquitto with a configuration of its own, for one test. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BrokerProcess } from "./broker-process.ts";
import { freePort } from "./free-port.ts";
import type { SpecContext } from "./spec.ts";
import { until } from "./until.ts";

const program = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto"].find(existsSync);

export class Mosquitto extends BrokerProcess {
  constructor(port: number, config: string) {
    super(program!, port, config);
  }

  async start(): Promise<void> {
    this.launch();
    let answers = false;
    await until("mosquitto answers", () => {
      const socket = connect({ host: "127.0.0.1", port: this.port }, () => {
        answers = true;
        socket.destroy();
      });
      socket.on("error", () => {});
      return answers;
    });
  }
}

/**
 * Starts one; ends the test as skipped where Mosquitto is not installed. `rights`: the lines of its ACL file, see
 * mosquitto.conf(5); without them everybody may do everything. `settings`: lines of its configuration about who may come in;
 * default: everybody.
 */
export async function mosquitto(
  t: SpecContext,
  rights: readonly string[] = [],
  settings: readonly string[] = ["allow_anonymous true"],
): Promise<Mosquitto> {
  if (program === undefined) t.skip("mosquitto is not installed");
  const folder = mkdtempSync(join(tmpdir(), "holdfast-mosquitto-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const port = await freePort();
  const config = join(folder, "mosquitto.conf");
  const acl = join(folder, "acl");
  if (rights.length > 0) {
    writeFileSync(acl, `${rights.join("\n")}\n`);
    // Started by root it becomes another user before it reads this.
    chmodSync(folder, 0o755);
    chmodSync(acl, 0o644);
  }
  writeFileSync(
    config,
    [
      ...(rights.length > 0 ? [`acl_file ${acl}`] : []),
      `listener ${port} 127.0.0.1`,
      ...settings,
      "persistence false",
      "set_tcp_nodelay true",
      // Else it gives up root, and with it the right to read what only root may.
      ...(process.getuid?.() === 0 ? ["user root"] : []),
      "",
    ].join("\n"),
  );
  const broker = new Mosquitto(port, config);
  t.defer(() => broker.kill());
  await broker.start();
  return broker;
}

/** Whether Mosquitto's command-line clients are there. */
export function hasMosquittoClients(): boolean {
  return spawnSync("mosquitto_sub", ["--help"]).error === undefined;
}
