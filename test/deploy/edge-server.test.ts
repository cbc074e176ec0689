import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import * as assert from "uvu/assert";
import { AllowedHosts, isForeignFetch } from "../../deploy/http/allowed-hosts.ts";
import { EdgeServer, type EdgeServerOptions } from "../../deploy/http/edge-server.ts";
import { acceptedEncodings, withRoot } from "../../deploy/http/static-folder.ts";
import { EmbeddedBroker } from "../../deploy/mqtt/embedded-broker.ts";
import { freePort } from "../harness/free-port.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import { probe } from "../harness/mqtt-probe.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";

const page = '<!doctype html><head><meta name="holdfast-root" content=""><title>x</title></head>';
const script = "console.log(1);".repeat(50);

function dashboard(t: SpecContext): string {
  const parent = mkdtempSync(join(tmpdir(), "holdfast-page-"));
  t.defer(() => rmSync(parent, { recursive: true }));
  const folder = join(parent, "dashboard");
  mkdirSync(join(folder, "assets"), { recursive: true });
  writeFileSync(join(parent, "secret.txt"), "secret");
  symlinkSync(join(parent, "secret.txt"), join(folder, "link.txt"));
  writeFileSync(join(folder, "index.html"), page);
  writeFileSync(join(folder, "index.html.br"), brotliCompressSync(page));
  writeFileSync(join(folder, "assets/main-1a2b3c4d.js"), script);
  writeFileSync(join(folder, "assets/main-1a2b3c4d.js.br"), brotliCompressSync(script));
  writeFileSync(join(folder, "assets/main-1a2b3c4d.js.gz"), gzipSync(script));
  return folder;
}

async function edge(
  t: SpecContext,
  options: Partial<EdgeServerOptions> = {},
  credentials?: EdgeServerOptions["credentials"],
) {
  const login = credentials === undefined ? {} : { credentials };
  const broker = await EmbeddedBroker.start({ port: 0, ...login });
  t.defer(() => broker.close());
  const found = await EdgeServer.start({
    port: 0,
    mqtt: { handle: (stream, role) => broker.handle(stream, role) },
    health: () => ({ ok: true, cells: 3 }),
    metrics: () => "holdfast_up 1\n",
    ...login,
    ...options,
  });
  t.defer(() => found.close());
  return { edge: found, broker, ws: `ws://127.0.0.1:${found.port}/mqtt` };
}

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

