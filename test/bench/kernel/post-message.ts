/**
 * The peer of a call between cells: `postMessage` and listeners, between two workers or between the main thread
 * and a worker (`process.argv[2]`: `workers` or `main`). The same small message both ways.
 */
import { MessageChannel, type MessagePort, parentPort, Worker, workerData } from "node:worker_threads";
import { latencies } from "./latencies.ts";

const WARM_UP = 20_000;
const CALLS = 30_000;

interface Request {
  readonly ref: number;
  readonly request: number;
}

const role = (workerData as { role?: "client" | "server" } | null)?.role;
if (role === "server") serve((workerData as { port: MessagePort }).port);
else if (role === "client") call((workerData as { port: MessagePort }).port);
else start();

function start(): void {
  const { port1, port2 } = new MessageChannel();
  const here = new URL(import.meta.url);
  const server = new Worker(here, { workerData: { role: "server", port: port1 }, transferList: [port1] });
  server.unref();
  if (process.argv[2] === "main") call(port2);
  else new Worker(here, { workerData: { role: "client", port: port2 }, transferList: [port2] });
}

function serve(port: MessagePort): void {
  port.on("message", ({ ref, request }: Request) =>
    port.postMessage({ type: "reply", ref, value: request + 1 }),
  );
}

function call(port: MessagePort): void {
  const timesUs = new Float64Array(CALLS);
  let cpu = process.cpuUsage();
  let n = -WARM_UP;
  let startMs = 0;
  const ask = () => {
    if (n === 0) cpu = process.cpuUsage();
    startMs = performance.now();
    port.postMessage({ type: "call", ref: n, request: n });
  };
  port.on("message", ({ value }: { value: number }) => {
    if (n >= 0) timesUs[n] = (performance.now() - startMs) * 1000;
    if (value !== n + 1) throw new Error(`${value} is the answer to ${n}`);
    if (++n < CALLS) {
      ask();
      return;
    }
    const { user, system } = process.cpuUsage(cpu);
    console.log(JSON.stringify({ ...latencies(timesUs), cpu: (user + system) / CALLS }));
    port.close();
    parentPort?.close();
  });
  ask();
}
