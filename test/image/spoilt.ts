/** Releases that do badly on purpose: what is changed in the programs of an application before its slot is made. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ok } from "uvu/assert";

/** The task of a light finds that its line does not answer. */
export function withoutLight(application: string): void {
  const file = join(application, "program/cells/device-thread.cjs");
  const head = /function ledTask\(hardware,\s*line\)\s*\{/;
  const text = readFileSync(file, "utf8");
  ok(head.test(text), `${file} has a task of lights`);
  const dead = 'read() { throw new LineError("read_back", line, "nothing answers"); }';
  const lamp = `const lamp = hardware.output(line);
    hardware = { output: () => ({ line, write: (level) => lamp.write(level), renew: () => lamp.renew(), ${dead} }) };`;
  writeFileSync(
    file,
    text.replace(head, (found) => `${found}${lamp}`),
  );
}
