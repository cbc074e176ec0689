/**
 * A real RabbitMQ with its MQTT plugin, for one test. Debian's is 3.10, which speaks MQTT 3.1.1 only.
 *
 * Its start takes 11 s on a quiet machine. Erlang's name server (epmd) would outlive it as a daemon, so each gets one of its own,
 * a child of the test, before it looks for one.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, isListening } from "./free-port.ts";
import type { SpecContext } from "./spec.ts";
import { until } from "./until.ts";

const program = "/usr/lib/rabbitmq/bin/rabbitmq-server";
const epmd = "/usr/bin/epmd";

const START_LIMIT_MS = 90_000;

export class RabbitMq {
  readonly port: number;
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;

  constructor(port: number, env: Readonly<Record<string, string>>) {
    this.port = port;
    this.#env = env;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    // The program is a script that waits for the one that matters: they are a process group, and end together.
    this.#child = spawn(program, [], {
      stdio: "ignore",
      detached: true,
      env: { ...process.env, ...this.#env },
    });
    process.on("exit", this.#abandon);
    await until("RabbitMQ listens", () => isListening(this.port), START_LIMIT_MS);
  }

  /** As a power cut would: no goodbye to clients. */
  async kill(): Promise<void> {
    process.off("exit", this.#abandon);
    this.#abandon();
    this.#child = undefined;
    await until("RabbitMQ is gone", async () => !(await isListening(this.port)));
  }

  readonly #abandon = (): void => {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It ended by itself.
    }
  };
}

/** Starts one on an empty store; ends the test as skipped where RabbitMQ is not installed. */
export async function rabbitMq(t: SpecContext): Promise<RabbitMq> {
  if (!existsSync(program)) t.skip("rabbitmq-server is not installed");
  const folder = mkdtempSync(join(tmpdir(), "holdfast-rabbitmq-"));
  t.defer(() => rmSync(folder, { recursive: true, maxRetries: 5 }));
  const names = await freePort();
  const daemon = spawn(epmd, ["-port", String(names), "-address", "127.0.0.1"], { stdio: "ignore" });
  t.defer(() => void daemon.kill("SIGKILL"));
  await until("epmd answers", () => isListening(names));
  const port = await freePort();
  writeFileSync(join(folder, "plugins"), "[rabbitmq_mqtt].\n");
  writeFileSync(
    join(folder, "rabbitmq.conf"),
    `listeners.tcp = none\nmqtt.listeners.tcp.1 = 127.0.0.1:${port}\nmqtt.allow_anonymous = true\nmqtt.default_user = guest\nmqtt.default_pass = guest\n`,
  );
  mkdirSync(join(folder, "home"));
  const broker = new RabbitMq(port, {
    HOME: join(folder, "home"),
    ERL_EPMD_PORT: String(names),
    RABBITMQ_NODENAME: `holdfast${port}@localhost`,
    RABBITMQ_DIST_PORT: String(await freePort()),
    RABBITMQ_CONF_ENV_FILE: "/dev/null",
    RABBITMQ_CONFIG_FILE: join(folder, "rabbitmq.conf"),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "plugins"),
    RABBITMQ_MNESIA_BASE: join(folder, "store"),
    RABBITMQ_LOG_BASE: join(folder, "log"),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "+S 1:1",
  });
  t.defer(() => broker.kill());
  await broker.start();
  return broker;
}
