import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, match, ok } from "uvu/assert";
import { demoFile, demoWith, PATIENT_ANSWERS, patient } from "../deploy/demo-board.ts";
import { readExposition } from "../harness/exposition.ts";
import { freePort } from "../harness/free-port.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { cliFile, sharedBoard } from "./board.ts";
import { holdfast, start } from "./command-line.ts";
import { CONTROLLERS, DEVICES, LINE } from "./greenhouse.ts";
import { processesKnowing } from "./processes.ts";

/** A file with mistakes of every kind: a schema's, a name's, a policy's, wiring. */
const BROKEN = demoWith(
  ["devices.climate.driver", "bme208"],
  ["devices.soil.address", "0x47"],
  ["devices.heater.every", "500"],
  ["devices.led.line", "GPIO17"],
  ["devices.fan.colour", "red"],
  ["devices.pump.maxOn", undefined],
  ["controllers.thermostat.input", "climate.temprature"],
  ["controllers.irrigation.output", "pmup"],
  ["mqtt.root", "Hold Fast"],
);
/** Each of them, as `path` says it. */
const PLACES = [
  "devices.climate.driver",
  "devices.soil.address",
  "devices.heater.every",
  "devices.led.line",
  "devices.fan.colour",
  "devices.pump.commandFor",
  "controllers.irrigation.output",
  "mqtt.root",
];

spec(
  "check lists every problem of a broken file at once, with place, hint and exit code 2",
  async (t) => {
    const { file } = written(t, BROKEN);
    const { code, out } = await holdfast(t, ["check", file]);
    is(code, 2);
    for (const place of PLACES) ok(out.includes(place), `${place} in:\n${out}`);
    match(out, /bme280/);
    match(out, /"?pump"?/);

    const json = await holdfast(t, ["check", "--json", file]);
    is(json.code, 2);
    const { problems } = JSON.parse(json.out) as { problems: { path?: unknown }[] };
    ok(problems.length >= PLACES.length, `${problems.length} problems`);
  },
  { limitMs: 20_000 },
);

spec(
  "run with a broken file says the same and starts nothing",
  async (t) => {
    const { file, folder } = written(t, BROKEN);
    const ports = ["--http-port", String(await freePort()), "--mqtt-port", String(await freePort())];
    const { code, err } = await holdfast(t, ["run", ...ports, "--state", join(folder, "state"), file], {
      TMPDIR: folder,
    });
    is(code, 2);
    for (const place of PLACES) ok(err.includes(place), `${place} in:\n${err}`);
    equal(processesKnowing(folder), []);
    equal(readdirSync(folder), ["board.config.json"], "nothing was written");
  },
  { limitMs: 20_000 },
);

spec(
  "run with work that does not fit says what would fit and starts nothing",
  async (t) => {
    const { file, folder } = written(t, demoWith(["devices.led.deadline", "5ms"]));
    const ports = ["--http-port", String(await freePort()), "--mqtt-port", String(await freePort())];
    const { code, err } = await holdfast(t, ["run", ...ports, "--state", join(folder, "state"), file], {
      TMPDIR: folder,
    });
    is(code, 2);
    match(err, /devices\.led\.deadline/);
    match(err, /cell led may be asked for .* of work within 5ms/);
    match(err, /"deadline" of led at least /);
    equal(processesKnowing(folder), []);
    equal(readdirSync(folder), ["board.config.json"], "nothing was written");
  },
  { limitMs: 20_000 },
);

spec(
  "run with a file that is missing, no JSON, or an option that means nothing is wrong usage",
  async (t) => {
    const { file, folder } = written(t, '{"version": 1,');
    const cases = [
      [["run", join(folder, "other.json")], /other\.json/],
      [["run", file], /JSON/i],
      [["run", "--http-port", "80800"], /--http-port.*80800/],
      [["run", "--time-scale", "fast"], /--time-scale.*fast/],
      [["run", "--colour"], /colour/],
      [["fly"], /fly/],
      [["check", join(folder, "other.json")], /other\.json/],
    ] as const;
    const ends = await Promise.all(cases.map(([words]) => holdfast(t, words)));
    for (const [index, [words, reason]] of cases.entries()) {
      const { code, out, err } = ends[index]!;
      is(code, 2, `${words.join(" ")}: ${out}${err}`);
      match(out + err, reason, words.join(" "));
    }
  },
  { limitMs: 30_000 },
);

