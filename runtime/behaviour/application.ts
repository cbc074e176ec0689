/**
 * The controller of a system's applications: starts them in the order of their needs, stops them in reverse,
 * and does what the type of each says when it ends by itself.
 *
 * A start that fails stops those that were started for it, last first, and is the failure of the controller's
 * own start. It is a server: `startServer(self, applicationController(specs), undefined)`.
 */
import { describeReason, type ExitReason, isOrderly } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { ProcessGenerator } from "../process/process.ts";
import type { Self } from "../process/self.ts";
import type { DownMessage } from "../process/signal.ts";
import { applicationMaster, DEFAULT_STOP_MS } from "./application-master.ts";
import type { ApplicationEvent, ApplicationSpec } from "./application-spec.ts";
import type { ServerModule } from "./server-module.ts";
import { start } from "./start.ts";
import { StartError } from "./start-error.ts";
import { startOrder } from "./start-order.ts";

/** An application that runs. */
interface Running {
  readonly name: string;
  readonly master: Pid;
  readonly ref: number;
  readonly top: Pid;
  /** How long its master may take to end, ms. */
  readonly stopMs: number;
}

/** What runs, in the order it was started. */
export interface ApplicationState {
  running: Running[];
}

/** What became of an order. */
export type OrderResult = "ok" | { readonly refused: string };

export interface ApplicationCalls {
  /** Names of those that run, in the order they were started. */
  which(): string[];
  /** Starts it and what it needs; what runs already is left alone. */
  start(request: { name: string }): OrderResult;
  /** Stops it, after those that need it. */
  stop(request: { name: string }): OrderResult;
}

export interface ControllerOptions {
  /** Started with the controller; the others when they are asked for. Default: all. */
  readonly autostart?: readonly string[];
  onEvent?(event: ApplicationEvent): void;
}

/** What `prepareStop` and `stop` may take together, beside the end of the top process, ms. */
const STOP_FUNCTIONS_MS = 5000;

type Controller = ServerModule<ApplicationState, ApplicationCalls, never, unknown>;

/** The controller of these applications. Throws `StartOrderError` when their needs cannot be met. */
export function applicationController(
  specs: readonly ApplicationSpec[],
  { autostart, onEvent = () => {} }: ControllerOptions = {},
): Controller {
  const order = startOrder(specs);
  const names = new Set(order.map(({ name }) => name));
  const wanted = autostart ?? order.map(({ name }) => name);
  const unknown = wanted.filter((name) => !names.has(name));
  if (unknown.length > 0) throw new TypeError(`no application "${unknown.join('", "')}" to start`);
  return {
    name: "applications",
    version: 1,
    *init(_, self) {
      self.trapExit();
      const state: ApplicationState = { running: [] };
      const failed = yield* startAll(self, state, closure(order, wanted), onEvent);
      if (failed !== undefined) throw failed;
      return { state };
    },
    handleCall: {
      which: (state) => ({ reply: state.running.map(({ name }) => name), state }),
      *start(state, { name }, _, self) {
        if (!names.has(name)) return { reply: { refused: `there is no "${name}"` }, state };
        const failed = yield* startAll(self, state, closure(order, [name]), onEvent);
        return { reply: failed === undefined ? "ok" : { refused: failed.message }, state };
      },
      *stop(state, { name }, _, self) {
        if (!state.running.some((each) => each.name === name)) {
          return { reply: { refused: `"${name}" does not run` }, state };
        }
        const needing = needingIt(order, name);
        yield* stopAll(self, state, ({ name }) => needing.has(name), onEvent);
        return { reply: "ok", state };
      },
    },
    handleCast: {},
    handleInfo(state, message) {
      const { type, ref, reason } = (message ?? {}) as Partial<DownMessage>;
      const ended = type === "down" ? state.running.find((each) => each.ref === ref) : undefined;
      if (ended === undefined || reason === undefined) return { state };
      state.running = state.running.filter((each) => each !== ended);
      onEvent({ kind: "ended", name: ended.name, reason });
      return endsAll(order, ended.name, reason) ? { stop: reason, state } : { state };
    },
    *terminate(_, state, self) {
      yield* stopAll(self, state, () => true, onEvent);
    },
  };
}

/** Starts what does not run yet; when one fails, stops what it has started. */
function* startAll(
  self: Self<unknown>,
  state: ApplicationState,
  specs: readonly ApplicationSpec[],
  onEvent: (event: ApplicationEvent) => void,
): ProcessGenerator<Error | undefined> {
  const before = new Set(state.running);
  for (const spec of specs) {
    if (state.running.some(({ name }) => name === spec.name)) continue;
    try {
      const running = yield* startOne(self, spec);
      state.running.push(running);
      onEvent({ kind: "started", name: spec.name, pid: running.top });
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      const why = error.reason === undefined ? error.code : describeReason(error.reason);
      onEvent({ kind: "startFailed", name: spec.name, why });
      yield* stopAll(self, state, (each) => !before.has(each), onEvent);
      return error;
    }
  }
  return undefined;
}

function* startOne(self: Self<unknown>, spec: ApplicationSpec): ProcessGenerator<Running> {
  const limit = spec.startMs === undefined ? {} : { within: spec.startMs };
  const master = yield* start(self, applicationMaster(spec), self.pid, { link: true, ...limit });
  const isTop = (message: unknown): message is { type: "top"; pid: Pid } =>
    (message as { type?: unknown } | null)?.type === "top" &&
    (message as { name?: unknown }).name === spec.name;
  const { pid: top } = (yield* self.receive(isTop)) as { pid: Pid };
  const stopMs = (spec.stopMs ?? DEFAULT_STOP_MS) + STOP_FUNCTIONS_MS;
  return { name: spec.name, master, ref: self.monitor(master), top, stopMs };
}

/** Stops these, last started first. Each master keeps its own limit. */
function* stopAll(
  self: Self<unknown>,
  state: ApplicationState,
  which: (running: Running) => boolean,
  onEvent: (event: ApplicationEvent) => void,
): ProcessGenerator {
  for (const each of state.running.filter(which).reverse()) {
    self.exit(each.master, "shutdown");
    const down = yield* self.receive(each.ref, { within: each.stopMs });
    if (down === undefined) {
      self.kill(each.master);
      yield* self.receive(each.ref);
    }
    state.running = state.running.filter((other) => other !== each);
    onEvent({ kind: "stopped", name: each.name });
  }
}

/** These and all they need, in order. */
function closure(order: readonly ApplicationSpec[], names: readonly string[]): ApplicationSpec[] {
  const wanted = new Set(names);
  for (const { name, needs = [] } of order.toReversed()) {
    if (wanted.has(name)) for (const need of needs) wanted.add(need);
  }
  return order.filter(({ name }) => wanted.has(name));
}

/** It and all that need it. */
function needingIt(order: readonly ApplicationSpec[], name: string): Set<string> {
  const needing = new Set([name]);
  for (const spec of order) if ((spec.needs ?? []).some((need) => needing.has(need))) needing.add(spec.name);
  return needing;
}

function endsAll(order: readonly ApplicationSpec[], name: string, reason: ExitReason): boolean {
  const type = order.find((spec) => spec.name === name)?.type ?? "permanent";
  return type === "permanent" || (type === "transient" && !isOrderly(reason));
}
