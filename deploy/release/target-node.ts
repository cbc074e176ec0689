/** How this machine runs the Node of an application for a machine of another kind: under QEMU's user mode. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isNative, type Target } from "./target.ts";
import { missing } from "./tool.ts";

/** A command that is the target's Node. */
export interface TargetNode {
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What is not here for it and how it is installed; undefined where nothing is missing. */
export function lacksFor(target: Target): string | undefined {
  if (isNative(target)) return undefined;
  const { emulator, triplet, compilerPackages } = target;
  const path = (process.env.PATH ?? "").split(":");
  if (!path.some((folder) => existsSync(join(folder, emulator.command))))
    return missing(emulator.command, [emulator.package]);
  return existsSync(`/usr/${triplet}/lib`) ? undefined : missing(`glibc for ${triplet}`, compilerPackages);
}

/** `node`: the target's; `aside`: a folder to write into. Also processes that Node starts by its own path are emulated. */
export function targetNode(node: string, aside: string, target: Target): TargetNode {
  if (isNative(target)) return { command: node, environment: {} };
  const command = join(aside, "node");
  const { emulator, triplet } = target;
  const quoted = `'${node.replaceAll("'", "'\\''")}'`;
  const script = `#!/bin/sh\nexec ${emulator.command} -L /usr/${triplet} ${quoted} "$@"\n`;
  writeFileSync(command, script, { mode: 0o755 });
  const preload = join(aside, "start-emulated.mjs");
  writeFileSync(preload, startEmulated(command));
  return { command, environment: { NODE_OPTIONS: `--import ${preload}` } };
}

/**
 * The kernel cannot start that Node, so whoever starts its own path is given the emulator's script. The path itself stays:
 * koffi reads the program there to learn which kind of ARM this is.
 */
function startEmulated(command: string): string {
  return `import child from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
const { spawn, fork } = child;
const emulated = ${JSON.stringify(command)};
child.spawn = (file, ...rest) => spawn(file === process.execPath ? emulated : file, ...rest);
child.fork = (module, words, options) => fork(module, words, { execPath: emulated, ...options });
syncBuiltinESMExports();
`;
}