spec(
  "a port in use ends run with the name of the option that changes it",
  async (t) => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    t.defer(() => server.close());
    const { port: taken } = server.address() as { port: number };
    const folder = mkdtempSync(join(tmpdir(), "holdfast-e2e-"));
    t.defer(() => rmSync(folder, { recursive: true }));
    for (const option of ["--http-port", "--mqtt-port"]) {
      const other = option === "--http-port" ? "--mqtt-port" : "--http-port";
      // Two boards at once share neither a state nor a port that they try.
      const words = async (state: string) => [
        ...["run", option, String(taken), other, String(await freePort()), "--state", join(folder, state)],
        demoFile,
      ];
      const [{ code, err }, json] = await Promise.all([
        holdfast(t, await words("one"), { TMPDIR: folder }),
        holdfast(t, [...(await words("other")), "--json"], { TMPDIR: folder }),
      ]);
      is(code, 1);
      match(err, new RegExp(`port ${taken}.*in use.*${option}`));
      equal(processesKnowing(folder), [], "nothing was started");
      match(String(JSON.parse(json.err.trim()).error), new RegExp(String(option)));
    }
  },
  { limitMs: 30_000 },
);

spec(
  "help names every verb and the exit codes, and version is that of the package",
  async (t) => {
    const help = await holdfast(t, ["--help"]);
    is(help.code, 0);
    for (const word of [
      "run",
      "check",
      "watch",
      "get",
      "set",
      "ps",
      "links",
      "inspect",
      "top",
      "trace",
      "--json",
      "Exit codes",
    ])
      ok(help.out.includes(word), word);
    const version = await holdfast(t, ["--version"]);
    is(version.code, 0);
    match(version.out, /holdfast\/\d+\.\d+\.\d+/);
    is((await holdfast(t, [])).code, 2, "no verb is wrong usage");
  },
  { limitMs: 20_000 },
);

spec(
  "with no board to reach, get, set and watch exit with 4",
  async (t) => {
    const url = `mqtt://127.0.0.1:${await freePort()}`;
    const verbs = [["get"], ["set", "led", "on"], ["watch"]];
    await Promise.all(
      verbs.map(async (words) => {
        const { code, err } = await holdfast(t, [...words, "--url", url]);
        is(code, 4, words.join(" "));
        match(err, /is the board running/);
        const json = await holdfast(t, [...words, "--url", url, "--json"]);
        is(json.code, 4);
        match(String(JSON.parse(json.err).error), /no broker/);
      }),
    );
  },
  { limitMs: 40_000 },
);

spec(
  "with no board to ask, ps, inspect, top and trace exit with 4, and with words that mean nothing with 2",
  async (t) => {
    const page = `http://127.0.0.1:${await freePort()}/`;
    for (const verb of ["ps", "links", "inspect", "top", "trace"]) {
      const { code, err } = await holdfast(t, [verb, "--page", page]);
      is(code, 4, verb);
      match(err, /no board at .*is it running/);
      const wrong = await holdfast(t, [verb, "--page", "nowhere", "--json"]);
      is(wrong.code, 2);
      match(String(JSON.parse(wrong.err).error), /--page/);
    }
    for (const [option, word] of [
      ["--sort", "size"],
      ["--every", "1ms"],
    ] as const) {
      const { code, err } = await holdfast(t, ["top", option, word, "--page", page]);
      is(code, 2);
      match(err, new RegExp(`${option}: "${word}"`));
    }
  },
  { limitMs: 40_000 },
);

// Cells whose first life lasts: one that a busy machine holds up is not ended for it.
const config = demoWith(["devices.pump.minOff", undefined], ...patient(DEVICES, CONTROLLERS));
const { spec: onBoard, end } = sharedBoard(spec, { config, env: PATIENT_ANSWERS });

onBoard("check of the running file is clean, and prints what would run", async (_board, t) => {
  const { code, out } = await holdfast(t, ["check", demoFile]);
  is(code, 0, out);
  match(out, /pump .*GPIO6/);
});

