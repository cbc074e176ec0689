import { equal, is, ok } from "uvu/assert";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { boardUnits, type ServiceOptions } from "../../../deploy/service/board-units.ts";
import { commandWord, unitText, unitWord } from "../../../deploy/service/unit-text.ts";
import { spec } from "../../harness/spec.ts";
import { demoWith } from "../demo-board.ts";

const OPTIONS: ServiceOptions = {
  config: "/home/pi/my board/board.config.json",
  httpPort: 8080,
  mqttPort: 1883,
  limits: {},
  user: "pi",
  groups: ["gpio", "i2c"],
  node: "/usr/bin/node",
  programs: "/opt/holdfast/dist/deploy/board",
};

function units(owner: "guardian" | "systemd" | "none", options: Partial<ServiceOptions> = {}) {
  const { config } = parseConfig(demoWith(["hardware", "linux"], ["watchdog", { owner }]));
  const files = boardUnits(config!, { ...OPTIONS, ...options });
  return new Map(files.map(({ path, text }) => [path.split("/").at(-1)!, text]));
}

const values = (text: string, key: string) =>
  [...text.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value]) => value);

spec(
  "the guardian is the service: it says when it is ready and that it lives, and is started again always",
  () => {
    const text = units("none").get("holdfast.service")!;
    for (const [key, value] of [
      ["Type", "notify"],
      ["WatchdogSec", "2s"],
      ["WatchdogSignal", "SIGKILL"],
      ["Restart", "always"],
      ["RestartSec", "250ms"],
      ["StartLimitIntervalSec", "0"],
      ["TimeoutStopSec", "2s"],
      ["OOMScoreAdjust", "-900"],
      ["ExecStart", '"/usr/bin/node" "/opt/holdfast/dist/deploy/board/guardian-main.js"'],
      ["ExecReload", '"/usr/bin/node" "/opt/holdfast/dist/deploy/cli/main.js" reload'],
      ["ExecStopPost", '"/usr/bin/node" "/opt/holdfast/dist/deploy/board/stop-step.js"'],
      ["User", "pi"],
      ["SupplementaryGroups", "gpio i2c"],
    ])
      equal(values(text, key!), [value], key);
    ok(
      text.indexOf("StartLimitIntervalSec") < text.indexOf("[Service]"),
      "in the section where systemd reads it",
    );
  },
);

spec("its environment is what the command line would give, words with spaces kept together", () => {
  const environment = values(units("none").get("holdfast.service")!, "Environment");
  ok(environment.includes('"HOLDFAST_CONFIG=/home/pi/my board/board.config.json"'), environment.join(" "));
  ok(environment.includes('"HOLDFAST_STATE=/var/lib/holdfast"'));
  ok(environment.includes('"UV_THREADPOOL_SIZE=7"'), "two buses and five");
  is(environment.filter((word) => word!.startsWith('"HOLDFAST_WORLD')).length, 0);
});

spec("the watchdog device has one owner, and the service says which", () => {
  for (const owner of ["guardian", "systemd", "none"] as const) {
    const files = units(owner);
    const text = files.get("holdfast.service")!;
    ok(values(text, "Description")[0]!.endsWith(`(hardware watchdog: ${owner})`));
    is(values(text, "DeviceAllow").includes("char-watchdog rw"), owner === "guardian");
    equal(values(text, "ExecStartPre"), owner === "guardian" ? ['+-/bin/chown "pi" "/dev/watchdog0"'] : []);
    is(files.get("holdfast.conf")?.includes("RuntimeWatchdogSec=15s") ?? false, owner === "systemd");
  }
  equal(values(units("guardian", { user: "root" }).get("holdfast.service")!, "ExecStartPre"), []);
});

spec("another unit writes down why the board came up, before, and that it went down, after", () => {
  const text = units("none").get("holdfast-boot.service")!;
  const program = '"/usr/bin/node" "/opt/holdfast/dist/deploy/board/boot-step.js"';
  equal(values(text, "ExecStart"), [`${program} "begin" "greenhouse"`]);
  equal(values(text, "ExecStop"), [`${program} "end" "greenhouse"`]);
  equal(values(text, "RemainAfterExit"), ["yes"]);
  equal(values(units("none").get("holdfast.service")!, "Wants"), ["holdfast-boot.service"]);
});

spec("a machine without the hardware groups gets a unit that names none", () => {
  equal(values(units("none", { groups: [] }).get("holdfast.service")!, "SupplementaryGroups"), []);
});

spec("words keep what systemd would replace", () => {
  is(unitWord('a "b" 50% \\'), '"a \\"b\\" 50%% \\\\"');
  is(commandWord("$HOME"), '"$$HOME"');
  is(unitText([{ name: "X", lines: [{ note: "why" }, ["A", "b"]] }]), "[X]\n# why\nA=b\n");
});

spec("with slots the release is chosen before each start, and judged beside the board", () => {
  const slots = "/opt/my boards";
  const files = units("none", { slots, node: `${slots}/current/bin/node` });
  const board = files.get("holdfast.service")!;
  equal(values(board, "ExecStartPre"), ['+"/opt/my boards/slots" step']);
  equal(
    values(board, "RestartPreventExitStatus"),
    [],
    "a release on trial that ends at once is started again",
  );
  ok(values(board, "Environment").includes('"HOLDFAST_SLOTS=/opt/my boards"'));
  const trial = files.get("holdfast-trial.service")!;
  equal(values(trial, "ExecStart"), ['"/opt/my boards/slots" trial']);
  equal(values(trial, "PartOf"), ["holdfast.service"]);
  equal(values(trial, "Restart"), ["on-abnormal"], "a release whose judge was killed gets another");
  equal(values(trial, "StartLimitIntervalSec"), ["0"], "a board may end often");
  equal(values(trial, "User"), [], "root's: the record is not the board's to write");
  ok(values(trial, "Environment").includes('"HOLDFAST_STATE=/var/lib/holdfast"'));
  is(units("none").has("holdfast-trial.service"), false);
  const receive = files.get("holdfast-receive.service")!;
  equal(values(files.get("holdfast-receive.path")!, "PathExists"), ["/var/lib/holdfast/offer.json"]);
  equal(values(receive, "ExecStart"), [
    '"/opt/my boards/slots" receive --offered "/var/lib/holdfast/offer.json"',
  ]);
  ok(values(receive, "Environment").includes('"HOLDFAST_SLOTS=/opt/my boards"'));
  equal(values(receive, "User"), [], "slots are root's");
  is(units("none").has("holdfast-receive.path"), false);
  const levels = files.get("holdfast-levels.service")!;
  equal(values(levels, "ExecStart"), ['"/opt/my boards/slots" boot-levels --settle']);
  equal(values(levels, "User"), [], "the boot partition is root's");
  equal(values(levels, "WantedBy"), ["holdfast.service"]);
  equal(values(files.get("holdfast-levels.path")!, "PathChanged"), [
    "/home/pi/my board/board.config.json",
    "/opt/my boards/record",
  ]);
});
