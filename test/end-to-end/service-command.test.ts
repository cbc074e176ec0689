/** `holdfast service` as its user sees it; what systemd makes of the units is shown in the kernel guest. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, ok } from "uvu/assert";
import { type Change, demoWith } from "../deploy/demo-board.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { cliFile } from "./board.ts";

function bench(t: SpecContext, ...changes: readonly Change[]) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-service-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const config = join(folder, "board.config.json");
  writeFileSync(config, demoWith(...changes));
  mkdirSync(join(folder, "etc"));
  writeFileSync(join(folder, "etc/group"), "root:x:0:\ngpio:x:997:\n");
  const run = (...words: string[]) =>
    spawnSync(process.execPath, [cliFile, "service", config, "--root", folder, "--user", "pi", ...words], {
      encoding: "utf8",
    });
  return { folder, run };
}

const real: readonly Change[] = [
  ["hardware", "linux"],
  ["watchdog", { owner: "systemd" }],
];

spec("without --install the units are printed, and nothing is written", (t) => {
  const { folder, run } = bench(t, ...real);
  const { status, stdout } = run();
  is(status, 0);
  ok(stdout.startsWith("# /etc/systemd/system/holdfast.service\n[Unit]\n"), stdout.slice(0, 80));
  ok(stdout.includes("\nUser=pi\nSupplementaryGroups=gpio\n"), "of the groups only those that there are");
  equal(readdirSync(join(folder, "etc")), ["group"]);
});

spec("--install writes them, with --json as one object", (t) => {
  const { folder, run } = bench(t, ...real);
  const { status, stdout, stderr } = run("--install", "--json");
  is(status, 0, stderr);
  const { installed, units } = JSON.parse(stdout) as {
    installed: boolean;
    units: { path: string; text: string }[];
  };
  is(installed, true);
  equal(
    units.map(({ path }) => path),
    [
      "/etc/systemd/system/holdfast.service",
      "/etc/systemd/system/holdfast-boot.service",
      "/etc/systemd/system.conf.d/holdfast.conf",
    ],
  );
  for (const { path, text } of units) is(readFileSync(join(folder, path), "utf8"), text);
});

spec("an emulated board is refused with what helps, one with problems with its problems", (t) => {
  const emulated = bench(t).run();
  is(emulated.status, 2);
  ok(/found "hardware": "emulated"; a service needs "linux"/.test(emulated.stderr), emulated.stderr);
  const broken = bench(t, ...real, ["board.id", "NO"]).run();
  is(broken.status, 2);
  ok(broken.stderr.includes("board.id"), broken.stderr);
});