onBoard("doctor and scan ask a board that runs here, and leave its buses alone", async (board, t) => {
  const page = ["--page", board.pageUrl];
  const runs = (out: string) => out.includes('"network.running"');
  const found = objects((await asked(t, ["doctor", "--json", ...page], runs)).out);
  const [running] = found.filter(({ id }) => id === "network.running");
  match(
    String(running?.what),
    /^board greenhouse \(emulated\) runs here, \d+ of \d+ devices and controllers/,
  );
  equal(
    found.filter(({ id }) => id === "network.port"),
    [],
  );
  const chips = await asked(t, ["scan", "--json", ...page], (out) => out.includes('"device"'));
  is(chips.code, 0, chips.err);
  equal(
    objects(chips.out).map(({ device, driver }) => `${device} ${driver}`),
    ["climate bme280", "soil ads1115", "light bh1750"],
  );
  match(
    (await holdfast(t, ["scan", ...page])).out,
    /^board greenhouse \(emulated\) runs here and has the buses/,
  );
});

onBoard("get prints readings, of one device or one by one, also as JSON", async (board, t) => {
  const url = ["--url", board.mqttUrl];
  const all = await holdfast(t, ["get", ...url]);
  is(all.code, 0);
  match(all.out, /climate\.temperature +[\d.]+ °C/);
  match(all.out, /thermostat\.setpoint +21 °C/);
  const one = await holdfast(t, ["get", "climate.temperature", "--json", ...url]);
  const reading = JSON.parse(one.out) as Record<string, unknown>;
  is(reading.board, "greenhouse");
  is(reading.unit, "°C");
  is(typeof reading.value, "number");
  const none = await holdfast(t, ["get", "climate.colour", ...url]);
  is(none.code, 1);
  match(none.err, /no reading "climate\.colour"/);
  is((await holdfast(t, ["get", "--board", "cellar", ...url])).code, 4, "a board nobody heard of");
});

onBoard(
  "set switches an output, and tells a refusal with exit code 3",
  async (board, t) => {
    const url = ["--url", board.mqttUrl];
    const { witness } = board;
    const mark = witness.mark;
    const heard = board.mark;
    const pump = await holdfast(t, ["set", "pump", "on", "--override", "--for", "2s", "--json", ...url]);
    is(pump.code, 0, pump.err);
    is(JSON.parse(pump.out).on, true);
    await witness.waitFor(LINE.pump, 0, mark);
    await witness.waitFor(LINE.pump, 1, mark, 6000);
    // What the board says of that end is no answer to the next command.
    await board.waitForEvent("commandExpired", "pump", heard);
    await board.waitForLast("pump/state", "no override", ({ override }) => override === null);

    const refused = await holdfast(t, ["set", "pump", "on", "--for", "10s", ...url]);
    is(refused.code, 3, refused.out);
    match(refused.err, /refused: .*irrigation.* Here: holdfast set pump on --override --for 10s$/m);
    const fields = await holdfast(t, ["set", "thermostat", "setpointC=99", "--json", ...url]);
    is(fields.code, 3);
    match(String(JSON.parse(fields.err).error), /10 to 30/);

    is((await holdfast(t, ["set", "led", "on", ...url])).code, 0);
    await witness.waitFor(LINE.led, 1, mark);
    is((await holdfast(t, ["set", "led", "off", ...url])).code, 0);
    await witness.waitFor(LINE.led, 0, mark);
    is((await holdfast(t, ["set", "fan", "level=0.4", ...url])).code, 0);
    await witness.waitFor(LINE.fan, 0.4, mark);
    const misspelt = await holdfast(t, ["set", "hetaer", "on", ...url]);
    is(misspelt.code, 2);
    match(
      misspelt.err,
      /greenhouse has no device "hetaer"; did you mean heater\? There are button, climate, /,
    );
  },
  40_000,
);

onBoard("watch follows readings and events until Ctrl-C, also as JSON", async (board, t) => {
  const words = start(t, ["watch", "--url", board.mqttUrl]);
  const json = start(t, ["watch", "led", "--json", "--url", board.mqttUrl]);
  await until("readings are shown", () => /climate\/temperature +[\d.]+ °C/.test(words.out()), 8000);
  await until("the led is shown", () => json.out().includes('"topic":"led/on"'), 8000);
  await board.command("led", { on: true, for: "1s" });
  await until("an event is shown", () => /events .*commandExpired/.test(words.out()), 8000);
  await until("also as JSON", () => json.out().includes('"kind":"commandExpired"'));
  // Whole lines: more may come.
  for (const line of json.out().split("\n").slice(0, -1)) is(JSON.parse(line).board, "greenhouse");
  const nobody = await holdfast(t, ["watch", "leed", "--url", board.mqttUrl]);
  is(nobody.code, 2);
  match(nobody.err, /no board here has a device "leed"; did you mean led\? /);
  for (const one of [words, json]) {
    one.child.kill("SIGINT");
    is((await one.ended).code, 0);
  }
});

