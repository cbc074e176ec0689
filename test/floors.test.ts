import { readdirSync } from "node:fs";
import { posix } from "node:path";
import * as assert from "uvu/assert";
import { importsOf, projectFolder, sourceFiles } from "./harness/source-files.ts";
import { spec } from "./harness/spec.ts";

/** Each floor and what it may import beside itself. */
const FLOORS: Readonly<Record<string, readonly string[]>> = {
  runtime: [],
  firmware: ["runtime"],
  devices: ["runtime", "firmware/contracts"],
  deploy: ["runtime", "firmware", "devices"],
};

/** Packages, and the one file or folder that may touch each. */
const PACKAGES: Readonly<Record<string, string>> = {
  aedes: "deploy/mqtt/embedded-broker.ts",
  koffi: "firmware/linux/system-calls.ts",
  "i2c-bus": "firmware/linux/i2c-dev-bus.ts",
  epoll: "nowhere",
  ws: "deploy/http/mqtt-websocket.ts",
  cac: "deploy/cli/main.ts",
  esbuild: "deploy/release/programs.ts",
  preact: "deploy/dashboard/page",
  "@preact/signals": "deploy/dashboard/page",
  uplot: "deploy/dashboard/page",
  "u8-mqtt": "deploy/dashboard/page",
};

for (const [floor, below] of Object.entries(FLOORS)) {
  spec(`${floor}/ imports only itself and ${below.join(", ") || "nothing else"}`, () => {
    const wrong = inside(floor).filter(
      ({ to }) => ![floor, ...below].some((folder) => to.startsWith(`${folder}/`)),
    );
    assert.equal(wrong, []);
  });
}

spec("a driver never imports a chip, a chip never imports a driver, neither knows a backend", () => {
  const wrong = inside("devices").filter(
    ({ from, to }) =>
      (from.startsWith("devices/drivers/") && to.startsWith("devices/chips/")) ||
      (from.startsWith("devices/chips/") && to.startsWith("devices/drivers/")) ||
      to.startsWith("firmware/emulated/"),
  );
  assert.equal(wrong, []);
});

spec("contract files hold types and errors, and import nothing that runs", () => {
  const wrong = inside("firmware").filter(
    ({ from, to }) => from.startsWith("firmware/contracts/") && !to.startsWith("firmware/contracts/"),
  );
  assert.equal(
    wrong.filter(({ to }) => !to.startsWith("runtime/time/clock")),
    [],
  );
});

spec("each package is touched where it belongs and nowhere else", () => {
  const wrong = Object.keys(FLOORS)
    .flatMap(sourceFiles)
    .flatMap((file) => importsOf(file).map((name) => ({ path: file.path, name: packageOf(name) })))
    .filter(({ path, name }) => PACKAGES[name] !== undefined && !path.startsWith(PACKAGES[name]));
  assert.equal(wrong, []);
});

spec("the runtime's process loads no native addon: nothing in it leads to the Linux backends", () => {
  const reached = reachedFrom(
    ["runtime-main", "device-thread", "mqtt-thread", "reload-thread"].map(
      (name) => `deploy/board/${name}.ts`,
    ),
  );
  assert.ok(reached.size > 100, `${reached.size} files`);
  assert.equal(
    [...reached].filter((path) => path.startsWith("firmware/linux/")),
    [],
  );
});

/** Of the guardian's process: its hardware, who watches over it, and its place among the threads of the machine. */
const NAMES_LINUX = ["open-hardware", "watchers", "guardian-process"].map(
  (name) => `firmware/guardian/${name}.ts`,
);

spec("only the guardian names backends, and the desktop's composition its emulated ones", () => {
  const wrong = Object.keys(FLOORS)
    .flatMap(inside)
    .filter(({ from, to }) => to.startsWith("firmware/linux/") && !from.startsWith("firmware/linux/"))
    .filter(({ from }) => !NAMES_LINUX.includes(from) && !from.startsWith("deploy/board/"));
  assert.equal(wrong, []);
});

spec("the root holds only the folders the design names", () => {
  const folders = readdirSync(projectFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => name)
    .filter((name) => name !== "node_modules" && name !== "dist");
  assert.equal(folders.sort(), ["deploy", "devices", "firmware", "runtime", "test"]);
});

/** Imports of project files from within a floor. */
function inside(floor: string): { from: string; to: string }[] {
  return sourceFiles(floor).flatMap((file) =>
    importsOf(file)
      .filter((name) => name.startsWith("."))
      .map((name) => ({ from: file.path, to: posix.join(posix.dirname(file.path), name) })),
  );
}

/** Every project file that these lead to, by imports of any kind. */
function reachedFrom(starts: readonly string[]): ReadonlySet<string> {
  const imports = new Map<string, string[]>();
  for (const { from, to } of Object.keys(FLOORS).flatMap(inside)) {
    imports.set(from, [...(imports.get(from) ?? []), to]);
  }
  const reached = new Set(starts);
  for (const path of reached) for (const next of imports.get(path) ?? []) reached.add(next);
  return reached;
}

function packageOf(specifier: string): string {
  const [first = "", second] = specifier.split("/");
  return first.startsWith("@") ? `${first}/${second}` : first;
}
