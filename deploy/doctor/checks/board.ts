import { textFile } from "../../../firmware/board/text-file.ts";
import { type Check, type Examination, wantsPins } from "../examination.ts";
import type { Finding } from "../finding.ts";
import { splitSentence } from "../remedies.ts";

/** The GPIO character device has version 2 of its interface since this one. */
const OLDEST_KERNEL = [5, 10] as const;
/** As package.json says under `engines`. */
const OLDEST_NODE = [20, 11] as const;

/** What the machine is: model, kernel, Node, and the packages that were compiled for it. */
export const checkBoard: Check = (examination) => [
  modelFinding(examination),
  kernelFinding(examination),
  nodeFinding(examination),
  ...packageFindings(examination),
];

function modelFinding({ board, noBoard = "", config }: Examination): Finding {
  const id = "board.model";
  if (board !== undefined) {
    const what = `${board.model}: its header is on ${board.family.chip}`;
    return { id, verdict: "ok", what, where: "/proc/device-tree" };
  }
  const { what, remedy } = splitSentence(noBoard);
  if (config?.hardware === "emulated")
    return { id, verdict: "ok", what: `emulated pins need no board (${what})` };
  return { id, verdict: config === undefined ? "advice" : "problem", what, remedy };
}

function kernelFinding({ machine: { files } }: Examination): Finding {
  const id = "board.kernel";
  const release = textFile(files, "/proc/sys/kernel/osrelease");
  if (release === undefined) {
    const remedy = 'emulated boards run anywhere ("hardware": "emulated", or --emulated)';
    return { id, verdict: "advice", what: "this is no Linux, so it has no pins", remedy };
  }
  if (atLeast(release, OLDEST_KERNEL)) return { id, verdict: "ok", what: `Linux ${release}` };
  return {
    id,
    verdict: "problem",
    what: `Linux ${release} is older than 5.10 and has no GPIO lines as Holdfast requests them`,
    remedy: "a newer Raspberry Pi OS (Bullseye has 5.10, Bookworm 6.1 and later)",
  };
}

function nodeFinding({ machine: { software } }: Examination): Finding {
  const id = "board.node";
  const what = `Node ${software.node}`;
  if (atLeast(software.node, OLDEST_NODE)) return { id, verdict: "ok", what };
  return { id, verdict: "problem", what: `${what} is too old`, remedy: "Node 20.11 or newer" };
}

/** koffi is needed for lines, i2c-bus for buses, onoff only where the configuration asks for sysfs. */
function packageFindings(examination: Examination): Finding[] {
  const { config, machine } = examination;
  const pins = wantsPins(examination);
  const buses = config?.buses === undefined || Object.keys(config.buses).length > 0;
  const wanted = [
    { name: "koffi", use: "GPIO lines", needed: pins },
    { name: "i2c-bus", use: "I2C", needed: pins && buses },
    { name: "onoff", use: '"backend": "sysfs"', needed: pins && config?.backend === "sysfs" },
  ] as const;
  return wanted.flatMap(({ name, use, needed }): Finding[] => {
    const why = machine.software.natives[name];
    if (why === undefined || !needed) return [];
    const what = `the package ${name}, which ${use} needs, does not load (${why})`;
    const remedy =
      "sudo apt install build-essential, then npm ci in Holdfast's folder: it is compiled where it is installed";
    return [
      { id: `board.package.${name}`, verdict: config === undefined ? "advice" : "problem", what, remedy },
    ];
  });
}

function atLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [itsMajor = 0, itsMinor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return itsMajor > major || (itsMajor === major && itsMinor >= minor);
}
