import { type BoardOptions, DEFAULT_PORTS } from "../board/options.ts";
import type { Overview } from "../board/overview.ts";
import { secretFiles } from "../board/secret-files.ts";
import { VERSION } from "../board/version.ts";
import { loadConfig } from "../config/load-config.ts";
import { diagnose } from "../doctor/diagnose.ts";
import type { RunningBoard } from "../doctor/machine.ts";
import { doctorText } from "./doctor-text.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { askBoard, type OperatorFlags } from "./operator-client.ts";

export interface DoctorFlags
  extends OperatorFlags,
    Pick<BoardOptions, "httpPort" | "mqttPort" | "stateFolder"> {
  /** A configuration to compare the machine with. */
  readonly config?: string;
  readonly deviceTree?: string;
}

/** A board that does not answer within this time is taken for none. */
const ANSWER_LIMIT_MS = 2000;

/** `holdfast doctor`: what this machine is and has, what stands in the way, and what helps. Exit code 1 where a problem was found. */
export async function doctor(flags: DoctorFlags): Promise<void> {
  const { config, json, deviceTree } = flags;
  const { examineThisMachine } = await import("../board/this-machine.ts");
  const running = await runningBoard(flags);
  const loaded = config === undefined ? undefined : loadConfig(config);
  const examination = await examineThisMachine({
    ...(loaded === undefined ? {} : { loaded }),
    ...(loaded?.config && { secrets: secretFiles(loaded.config, config!) }),
    ...(running === undefined ? {} : { running }),
    ...(deviceTree === undefined ? {} : { deviceTree }),
    ports: [
      { port: flags.mqttPort, what: "the MQTT broker", option: "--mqtt-port" },
      { port: flags.httpPort, what: "the page", option: "--http-port" },
    ],
    stateFolder: flags.stateFolder,
  });
  const findings = diagnose(examination);
  if (json) {
    const lines = findings.map(({ group, finding }) => `${JSON.stringify({ group, ...finding })}\n`);
    process.stdout.write(lines.join(""));
  } else {
    process.stdout.write(doctorText(findings, { version: VERSION, colour: process.stdout.isTTY === true }));
  }
  if (findings.some(({ finding }) => finding.verdict === "problem")) process.exitCode = EXIT.failed;
}

/** The board that answers at the page's address, if that is on this machine. */
export async function runningBoard(flags: OperatorFlags): Promise<RunningBoard | undefined> {
  try {
    const { board, hardware, devices, brokerNode, brokerCause } = await askBoard<Overview>(
      flags,
      "/overview",
      {},
      { limitMs: ANSWER_LIMIT_MS },
    );
    const isLive = brokerNode !== null && brokerCause === null;
    const broker = isLive ? brokerNode : { cause: brokerCause ?? "it is starting" };
    return { id: board, hardware, page: withoutLogin(flags.page), broker, devices };
  } catch (error) {
    if (error instanceof CliError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function withoutLogin(page: string): string {
  const url = new URL(page || `http://127.0.0.1:${DEFAULT_PORTS.http}/`);
  url.username = "";
  url.password = "";
  return url.href;
}
