/**
 * The chain's log (one JSON object a line) in words for a terminal. Only what a person needs to see while the
 * board runs: the page and the event topic have the rest.
 */
type Entry = Readonly<Record<string, unknown>>;

/** `undefined`: not worth a line. A line that is no JSON is shown as it is. */
export function logLine(line: string, entry: Entry | undefined): string | undefined {
  if (entry === undefined) return line;
  const [[kind, detail] = ["", {}]] = Object.entries(entry) as [string, Entry][];
  switch (kind) {
    case "runtimeStarted":
      return detail.incarnation === 1
        ? undefined
        : `guardian: started the runtime again (${detail.incarnation})`;
    case "runtimeDead":
      return `guardian: the runtime is dead (seen by ${detail.by}): outputs to their policy`;
    case "hardwareLost":
      return `guardian: lost its hardware: ${detail.why}`;
    case "hardwareAway":
      return `guardian: ${detail.why}`;
    case "watchdogPetted":
      return watchdogLine(detail);
    case "watchdogLost":
      return `guardian: cannot pet the watchdog: ${detail.why}`;
    case "resetComing":
      return `guardian: the runtime has not come up for ${Math.round(Number(detail.failingMs) / 1000)} s: the watchdog will reset the board`;
    case "noHardware":
      return `guardian: this machine does not have what the configuration needs:\n${detail.why}`;
    case "stateTaken":
      return `guardian: ${detail.why}`;
    case "waitsForConfig":
      return `guardian: ${detail.why}`;
    case "stopStep":
      return stopStepLine(detail);
    case "defect":
      return `guardian: defect: ${detail.stack}`;
    case "unsettled":
      return "guardian: an output has not read back its safe level";
    case "stopped": {
      const lines = detail.unsafe as readonly string[] | undefined;
      if (lines === undefined || lines.length === 0) return undefined;
      return `guardian: stopped, but ${lines.join(", ")} did not read back the safe level: check the wiring`;
    }
    case "watchdog":
      return endRuntimeLine(detail);
    case "event":
      return eventLine(detail);
    case "log":
      return printedLine(detail);
    case "configuration":
      return configurationLine(detail);
    case "place": {
      const { text, refused } = detail as { text: string; refused: readonly string[] };
      return refused.length === 0 ? undefined : text;
    }
    case "bootLevels":
      return `boot levels: ${detail.message}; ${detail.remedy}`;
    case "onTimesNotKept":
      return `guardian: times on start afresh when it dies: ${detail}`;
    case "notKept":
      return `not kept: ${detail}`;
    default:
      return undefined;
  }
}

/** Only what a person would not expect: another limit than asked for, or no way to stop it. */
function watchdogLine({ device, identity, askedS, limitS, stoppable }: Entry): string | undefined {
  const limit = askedS === limitS ? "" : `: it counts to ${limitS} s, not to ${askedS} s`;
  const end =
    stoppable === false ? `: it cannot be stopped, so the board is reset ${limitS} s after a stop` : "";
  return limit + end === "" ? undefined : `guardian: watchdog ${device} (${identity})${limit}${end}`;
}

/** Only the outputs that are not as their policy says. */
function stopStepLine({ why, outcomes = [] }: Entry): string | undefined {
  if (why !== undefined) return `stop step: ${why}`;
  const failed = (outcomes as readonly Entry[]).filter(({ did }) => did === "failed");
  const lines = failed.map(({ line, why }) => `${line}: ${why}`);
  return lines.length === 0 ? undefined : `stop step: not as their policy says: ${lines.join("; ")}`;
}

/** Where the kernel's thread was, when it could still tell. */
function endRuntimeLine({ endRuntime, stack }: Entry): string {
  const frames = Array.isArray(stack) ? stack.map((frame) => `\n    ${frame}`) : [];
  return `watchdog: ended the runtime: ${endRuntime}${frames.join("")}`;
}

function eventLine({
  kind,
  line,
  count,
  rateHz,
  maskedMs,
  owner,
  message,
  found,
  allowed,
}: Entry): string | undefined {
  switch (kind) {
    case "leaseExpired":
    case "maxOn":
    case "gaveWay":
    case "unsafe":
      return `guardian: ${kind} at ${line}`;
    case "maxOnLatched":
      return `guardian: maxOn fired too often at ${line}: it stays off until "holdfast clear" of its device`;
    case "edgesLost":
      return `guardian: ${line} changes too fast: lost ${count} edges`;
    case "edgeStorm":
      return `guardian: ${line} has a storm of edges (${rateHz} a second): not listened to for ${maskedMs} ms; check its wiring`;
    case "edgeStormOver":
      return `guardian: ${line} has calmed down`;
    case "fenced":
      return `guardian: fenced owner ${owner}`;
    case "contract":
      return `guardian: owner ${owner} broke the contract with ${message}: found ${found}, allowed ${allowed}`;
    default:
      return undefined;
  }
}

/** What became of a configuration that the board was to take again; the one that is tried has still to become something. */
function configurationLine({ phase, changes, cause, problems, needRestart }: Entry): string | undefined {
  const list = (texts: unknown) => (texts as readonly string[]).join("; ");
  switch (phase) {
    case "kept":
      return `configuration: live: ${list(changes)}`;
    case "takenBack":
      return `configuration: taken back: ${cause}`;
    case "refused": {
      const why =
        problems === undefined ? `needs a restart: ${list(needRestart)}` : `problems: ${list(problems)}`;
      return `configuration: refused, nothing was changed: ${why}`;
    }
    default:
      return undefined;
  }
}

/** What a cell's code printed: `climate (reader) warn: ...`, the process only where it has a name of its own. */
function printedLine({ cell, process, level, text }: Entry): string {
  const who = process === undefined || process === cell ? cell : `${cell} (${process})`;
  return `${who}${level === "info" ? "" : ` ${level}`}: ${text}`;
}
