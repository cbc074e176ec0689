import { formatDuration } from "../../runtime/time/duration.ts";
import { type BoardFlags, connectBoard, devicesIn, readRetained, stateOf } from "./board-client.ts";
import { columns } from "./columns.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { sendAndSay } from "./send-command.ts";

export interface ModeFlags extends BoardFlags {
  readonly for?: string;
}

type State = Readonly<Record<string, unknown>>;

/** `holdfast mode`: the modes of all devices and why, or of one; with `wanted`, an order to it. Exit 3 when refused. */
export async function mode(
  device: string | undefined,
  wanted: string | undefined,
  flags: ModeFlags,
): Promise<void> {
  if (wanted === undefined && flags.for !== undefined)
    throw new CliError(EXIT.usage, "--for says how long a mode holds: name one");
  const client = await connectBoard(flags);
  try {
    const retained = await readRetained(client, flags);
    const { board } = retained;
    if (device === undefined || wanted === undefined) {
      const shown = device === undefined ? devicesIn(retained).sort() : [device];
      const states = shown.map((id) => [id, stateOf(retained, id)] as const);
      if (flags.json) {
        for (const [id, state] of states)
          process.stdout.write(`${JSON.stringify(inData(board, id, state))}\n`);
      } else {
        const rows = states.map(([id, state]) => inWords(id, state));
        process.stdout.write(`${columns([["device", "mode", "why"], ...rows]).join("\n")}\n`);
      }
      return;
    }
    stateOf(retained, device);
    const command = {
      mode: wanted,
      ...(flags.for === undefined ? {} : { for: flags.for }),
    };
    await sendAndSay(client, board, device, command, flags);
  } finally {
    await client.endAsync(true);
  }
}

function inData(board: string, device: string, { mode, cause, why, modes, modeOverride, climbsInMs }: State) {
  return { board, device, mode, cause, why, modes, modeOverride, climbsInMs };
}

function inWords(device: string, { mode, cause, modeOverride, climbsInMs }: State): string[] {
  const override = modeOverride as { mode: string; remainingMs: number } | null | undefined;
  const notes = [
    ...(typeof cause === "string" ? [cause] : []),
    ...(override ? [`at most ${override.mode} for ${formatDuration(override.remainingMs)}`] : []),
    ...(typeof climbsInMs === "number" ? [`may climb in ${formatDuration(climbsInMs)}`] : []),
  ];
  return [device, String(mode), notes.join("; ")];
}