onBoard(
  "ps, inspect and trace tell of the processes of a running board, in words and as JSON",
  async (board, t) => {
    const page = ["--page", board.pageUrl];
    const shown = [
      /^board greenhouse: 12 cells, \d+ processes$/m,
      /^pump\.1 +pump +\d+ .*mode full +waits for anything, limited$/m,
      /^kernel\.\d+ +thermostat\.keeper /m,
    ];
    is((await asked(t, ["ps", ...page], (out) => shown.every((line) => line.test(out)))).code, 0);
    const pump = await asked(t, ["ps", "pump.1", "--json", ...page], (out) => out !== "");
    equal(
      objects(pump.out).map(({ pid, names, function: body }) => [pid, names, body]),
      [["<greenhouse.pump.1>", ["pump"], "deviceCell"]],
    );
    is((await holdfast(t, ["ps", "--order", "size", ...page])).code, 2);

    const cells = await holdfast(t, ["inspect", ...page]);
    is(cells.code, 0, cells.err);
    const reports = (out: string) => objects(out).filter(({ cell }) => cell !== undefined);
    const told = await asked(
      t,
      ["inspect", "--json", ...page],
      (out) => out !== "" && reports(out).every(({ report }) => report !== null),
    );
    for (const { cell } of reports(told.out)) ok(cells.out.includes(`\n${cell} `), String(cell));
    const climate = [/^cell climate: life \d+, blocking$/m, /^ {2}monitored by .*kernel\.\d+/m];
    await asked(t, ["inspect", "climate", ...page], (out) => climate.every((line) => line.test(out)));
    is((await holdfast(t, ["inspect", "cellar", ...page])).code, 2);

    await board.world("led", { fault: "crash" });
    await until("the crash is told", async () => {
      const { out } = await holdfast(t, ["inspect", "led", ...page]);
      return /crash injected from the page/.test(out) && /\{type: "fault", fault: "crash"\}/.test(out);
    });

    // One that proves itself says less.
    await board.waitForLast("thermostat/state", "full", ({ mode }) => mode === "full", 20_000);
    const traced = await holdfast(t, [
      "trace",
      "thermostat",
      "--kind",
      "send",
      "--for",
      "5s",
      "--json",
      ...page,
    ]);
    is(traced.code, 0, traced.err);
    const entries = objects(traced.out);
    const { entries: count, lost } = entries.pop()!.ended as Record<string, number>;
    equal([count, lost], [entries.length, 0]);
    ok(
      entries.some(({ other }) => String(other).includes("heater")),
      traced.out,
    );
    const parties = ({ pid, other }: Record<string, unknown>) => `${pid} ${other}`;
    ok(
      entries.every((each) => each.kind === "send" && parties(each).includes("thermostat")),
      traced.out,
    );
    const followed = start(t, ["trace", "climate", ...page]);
    await until("a line is shown", () => /climate\.1 climate +send +> /.test(followed.out()), 8000);
    followed.child.kill("SIGINT");
    is((await followed.ended).code, 0);
    const again = start(t, ["trace", "--tag", "reading", "--for", "1s", ...page]);
    match((await again.ended).out, /^\d+ entries$/m, "the trace that was broken off is over");
  },
  60_000,
);