function get(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Answer> {
  return new Promise((done, fail) => {
    const asked = request({
      host: "127.0.0.1",
      port,
      path,
      method,
      agent: false,
      headers: { host: `localhost:${port}`, ...headers },
    });
    asked.on("error", fail);
    asked.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () =>
        done({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    asked.end();
  });
}

/** The status line of a WebSocket upgrade. */
function upgrade(port: number, headers: Record<string, string> = {}, path = "/mqtt"): Promise<string> {
  const lines = Object.entries({
    Host: `localhost:${port}`,
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "mqtt",
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return new Promise((done, fail) => {
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`),
    );
    socket.on("error", fail);
    socket.once("data", (data) => {
      done(data.toString().split("\r\n", 1)[0]!);
      socket.destroy();
    });
  });
}

spec("health and metrics answer from their callbacks", async (t) => {
  let ok = true;
  const { edge: e } = await edge(t, { health: () => ({ ok, cells: 3 }) });
  const health = await get(e.port, "/health");
  assert.is(health.status, 200);
  assert.equal(JSON.parse(health.body.toString()), { ok: true, cells: 3 });
  ok = false;
  assert.is((await get(e.port, "/health")).status, 503);
  const metrics = await get(e.port, "/metrics?x=1");
  assert.is(metrics.body.toString(), "holdfast_up 1\n");
  assert.match(String(metrics.headers["content-type"]), /^text\/plain; version=0\.0\.4/);
});

spec("a callback that throws is a 500 and a problem, and the server goes on", async (t) => {
  const problems: string[] = [];
  const { edge: e } = await edge(t, {
    metrics: () => {
      throw new Error("no numbers");
    },
    onProblem: (text) => problems.push(text),
  });
  assert.is((await get(e.port, "/metrics")).status, 500);
  assert.equal(problems, ["/metrics: no numbers"]);
  assert.is((await get(e.port, "/health")).status, 200);
});

spec("metrics that take a moment are waited for, and those that come to nothing are a 500", async (t) => {
  const problems: string[] = [];
  let metrics = async () => "holdfast_up 2\n";
  const { edge: e } = await edge(t, { metrics: () => metrics(), onProblem: (text) => problems.push(text) });
  assert.is((await get(e.port, "/metrics")).body.toString(), "holdfast_up 2\n");
  metrics = () => Promise.reject(new Error("no numbers"));
  assert.is((await get(e.port, "/metrics")).status, 500);
  assert.equal(problems, ["/metrics: no numbers"]);
});

spec(
  "the dashboard is sent in the encoding the browser accepts, and not again when it is known",
  async (t) => {
    const { edge: e } = await edge(t, { folder: dashboard(t) });
    const path = "/assets/main-1a2b3c4d.js";
    const br = await get(e.port, path, { "accept-encoding": "gzip, deflate, br" });
    assert.is(br.headers["content-encoding"], "br");
    assert.is(brotliDecompressSync(br.body).toString(), script);
    const gz = await get(e.port, path, { "accept-encoding": "gzip, br;q=0" });
    assert.is(gz.headers["content-encoding"], "gzip");
    assert.is(gunzipSync(gz.body).toString(), script);
    const plain = await get(e.port, path);
    assert.is(plain.headers["content-encoding"], undefined);
    assert.is(plain.body.toString(), script);
    assert.is(plain.headers["content-type"], "text/javascript; charset=utf-8");
    assert.match(String(plain.headers["cache-control"]), /immutable/);
    assert.is.not(plain.headers.etag, br.headers.etag);

    const again = await get(e.port, path, {
      "accept-encoding": "br",
      "if-none-match": `"x", ${br.headers.etag}`,
    });
    assert.is(again.status, 304);
    assert.is(again.body.length, 0);
    const head = await get(e.port, "/", {}, "HEAD");
    assert.equal(
      [head.status, head.headers["content-length"], head.body.length],
      [200, String(page.length), 0],
    );
    assert.is(head.headers["cache-control"], "no-cache");
  },
);

spec("every answer carries the headers that keep a page in its place", async (t) => {
  const { edge: e } = await edge(t, { folder: dashboard(t) });
  for (const path of ["/", "/health", "/nothing"]) {
    const { headers } = await get(e.port, path);
    assert.match(String(headers["content-security-policy"]), /default-src 'none'.*frame-ancestors 'none'/);
    assert.match(String(headers["content-security-policy"]), new RegExp(`ws://localhost:${e.port} `));
    assert.is(headers["x-content-type-options"], "nosniff");
  }
});

spec("no path leads out of the folder", async (t) => {
  const { edge: e } = await edge(t, { folder: dashboard(t) });
  const paths = [
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/assets/../../secret.txt",
    "/link.txt",
    "/%",
    "/assets",
    "//etc/passwd",
    "/index.html.br%00",
  ];
  for (const path of paths) {
    const { status, body } = await get(e.port, path);
    assert.is(status, 404, path);
    assert.not(body.toString().includes("secret"));
  }
});

spec("another root than the default is written into the page", async (t) => {
  const { edge: e } = await edge(t, { folder: dashboard(t), root: "home/garden" });
  const br = await get(e.port, "/", { "accept-encoding": "br, gzip" });
  assert.is(br.headers["content-encoding"], "gzip");
  assert.match(gunzipSync(br.body).toString(), '<meta name="holdfast-root" content="home/garden">');
  assert.is(
    withRoot("<html><head></head>", "a"),
    '<html><head><meta name="holdfast-root" content="a"></head>',
  );
  const { edge: plain } = await edge(t, { folder: dashboard(t) });
  assert.is((await get(plain.port, "/")).body.toString(), page);
});

spec("a foreign Host or Origin is refused on every address and on the upgrade", async (t) => {
  const { edge: e, broker } = await edge(t, {
    folder: dashboard(t),
    allowedHosts: ["board.local", "garden.example:443"],
  });
  const { port } = e;
  const fine: Record<string, string>[] = [
    {},
    { host: `127.0.0.1:${port}` },
    { host: `[::1]:${port}` },
    { host: `LocalHost:${port}`, origin: `http://localhost:${port}` },
    { host: `board.local:${port}`, origin: `http://board.local:${port}` },
    { host: "garden.example", origin: "https://garden.example" },
  ];
  const foreign: Record<string, string>[] = [
    { host: "evil.example" },
    { host: `evil.example:${port}` },
    { host: "localhost" },
    { host: "localhost:1" },
    { host: `localhost:${port}@evil.example` },
    { origin: "http://evil.example" },
    { origin: "http://localhost" },
    { origin: `http://localhost:${port + 1}` },
    { origin: "null" },
    { origin: `http://localhost:${port}.evil.example` },
    { origin: `file://localhost:${port}` },
  ];
  for (const path of ["/", "/health", "/metrics", "/mqtt"]) {
    for (const headers of foreign)
      assert.is((await get(port, path, headers)).status, 403, JSON.stringify(headers));
    for (const headers of fine)
      assert.is.not((await get(port, path, headers)).status, 403, JSON.stringify(headers));
  }
  for (const { host, origin } of foreign) {
    const headers = {
      ...(host === undefined ? {} : { Host: host }),
      ...(origin === undefined ? {} : { Origin: origin }),
    };
    assert.is(await upgrade(port, headers), "HTTP/1.1 403 Forbidden", JSON.stringify(headers));
  }
  assert.is(broker.clients, 0);
  assert.is(await upgrade(port, { Origin: `http://localhost:${port}` }), "HTTP/1.1 101 Switching Protocols");
});

spec("what another site's page loads is refused, a link to the board is not", async (t) => {
  const { edge: e } = await edge(t, { folder: dashboard(t) });
  const from = (site: string, mode: string, dest: string) =>
    get(e.port, "/", { "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest });
  assert.is((await from("cross-site", "no-cors", "image")).status, 403);
  assert.is((await from("same-site", "cors", "empty")).status, 403);
  assert.is((await from("cross-site", "navigate", "iframe")).status, 403);
  assert.is((await from("cross-site", "navigate", "document")).status, 200);
  assert.is((await from("same-origin", "cors", "empty")).status, 200);
  assert.not(isForeignFetch(undefined, undefined, undefined));
});

spec("an upgrade elsewhere, or without the subprotocol, is refused", async (t) => {
  const { edge: e } = await edge(t);
  assert.is(await upgrade(e.port, {}, "/"), "HTTP/1.1 404 Not Found");
  assert.is(await upgrade(e.port, { "Sec-WebSocket-Protocol": "chat" }), "HTTP/1.1 400 Bad Request");
  assert.is(
    await upgrade(e.port, { "Sec-WebSocket-Protocol": "mqttv3.1" }),
    "HTTP/1.1 101 Switching Protocols",
  );
  assert.is((await get(e.port, "/mqtt")).status, 426);
  assert.is((await get(e.port, "/health", {}, "POST")).status, 405);
});

for (const protocolVersion of [4, 5] as const) {
  spec(`an MQTT client of version ${protocolVersion} works through the WebSocket`, async (t) => {
    const { ws, broker } = await edge(t);
    const client = await probe(t, ws, ["holdfast/#"], { protocolVersion });
    const tcp = await probe(t, `mqtt://127.0.0.1:${broker.port}`);
    await tcp.send("holdfast/b/status", "over tcp", true);
    await client.waitFor("the message over TCP", ({ text }) => text === "over tcp");
    await client.send("holdfast/b/x", "x".repeat(100_000));
    await client.waitFor("a large echo", ({ text }) => text.length === 100_000);
  });
}

spec("the WebSocket is a transparent way to a broker elsewhere, and ends with it", async (t) => {
  const behind = await mosquitto(t);
  const problems: string[] = [];
  const { ws, edge: e } = await edge(t, {
    mqtt: { url: behind.url },
    onProblem: (text) => problems.push(text),
  });
  const client = await probe(t, ws, ["a"]);
  const tcp = await probe(t, behind.url);
  await tcp.send("a", "x".repeat(100_000));
  await client.waitFor("the message", ({ text }) => text.length === 100_000);
  const ended = new Promise<void>((done) => client.client.once("close", () => done()));
  await behind.kill();
  await ended;
  assert.is(await upgrade(e.port), "HTTP/1.1 502 Bad Gateway");
  assert.match(problems.at(-1)!, /ECONNREFUSED/);
});

spec("of a broker with several nodes the next is used after one that cannot be reached", async (t) => {
  const behind = await mosquitto(t);
  const { ws, edge: e } = await edge(t, {
    mqtt: { url: `mqtt://127.0.0.1:${await freePort()},${behind.url}` },
  });
  assert.is(await upgrade(e.port), "HTTP/1.1 502 Bad Gateway");
  const client = await probe(t, ws, ["a"]);
  await client.send("a", "through the second");
  await client.waitFor("the message", ({ text }) => text === "through the second");
});

spec("with credentials every page asks for them, and the WebSocket takes them in either place", async (t) => {
  const { edge: e, ws } = await edge(t, {}, [
    { user: "eve", password: "look", role: "viewer" },
    { user: "otto", password: "drive", role: "operator" },
  ]);
  const basic = (login: string) => ({ authorization: `Basic ${Buffer.from(login).toString("base64")}` });
  const anonymous = await get(e.port, "/health");
  assert.is(anonymous.status, 401);
  assert.match(String(anonymous.headers["www-authenticate"]), /^Basic/);
  assert.is((await get(e.port, "/health", basic("eve:drive"))).status, 401);
  assert.is((await get(e.port, "/health", basic("eve:look"))).status, 200);
  assert.is(
    (await get(e.port, "/health", { ...basic("eve:look"), origin: "http://evil.example" })).status,
    403,
  );

  assert.match(
    await probe(t, ws).then(
      () => "",
      (error: Error) => error.message,
    ),
    /refused/i,
  );
  await probe(t, ws, [], { username: "otto", password: "drive" });
  const viewer = await probe(t, ws, [], { wsOptions: { headers: basic("eve:look") } });
  assert.ok(
    await viewer.send("holdfast/b/pump/set", "{}").then(
      () => false,
      () => true,
    ),
  );
  assert.is(await upgrade(e.port, { Authorization: "Basic eDp5" }), "HTTP/1.1 401 Unauthorized");
});

spec("only an operator may pass to a broker elsewhere", async (t) => {
  const idle = createServer((socket) => socket.resume());
  await new Promise<void>((done) => idle.listen(0, "127.0.0.1", done));
  t.defer(() => new Promise((done) => idle.close(done)));
  const { port } = idle.address() as { port: number };
  const { edge: e } = await edge(t, { mqtt: { url: `mqtt://127.0.0.1:${port}` } }, [
    { user: "eve", password: "look", role: "viewer" },
    { user: "otto", password: "drive", role: "operator" },
  ]);
  const basic = (login: string) => ({ Authorization: `Basic ${Buffer.from(login).toString("base64")}` });
  assert.is(await upgrade(e.port), "HTTP/1.1 401 Unauthorized");
  assert.is(await upgrade(e.port, basic("eve:look")), "HTTP/1.1 401 Unauthorized");
  assert.is(await upgrade(e.port, basic("otto:drive")), "HTTP/1.1 101 Switching Protocols");
});

spec("a port in use and an open network are errors that say what to change", async (t) => {
  const { edge: e } = await edge(t);
  const start = (options: Partial<EdgeServerOptions>) =>
    EdgeServer.start({
      mqtt: { handle: () => {} },
      health: () => ({ ok: true }),
      metrics: () => "",
      ...options,
    }).then(
      () => "started",
      (error: Error) => error.message,
    );
  assert.match(
    await start({ port: e.port }),
    /in use, so the web server cannot start: choose another with --http-port or HOLDFAST_HTTP_PORT/,
  );
  assert.match(await start({ port: 0, host: "0.0.0.0" }), /without a password: configure credentials/);
});

spec("WebSocket clients are bounded", async (t) => {
  const { edge: e, ws } = await edge(t, { maxClients: 2 });
  await probe(t, ws);
  await probe(t, ws);
  assert.is(await upgrade(e.port), "HTTP/1.1 503 Service Unavailable");
});

spec("closing ends WebSockets and waiting requests", async (t) => {
  const { edge: e, ws } = await edge(t);
  const client = await probe(t, ws);
  const waiting = connect(e.port, "127.0.0.1");
  waiting.on("error", () => {});
  await new Promise((done) => waiting.once("connect", done));
  const ended = Promise.all([
    new Promise<void>((done) => client.client.once("close", () => done())),
    new Promise((done) => waiting.once("close", done)),
  ]);
  await e.close();
  await ended;
});

spec("names of the board are compared whole", () => {
  const hosts = new AllowedHosts(8080, ["Board.local", "tls.example:443"]);
  for (const host of ["localhost:8080", "board.local:8080", "tls.example", "tls.example:443"])
    assert.ok(hosts.host(host), host);
  for (const host of [
    undefined,
    "",
    "localhost",
    "xboard.local:8080",
    "board.local",
    "[::2]:8080",
    "a b:8080",
  ])
    assert.not(hosts.host(host), String(host));
  assert.ok(new AllowedHosts(80).host("localhost"));
  assert.ok(new AllowedHosts(80).origin("http://localhost"));
  assert.not(new AllowedHosts(80).origin("https://localhost"));
  assert.throws(() => new AllowedHosts(80, ["http://x"]), /write name or name:port/);
});

spec("codings with quality zero are not accepted", () => {
  assert.equal([...acceptedEncodings("br;q=0, GZIP;q=0.5 , identity")], ["gzip", "identity"]);
  assert.equal([...acceptedEncodings(undefined)], []);
});

/** Addresses for the operator, and how often each was asked. */
function operatorRoutes() {
  const asked: string[] = [];
  return {
    asked,
    operator: {
      "/processes": async (query: URLSearchParams) => {
        asked.push(`processes ${query}`);
        if (query.has("wrong")) throw new RangeError("order: no");
        if (query.has("late")) throw new Error("nobody answers");
        return { board: "b" };
      },
      "/trace": async function* (_: URLSearchParams, gone: AbortSignal) {
        asked.push("trace");
        for (let n = 0; n < 3; n++) yield { n };
        await new Promise<void>((done) => gone.addEventListener("abort", () => done()));
        asked.push("gone");
      },
    },
  };
}

spec(
  "an operator's address answers with a document, its mistakes with 400, and no answer with 503",
  async (t) => {
    const { operator, asked } = operatorRoutes();
    const { edge: e } = await edge(t, { operator });
    const good = await get(e.port, "/processes?cell=a%26b");
    assert.is(good.status, 200);
    assert.equal(JSON.parse(good.body.toString()), { board: "b" });
    assert.match(String(good.headers["content-type"]), /^application\/json/);
    assert.is(good.headers["cache-control"], "no-store");
    const wrong = await get(e.port, "/processes?wrong=1");
    assert.equal([wrong.status, wrong.body.toString()], [400, '{"error":"order: no"}']);
    assert.is((await get(e.port, "/processes?late=1")).status, 503);
    assert.is((await get(e.port, "/processes/")).status, 404);
    assert.is((await get(e.port, "/constructor")).status, 404);
    assert.is((await get(e.port, "/processes", {}, "POST")).status, 405);
    assert.is((await get(e.port, "/processes", {}, "HEAD")).body.length, 0);
    assert.is(asked[0], "processes cell=a%26b");
  },
);

spec("what changes something is done by POST alone, and not for another site or a viewer", async (t) => {
  let done = 0;
  const actions = { "/turn": async () => ({ done: ++done }), "/both": async () => ({ done: ++done }) };
  const operator = { "/both": async () => ({ done }) };
  const credentials = [
    { user: "anna", password: "secret", role: "operator" },
    { user: "vera", password: "look", role: "viewer" },
  ] as const;
  const { edge: e } = await edge(t, { operator, actions }, credentials);
  const login = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString("base64")}` });
  const asked = (path: string, method: string, headers: Record<string, string> = login("anna:secret")) =>
    get(e.port, path, headers, method);
  const asGet = await asked("/turn", "GET");
  assert.equal([asGet.status, asGet.headers.allow, done], [405, "POST", 0]);
  assert.equal([(await asked("/both", "GET")).status, done], [200, 0]);
  assert.is((await asked("/both", "DELETE")).headers.allow, "GET, HEAD, POST");
  assert.is((await asked("/health", "POST")).status, 405);
  const elsewhere = { ...login("anna:secret"), origin: "https://elsewhere.example" };
  for (const headers of [elsewhere, login("vera:look"), {}])
    assert.ok((await asked("/turn", "POST", headers)).status >= 401);
  assert.is(done, 0);
  const turned = await asked("/turn", "POST");
  assert.equal([turned.status, JSON.parse(String(turned.body)), done], [200, { done: 1 }, 1]);
});

spec("no page of another site, no other host and no viewer reaches an operator's address", async (t) => {
  const { operator, asked } = operatorRoutes();
  const credentials = [
    { user: "anna", password: "secret", role: "operator" },
    { user: "vera", password: "public", role: "viewer" },
  ] as const;
  const { edge: e } = await edge(t, { operator }, credentials);
  const login = (words: string) => ({ authorization: `Basic ${Buffer.from(words).toString("base64")}` });
  const tries: [Record<string, string>, number][] = [
    [{ ...login("anna:secret"), origin: "http://evil.example" }, 403],
    [{ ...login("anna:secret"), host: "evil.example" }, 403],
    [{ ...login("anna:secret"), "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" }, 403],
    [{}, 401],
    [login("anna:wrong"), 401],
    [login("vera:public"), 403],
  ];
  for (const path of ["/processes", "/trace"]) {
    for (const [headers, status] of tries) assert.is((await get(e.port, path, headers)).status, status);
  }
  assert.equal(asked, []);
  assert.is((await get(e.port, "/processes", login("anna:secret"))).status, 200);
});

spec("lines come as they are made, and who goes away is not spoken to any more", async (t) => {
  const { operator, asked } = operatorRoutes();
  const { edge: e } = await edge(t, { operator });
  const stop = new AbortController();
  const response = await fetch(`http://127.0.0.1:${e.port}/trace`, { signal: stop.signal });
  assert.match(response.headers.get("content-type")!, /^application\/x-ndjson/);
  let text = "";
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString();
    if (text.split("\n").length > 3) break;
  }
  assert.is(text, '{"n":0}\n{"n":1}\n{"n":2}\n');
  stop.abort();
  await until("the route hears of it", () => asked.includes("gone"));
});

spec("more than eight questions at once are refused, and later there is room again", async (t) => {
  const { operator, asked } = operatorRoutes();
  const { edge: e } = await edge(t, { operator });
  const stop = new AbortController();
  const open = Array.from({ length: 8 }, () =>
    fetch(`http://127.0.0.1:${e.port}/trace`, { signal: stop.signal }),
  );
  await Promise.all(open);
  assert.is((await get(e.port, "/processes")).status, 503);
  stop.abort();
  await until("all are gone", () => asked.filter((each) => each === "gone").length === 8);
  assert.is((await get(e.port, "/processes")).status, 200);
});
