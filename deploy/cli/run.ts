/**
 * `holdfast run`: starts the chain on this machine and stays with it.
 *
 * It stands where systemd stands on a Pi: starts the guardian (and the emulated world before it), starts the guardian
 * again when it dies, and ends it in order on Ctrl-C. The guardian starts the runtime by itself.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type BoardOptions, optionsEnvironment } from "../board/options.ts";
import { poolThreads } from "../board/pool-threads.ts";
import { readDoor } from "../board/read-door.ts";
import { ThisBoot } from "../board/this-boot.ts";
import { VERSION } from "../board/version.ts";
import { formatProblems, problemsJson } from "../config/format-problems.ts";
import { listenPlan } from "../config/listen-schema.ts";
import { loadConfig } from "../config/load-config.ts";
import { loginFiles } from "../config/login-schema.ts";
import { boardPlan, hardwarePlan } from "../config/plan.ts";
import { listen } from "../listen.ts";
import { EXIT } from "./exit-code.ts";
import { watchGuardian } from "./guardian-silence.ts";
import { logLine } from "./log-line.ts";
import { readFiles, readLogin } from "./read-login.ts";
import { startTable } from "./start-table.ts";

/** As the service unit has it. */
const GUARDIAN_RESTART_MS = 250;
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
  const brokerUrl = wanted.brokerUrl ?? boardPlan(config).mqtt.url;
  await portsAreFree(wanted, brokerUrl === undefined);
  if (brokerUrl !== undefined) readLogin(loginFiles(config.mqtt ?? {}, wanted.config));
  else if (config.mqtt?.listen) readFiles(() => readDoor(listenPlan(config.mqtt!.listen!, wanted.config)));
  const folder = mkdtempSync(join(tmpdir(), "holdfast-"));
  const options: BoardOptions = { ...wanted, worldSocket: join(folder, "world.sock") };
  const pageUrl = `http://localhost:${options.httpPort}/`;
  const emulated = config.hardware === "emulated";
  const boot = new ThisBoot(options.stateFolder, config.board.id);
  const notKept = (why: string) =>
    process.stderr.write(json ? `${JSON.stringify({ notKept: why })}\n` : `boots are not counted: ${why}\n`);
  await boot.begin(notKept);
  const world = emulated ? startProcess("world-main.js", options, ["pipe", "ignore", "inherit"]) : undefined;
  const buses = hardwarePlan(config).buses.length;
  let guardian: ChildProcess | undefined;
  let runtimePid: number | undefined;
  let stopping = false;
  /** Nothing is left to run on, and another guardian would find it so too. */
  let hardwareGone = false;
  let hasRun = false;
  let lastTry = false;
  let stoppingSinceMs = 0;

  const ended = new Promise<number>((done) => {
    const startGuardian = () => {
      guardian = startProcess("guardian-main.js", options, ["pipe", "inherit", "pipe", "pipe"], {
        UV_THREADPOOL_SIZE: poolThreads(buses),
        HOLDFAST_BEAT_FD: "3",
      });
      watchGuardian(guardian, options.limits.guardianMs, (silentMs) => {
        process.stderr.write(
          json
            ? `${JSON.stringify({ guardianHung: { silentMs } })}\n`
            : `the guardian has hung for ${silentMs} ms: ending it\n`,
        );
      });
      createInterface({ input: guardian.stderr! }).on("line", (line) => {
        const event = parseLog(line);
        if (event?.runtimeStarted !== undefined) runtimePid = (event.runtimeStarted as { pid: number }).pid;
        if (event?.runtimeExited !== undefined) runtimePid = undefined; // the number may soon be another's
        hasRun ||= event?.guardianStarted !== undefined;
        // One that has run leaves lines behind that the next one must make safe, whenever it can have them.
        if (event?.noHardware !== undefined && !hasRun) hardwareGone = stopping = true;
        const text = json ? line : logLine(line, event);
        if (text !== undefined) process.stderr.write(`${text}\n`);
      });
      // Ctrl-C came between two guardians: the next one still has to make the lines of the last safe.
      if (stopping) guardian.stdin!.end();
      guardian.stdin!.on("error", () => {}); // it died before it read that it should stop
      guardian.on("exit", (code, signal) => {
        // One that was killed while it should stop may have left lines on: one more makes them safe.
        if (stopping && (signal === null || hardwareGone || lastTry))
          return done(code === 0 ? EXIT.ok : EXIT.failed);
        lastTry = stopping;
        const how = signal ?? `code ${code}`;
        process.stderr.write(
          json
            ? `${JSON.stringify({ guardianExited: { code, signal } })}\n`
            : `the guardian ended (${how}): starting it again, it adopts the lines\n`,
        );
        setTimeout(() => {
          // It may have seen the end of its world before we did.
          if (hardwareGone) done(EXIT.failed);
          else startGuardian();
        }, GUARDIAN_RESTART_MS);
      });
    };
    startGuardian();
    world?.on("exit", () => {
      if (!stopping) process.stderr.write("the emulated world ended: nothing is left to run on\n");
      hardwareGone = true;
      stopping = true;
      guardian?.stdin?.end();
    });
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
    if (stopping) {
      if (performance.now() - stoppingSinceMs < SAME_CTRL_C_MS) return;
      // The runtime goes now; the guardian still reads back safe levels before it ends.
      if (runtimePid !== undefined) kill(runtimePid);
      return;
    }
    stopping = true;
    stoppingSinceMs = performance.now();
    if (!json) say("\nstopping: outputs to their safe levels (Ctrl-C again ends the runtime at once)\n");
    // Not by a signal, which would end a guardian that is still loading its code without safe levels.
    guardian?.stdin?.end();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  process.on("SIGHUP", stop);

  void allInService(pageUrl, () => stopping).then((devices) => {
    if (devices === undefined) return;
    const seconds = (performance.now() - startedAtMs) / 1000;
    const text = `all ${devices} devices and controllers in service after ${seconds.toFixed(1)} s: ${pageUrl}\n`;
    say(json ? `${JSON.stringify({ inService: { devices, seconds } })}\n` : text);
  });

  process.exitCode = await ended;
  await boot.end(notKept);
  world?.removeAllListeners("exit");
  world?.kill("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
  if (!json && process.exitCode === EXIT.ok) say("stopped: every output at its safe level\n");
  process.exit();
}

/** In a session of its own: a terminal's Ctrl-C reaches only this process, which then ends the chain in order. */
function startProcess(
  file: string,
  options: BoardOptions,
  stdio: ("pipe" | "inherit" | "ignore")[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  const path = fileURLToPath(new URL(`../board/${file}`, import.meta.url));
  return spawn(process.execPath, [path], {
    stdio,
    detached: true,
    env: { ...process.env, ...optionsEnvironment(options), ...environment },
  });
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
      const answer = await fetch(`${pageUrl}health`);
      const health = (await answer.json()) as { ok: boolean; devices: number };
      if (health.ok) return health.devices;
    } catch {
      // The page is not served yet.
    }
    await new Promise((done) => setTimeout(done, HEALTH_EVERY_MS));
  }
  return undefined;
}

function parseLog(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined; // a plain line, such as a stack trace
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended in the meantime.
  }
}
