/** Doctor on the machine that runs the tests, whatever it is. */
import { equal, is, ok } from "uvu/assert";
import { holdfast } from "../../end-to-end/command-line.ts";
import { freePort } from "../../harness/free-port.ts";
import { spec } from "../../harness/spec.ts";
import { demoFile } from "../demo-board.ts";

const environment = async () => ({
  HOLDFAST_HTTP_PORT: String(await freePort()),
  HOLDFAST_MQTT_PORT: String(await freePort()),
});

spec(
  "it tells its kernel, its Node and the ports, as text and as JSON, and both agree on the exit code",
  async (t) => {
    const env = await environment();
    // One after the other: each opens the ports for a moment to see whether they are free.
    const text = await holdfast(t, ["doctor"], env);
    const json = await holdfast(t, ["doctor", "--json"], env);
    const findings = json.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    is(findings.find(({ id }) => id === "board.node")?.what, `Node ${process.versions.node}`);
    is(
      findings.filter(({ id }) => id === "network.port").every(({ verdict }) => verdict === "ok"),
      true,
      json.out,
    );
    const problems = findings.filter(({ verdict }) => verdict === "problem").length;
    equal([text.code, json.code], problems > 0 ? [1, 1] : [0, 0], text.err + json.err);
    ok(text.out.includes(`Node ${process.versions.node}`), text.out);
    ok(!text.out.includes("\u001b"), "no colours into a pipe");
  },
  { limitMs: 30_000 },
);

spec(
  "a configuration that is not there is a problem, and a port in use is one",
  async (t) => {
    const { createServer } = await import("node:net");
    const server = createServer().listen(0, "127.0.0.1");
    t.defer(() => server.close());
    await new Promise((done) => server.once("listening", done));
    const { port } = server.address() as { port: number };
    const env = { ...(await environment()), HOLDFAST_MQTT_PORT: String(port) };
    const { code, out } = await holdfast(t, ["doctor", "--config", "no-such.json", "--json"], env);
    is(code, 1);
    const ids = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .filter(({ verdict }) => verdict === "problem")
      .map(({ id }) => id);
    ok(ids.includes("configuration.problem") && ids.includes("network.port"), ids.join(" "));
  },
  { limitMs: 30_000 },
);

spec(
  "with an emulated configuration a desktop is in order",
  async (t) => {
    const { out } = await holdfast(t, ["doctor", "--config", demoFile], await environment());
    ok(out.includes("emulated pins need no board") || out.includes("its header is on"), out);
  },
  { limitMs: 30_000 },
);
