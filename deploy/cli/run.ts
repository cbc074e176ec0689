/**
 * `holdfast run`: starts the chain on this machine and stays with it.
 *
 * It stands where systemd stands on a Pi: starts the guardian (and the emulated world before it), starts the guardian
 * again when it dies, and ends it in order on Ctrl-C. The guardian starts the runtime by itself.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endProcess } from "../board/end-process.ts";
import type { BoardOptions } from "../board/options.ts";
import { readDoor } from "../board/read-door.ts";
import { lockState } from "../board/state-lock.ts";
import { ThisBoot } from "../board/this-boot.ts";
import { VERSION } from "../board/version.ts";
import { formatProblems, problemsJson } from "../config/format-problems.ts";
import { listenPlan } from "../config/listen-schema.ts";
import { loadConfig } from "../config/load-config.ts";
import { loginFiles } from "../config/login-schema.ts";
import { boardPlan, hardwarePlan } from "../config/plan.ts";
import { listen } from "../listen.ts";
import { askHealth } from "./ask-health.ts";
import { EXIT } from "./exit-code.ts";
import { LaunchedGuardian } from "./launched-guardian.ts";
import { readFiles, readLogin } from "./read-login.ts";
import { startProcess } from "./start-process.ts";
import { startTable } from "./start-table.ts";

const HEALTH_EVERY_MS = 50;
/** A terminal sends Ctrl-C to everybody in the foreground, and npm passes it on: the same one comes twice. */
const SAME_CTRL_C_MS = 300;

type RunOptions = Omit<BoardOptions, "worldSocket">;

export async function run(wanted: RunOptions, json: boolean): Promise<void> {
  const say = (text: string) => process.stdout.write(text);
  const startedAtMs = performance.now();
  const { config, problems = [], warnings } = loadConfig(wanted.config, { emulated: wanted.emulated });
  const found = json
    ? problemsJson(problems, warnings, wanted.config)
    : formatProblems(problems, warnings, wanted.config);
  if (problems.length > 0 || warnings.length > 0) process.stderr.write(`${found}\n`);
  if (config === undefined) {
    process.exitCode = EXIT.usage;
    return;
  }
  // It lasts as long as this process.
  await lockState(wanted.stateFolder, config.board.id, {
    pid: process.pid,
    as: "holdfast run",
    config: wanted.config,
  });
  const brokerUrl = wanted.brokerUrl ?? boardPlan(config).mqtt.url;
  await portsAreFree(wanted, brokerUrl === undefined);
  if (brokerUrl !== undefined) readLogin(loginFiles(config.mqtt ?? {}, wanted.config));
  else if (config.mqtt?.listen) readFiles(() => readDoor(listenPlan(config.mqtt!.listen!, wanted.config)));
  const folder = mkdtempSync(join(tmpdir(), "holdfast-"));
  const options: BoardOptions = { ...wanted, worldSocket: join(folder, "world.sock") };
  const pageUrl = `http://localhost:${options.httpPort}/`;
  const emulated = config.hardware === "emulated";
  const boot = new ThisBoot(options.stateFolder, config.board.id);
  let notKeptWhy: string | undefined;
  const notKept = (why: string) => {
    if (why === notKeptWhy) return;
    notKeptWhy = why;
    process.stderr.write(json ? `${JSON.stringify({ notKept: why })}\n` : `${nothingKept(options, why)}\n`);
  };
  await boot.begin(notKept);
  const world = emulated ? startProcess("world-main.js", options, ["pipe", "ignore", "inherit"]) : undefined;
  const guardian = new LaunchedGuardian(options, hardwarePlan(config).buses.length, json);
  let stoppingSinceMs = 0;
  guardian.start();
  world?.on("exit", () => {
    if (!guardian.stopping) process.stderr.write("the emulated world ended: nothing is left to run on\n");
    guardian.hardwareIsGone();
  });

  if (!json) {
    const mqttUrl = brokerUrl ?? `mqtt://localhost:${options.mqttPort}`;
    say(
      startTable(config, {
        version: VERSION,
        pageUrl,
        mqttUrl,
        ownBroker: brokerUrl === undefined,
        colour: process.stdout.isTTY === true,
      }),
    );
  }

  const stop = () => {
    if (guardian.stopping) {
      if (performance.now() - stoppingSinceMs >= SAME_CTRL_C_MS) guardian.endRuntime();
      return;
    }
    stoppingSinceMs = performance.now();
    if (!json) say("\nstopping: outputs to their safe levels (Ctrl-C again ends the runtime at once)\n");
    guardian.stop();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  process.on("SIGHUP", stop);

  void allInService(pageUrl, () => guardian.stopping).then((devices) => {
    if (devices === undefined) return;
    const seconds = (performance.now() - startedAtMs) / 1000;
    const text = `all ${devices} devices and controllers in service after ${seconds.toFixed(1)} s: ${pageUrl}\n`;
    say(json ? `${JSON.stringify({ inService: { devices, seconds } })}\n` : text);
  });

  process.exitCode = await guardian.ended;
  await boot.end(notKept);
  world?.removeAllListeners("exit");
  world?.kill("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
  if (!json && process.exitCode === EXIT.ok) say("stopped: every output at its safe level\n");
  await endProcess();
}

/** It runs all the same: only what a restart should not forget is lost. */
function nothingKept({ stateFolder }: RunOptions, why: string): string {
  return `${stateFolder} takes no files (${why}): setpoints, boots and crashes are not kept; let this user write there, or name another folder with --state or HOLDFAST_STATE`;
}

/** Says at once that a port is taken, instead of a board that starts and starts again. */
async function portsAreFree({ httpPort, mqttPort }: RunOptions, embedded: boolean): Promise<void> {
  const host = "127.0.0.1";
  const places = [
    { port: httpPort, what: "the page", option: "--http-port", environment: "HOLDFAST_HTTP_PORT" },
    ...(embedded
      ? [
          {
            port: mqttPort,
            what: "the MQTT broker",
            option: "--mqtt-port",
            environment: "HOLDFAST_MQTT_PORT",
          },
        ]
      : []),
  ];
  for (const place of places) {
    const server = createServer();
    await listen(server, { host, ...place });
    await new Promise((done) => server.close(done));
  }
}

/** Resolves to how many devices there are once all are in service; `undefined` when that will not come. */
async function allInService(pageUrl: string, given: () => boolean): Promise<number | undefined> {
  while (!given()) {
    try {
      const health = await askHealth(pageUrl);
      if (health.ok) return health.devices;
    } catch {
      // The page is not served yet.
    }
    await new Promise((done) => setTimeout(done, HEALTH_EVERY_MS));
  }
  return undefined;
}
