/**
 * Stands where ssh and a board stand: a program called `ssh` that runs what it is told here, and a folder of slots whose release
 * is the built command line.
 */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SpecContext } from "./spec.ts";

export interface FakeSsh {
  /** With `ssh` first in the path. */
  readonly env: Readonly<Record<string, string>>;
  /** The folder of slots there. */
  readonly root: string;
  /** What ssh was called with, a line each call; its options are left out, `-t` is told. */
  calls(): readonly string[];
}

/** `target` is reached, nobody else; `environment` is the board's own. */
export function fakeSsh(
  t: SpecContext,
  { target, cli, environment = {} }: { target: string; cli: string; environment?: Record<string, string> },
): FakeSsh {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-ssh-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const [bin, root, log] = [join(folder, "bin"), join(folder, "slots-root"), join(folder, "calls")];
  mkdirSync(bin);
  mkdirSync(root);
  writeFileSync(log, "");
  writeFileSync(join(root, "record"), "");
  const set = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'\n`);
  script(join(root, "slots"), `${set.join("")}exec '${process.execPath}' '${cli}' "$@"\n`);
  script(
    join(bin, "ssh"),
    `terminal=
while :; do
  case "$1" in
    -o) shift 2 ;;
    -t) terminal="-t "; shift ;;
    -G) echo "hostname $2"; exit 0 ;;
    *) break ;;
  esac
done
echo "$terminal$1" >>'${log}'
[ "$1" = '${target}' ] || { echo "ssh: Could not resolve hostname $1" >&2; exit 255; }
[ $# -gt 1 ] || exit 0
exec sh -c "$2"
`,
  );
  return {
    env: { PATH: `${bin}:${process.env.PATH}` },
    root,
    calls: () => readFileSync(log, "utf8").split("\n").slice(0, -1),
  };
}

function script(file: string, text: string): void {
  writeFileSync(file, `#!/bin/sh\n${text}`);
  chmodSync(file, 0o755);
}