onBoard("what a running board tells Prometheus keeps the rules of its format", async (board) => {
  let all: ReturnType<typeof readExposition> = new Map();
  const samples = (name: string) => all.get(name)?.samples ?? [];
  // Cells and buses are asked; on a busy machine their answer may come too late for one reader.
  await until("cells and buses have answered", async () => {
    const answer = await fetch(new URL("/metrics", board.pageUrl));
    is(answer.status, 200);
    match(answer.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    all = readExposition(await answer.text());
    return samples("holdfast_cell_answers").length > 0 && samples("holdfast_chip_transfers_total").length > 2;
  });
  const [cells, devices] = ["holdfast_cell_answers", "holdfast_device_mode"].map(
    (name) => samples(name).length,
  );
  equal([cells, devices], [12, 10 * 5]);
  const counted = all
    .get("holdfast_job_lateness_seconds")
    ?.samples.find(({ name, labels }) => name.endsWith("_count") && labels.device === "thermostat");
  ok(counted !== undefined && counted.value > 0, "the thermostat's jobs are counted");
  const chips = samples("holdfast_chip_transfers_total");
  equal(
    chips.map(({ labels }) => `${labels.bus} ${labels.address}`).sort(),
    ["i2c-0 0x23", "i2c-1 0x48", "i2c-1 0x76"],
    "the guardian's figures come through",
  );
  ok(chips.every(({ value }) => value > 0));
});

onBoard(
  "top prints a frame where there is no terminal, and in one it follows the board until q and gives it back",
  async (board, t) => {
    const page = ["--page", board.pageUrl];
    // Where the first decision came before the first sample, it proves itself for 10 s.
    await board.waitForLast("thermostat/state", "full", ({ mode }) => mode === "full", 20_000);
    const { code, out: once } = await asked(t, ["top", "--sort", "name", ...page], (out) =>
      /^mqtt +[\d.]+% +[\d.]+% +[\d.]+M .*event$/m.test(out),
    );
    is(code, 0);
    match(once, /^greenhouse {2}emulated, version /);
    match(once, /^thermostat +full +1s( +[\d.]+[um]?s){3} /m);
    ok(!once.includes("\u001b"), "no escapes");

    const json = start(t, ["top", "--json", "--every", "300ms", ...page]);
    const frames = () => json.out().split("\n").slice(0, -1);
    type Frame = Record<string, Record<string, unknown>[] | null>;
    const whole = () =>
      frames()
        .slice(1)
        .map((text) => JSON.parse(text) as Frame)
        .find(({ cells }) => cells?.every(({ used }) => typeof used === "number"));
    await until("the share of a core is told of every cell", whole, 8000);
    const { jobs, devices } = whole()!;
    is(devices?.length, 10);
    ok(jobs?.some(({ job, count }) => job === "thermostat" && Number(count) > 0));
    json.child.kill("SIGINT");
    is((await json.ended).code, 0);

    if (spawnSync("script", ["--version"]).status !== 0) t.skip("script(1) is not installed");
    const command = `stty cols 80 rows 24; ${process.execPath} ${cliFile} top ${page.join(" ")}; stty -a`;
    const child = spawn("script", ["-qec", command, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
    t.defer(() => child.kill("SIGKILL"));
    let shown = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      shown += text;
    });
    await until("the first frame is drawn", () => shown.includes("sort: name [late]"), 10_000);
    child.stdin.write("n");
    await until("a key sorts", () => shown.includes("sort: [name] late"), 5000);
    child.stdin.write("q");
    const settings = () => (shown.split("\u001b[?1049l")[1] ?? "").split(/[\s;]+/);
    await until("the terminal is as it was", () =>
      ["icanon", "echo"].every((each) => settings().includes(each)),
    );
    ok(shown.startsWith("\u001b[?1049h\u001b[?25l"), "it took the second screen");
  },
  60_000,
);

end();

/** What a verb printed with --json: one object a line. */
function objects(text: string): Record<string, unknown>[] {
  return lines(text).map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Asks a board until its answer `says` it: a cell that a busy machine holds up for a moment tells nothing then. */
async function asked(t: SpecContext, words: readonly string[], says: (out: string) => boolean) {
  let last: Awaited<ReturnType<typeof holdfast>> | undefined;
  const isSaid = async () => {
    last = await holdfast(t, words);
    return says(last.out);
  };
  await until(words.join(" "), isSaid, 8000).catch((error: Error) => {
    throw new Error(`${error.message}; it said:\n${last?.out}${last?.err}`);
  });
  return last!;
}

function lines(text: string): string[] {
  return text.trim().split("\n");
}

function written(t: SpecContext, text: string): { file: string; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-e2e-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "board.config.json");
  writeFileSync(file, text);
  return { file, folder };
}

spec(
  "an output that nobody reads to its end is no failure",
  async (t) => {
    const program = `${process.execPath} ${cliFile} check | head -n 1`;
    const child = spawn("bash", ["-o", "pipefail", "-c", program], { stdio: ["ignore", "pipe", "pipe"] });
    t.defer(() => child.kill("SIGKILL"));
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    const code = await new Promise((done) => child.on("close", done));
    equal([code, said], [0, ""]);
  },
  { limitMs: 30_000 },
);
