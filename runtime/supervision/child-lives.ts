/**
 * The lives of a supervisor's children: what follows when one is to start, became ready, failed, ended, or is
 * not to run any more. Every method returns at once; whatever takes time is a child's state with a time limit.
 */
import { describeReason, type ExitReason, isOrderly } from "../process/exit-reason.ts";
import type { Self } from "../process/self.ts";
import { Answers } from "./answers.ts";
import { defaultBackoff, pauseMs } from "./backoff.ts";
import type { Child } from "./child.ts";
import { ChildStarts } from "./child-starts.ts";
import { ChildStops } from "./child-stops.ts";
import { Children } from "./children.ts";
import { DueTimes } from "./due-times.ts";
import { GroupWork } from "./group-work.ts";
import { RestartIntensity } from "./restart-intensity.ts";
import { affectedBy, endsWithSignificant, isOrdered, isRestartedAfter } from "./strategy.ts";
import type { Refusal } from "./supervisor-request.ts";
import type { SupervisorEvent, SupervisorFlags, SupervisorSpec } from "./supervisor-spec.ts";

export class ChildLives {
  readonly children: Children;
  readonly answers: Answers;
  /** Its children are all of one kind, and have no ids of their own. */
  readonly simple: boolean;
  readonly #self: Self<never>;
  readonly #due = new DueTimes<Child>();
  readonly #group = new GroupWork();
  readonly #starts: ChildStarts;
  readonly #stops: ChildStops;
  #spec: SupervisorSpec;
  #intensity: RestartIntensity;
  #ending: ExitReason | undefined;

  constructor(self: Self<never>, spec: SupervisorSpec) {
    this.simple = spec.strategy === "simpleOneForOne";
    this.#self = self;
    this.#spec = spec;
    this.#intensity = intensityOf(spec);
    this.children = new Children(!this.simple);
    this.answers = new Answers(self);
    this.#starts = new ChildStarts(self, this.#due, this.children);
    this.#stops = new ChildStops(self, this.#due, spec.kernel);
  }

  get spec(): SupervisorSpec {
    return this.#spec;
  }

  /** Why the supervisor ends, as soon as it does. */
  get ending(): ExitReason | undefined {
    return this.#ending;
  }

  /** When `expire` has something to do, us. */
  get nextDueUs(): number {
    return this.#due.nextUs;
  }

  /** From now on these flags count, and restarts are counted anew. */
  changeFlags(flags: SupervisorFlags): void {
    this.#spec = { ...this.#spec, ...flags };
    this.#intensity = intensityOf(this.#spec);
  }

  /** Does what is due by `nowUs`. Each child at most once, so that messages are looked at in between. */
  expire(nowUs: number): void {
    if (this.#due.nextUs > nowUs) return;
    for (let left = this.#due.size; left > 0; left--) {
      const child = this.#due.take(nowUs);
      if (child === undefined) break;
      if (child.state === "restarting") this.#resume(child);
      else if (this.#stops.expired(child)) this.#lost(child);
    }
    this.advance();
  }

  /** Ends all children, last started first; those of a simpleOneForOne all at once. */
  end(reason: ExitReason): void {
    if (this.#ending !== undefined) return;
    this.#ending = reason;
    for (const child of [...this.children]) if (!child.alive) this.rest(child);
    const children = [...this.children];
    this.#group.stop(this.simple ? [] : children);
    if (this.simple) for (const child of children) this.stop(child);
    this.advance();
  }

  /** Starts it now, or when it is its turn: while a group is being started, or where order matters. */
  startInOrder(child: Child): void {
    child.state = "restarting";
    if (isOrdered(this.#spec.strategy) || this.#group.busy) this.#group.addStarts([child]);
    else this.#begin(child);
  }

  /** Starts all of them, one when the former is ready. */
  startAll(children: readonly Child[]): void {
    this.#group.addStarts(children);
  }

  /** Its process ended. */
  ended(child: Child, reason: ExitReason): void {
    const { state, condemned, spec } = child;
    const asked = state === "stopping";
    if (spec.hold) child.lastPid = String(child.pid);
    this.children.unwatch(child);
    this.#due.clear(child);
    this.#group.happened(child);
    child.condemned = false;
    if (state === "starting" ? !condemned : asked && child.afterStop === "failed") {
      this.#startFailed(child, child.failure ?? reason);
    } else {
      this.#tell({ kind: "ended", id: spec.id, reason, asked });
      if (asked || condemned) this.#stopped(child);
      else this.#crashed(child, reason);
    }
    this.answers.stopped(child);
    this.advance();
  }

  #stopped(child: Child): void {
    if (child.afterStop === "restart") child.state = "restarting";
    else if (child.afterStop === "ignored") this.#ignored(child);
    else this.rest(child);
  }

  #crashed(child: Child, reason: ExitReason): void {
    const { spec } = child;
    const { healthyMs } = this.#spec.backoff ?? defaultBackoff;
    const wasHealthy = this.#self.nowUs() - child.startedUs >= healthyMs * 1000;
    child.failures = wasHealthy ? 0 : child.failures + 1;
    if (isRestartedAfter(spec.restart, reason)) {
      this.#again(child, reason);
      return;
    }
    this.rest(child);
    if (!spec.significant) return;
    const othersRun = [...this.children].some((other) => other.spec.significant && other.state !== "idle");
    if (!endsWithSignificant(this.#spec.autoShutdown ?? "never", othersRun)) return;
    this.#tell({ kind: "autoShutdown", id: spec.id });
    this.end("shutdown");
  }

  /** It crashed, or could not be started again: hold it, try again, or give up. */
  #again(child: Child, reason: ExitReason): void {
    const { id, hold } = child.spec;
    const nowUs = this.#self.nowUs();
    if (hold && !isOrderly(reason)) {
      child.hold(reason, nowUs);
      this.#tell({ kind: "held", id, reason });
    } else if (this.#intensity.mayRestart(nowUs)) {
      this.restart(child);
    } else {
      this.#giveUp(child, reason, "reached its restart intensity");
    }
  }

  /** Starts it again, with those that its strategy restarts with it. */
  restart(child: Child): void {
    const { strategy, backoff = defaultBackoff } = this.#spec;
    child.state = "restarting";
    child.pauseUntilUs = this.#self.nowUs() + pauseMs(backoff, child.failures) * 1000;
    if (isOrdered(strategy)) {
      this.#group.restart(affectedBy(strategy, this.children, child).filter(({ state }) => state !== "held"));
    } else if (child.failures > 0) {
      // Also without a pause it is tried again from the loop, never from within: the stack stays flat.
      this.#due.set(child, child.pauseUntilUs);
    } else {
      this.#begin(child);
    }
  }

  #begin(child: Child): void {
    const outcome = this.#starts.begin(child, this.#spec);
    if (outcome.kind === "ready") this.ready(child, outcome.info);
    else if (outcome.kind === "ignored") this.#ignored(child);
    else if (outcome.kind === "failed") this.#startFailed(child, outcome.reason);
  }

  /** It said that it is ready, or need not say so. */
  ready(child: Child, info: unknown): void {
    const { pid, spec } = child;
    this.#due.clear(child);
    this.#group.happened(child);
    child.state = "running";
    child.cause = "restart";
    child.starts++;
    child.startedUs = this.#self.nowUs();
    if (spec.restart === "temporary") child.args = [];
    if (child.restarts > 0) this.#self.note({ restarts: child.restarts }, pid!);
    this.#tell({ kind: "started", id: spec.id, pid: pid!, restarts: child.restarts });
    this.answers.started(child, { ok: true, pid, info });
  }

  /** It said that it is not wanted, and has to end now. */
  decline(child: Child): void {
    this.#stops.begin(child, "ignored");
  }

  /** It is not wanted: no failure. */
  #ignored(child: Child): void {
    child.cause = "restart";
    this.answers.started(child, { ok: true, pid: undefined, info: undefined });
    this.rest(child);
  }

  #startFailed(child: Child, reason: ExitReason): void {
    this.#tell({ kind: "startFailed", id: child.spec.id, reason });
    if (this.#ending !== undefined) {
      this.rest(child);
    } else if (child.cause === "first") {
      this.#giveUp(child, reason, `did not start: ${describeReason(reason)}`);
    } else if (child.cause === "restart") {
      child.failures++;
      this.#again(child, reason);
    } else {
      this.answers.started(child, { ok: false, error: { code: "startFailed", reason } });
      this.rest(child);
    }
  }

  /** It stays down: kept if it can be started again by hand, else forgotten. */
  rest(child: Child): void {
    const { cause, spec } = child;
    this.#due.clear(child);
    this.#group.dropStart(child);
    child.state = "idle";
    child.held = undefined;
    child.cause = "restart";
    const error: Refusal =
      this.#ending === undefined ? { code: "startFailed", reason: "shutdown" } : { code: "ending" };
    this.answers.started(child, { ok: false, error });
    if (this.simple || cause === "asked" || spec.restart === "temporary") this.children.remove(child);
  }

  /** Ends it out of turn; it stays down. */
  stop(child: Child): void {
    this.#group.dropStart(child);
    if (child.state !== "stopping") this.#stops.begin(child, "idle");
    child.afterStop = "idle";
  }

  /** It did not end although it was killed. */
  #lost(child: Child): void {
    const { pid, ref, spec } = child;
    this.#tell({ kind: "lost", id: spec.id, pid: pid! });
    this.#self.demonitor(ref);
    this.#self.unlink(pid!);
    this.ended(child, "killed");
  }

  /** Its pause is over. */
  #resume(child: Child): void {
    if (isOrdered(this.#spec.strategy)) this.#group.happened(child);
    else this.#begin(child);
  }

  #giveUp(child: Child, reason: ExitReason, why: string): void {
    this.rest(child);
    this.#tell({ kind: "gaveUp", id: child.spec.id, reason });
    this.end({ shutdown: `${child.spec.id} ${why}` });
  }

  /** Does the next thing there is to do for a group, until something has to be awaited. */
  advance(): void {
    for (;;) {
      const last = this.#group.nextStop();
      if (last !== undefined) {
        last.condemned = false;
        if (last.state !== "stopping") this.#stops.begin(last, last.afterStop);
      }
      const next = this.#group.nextStart();
      if (next === undefined) return;
      this.#startInTurn(next);
    }
  }

  #startInTurn(child: Child): void {
    if (child.pauseUntilUs > this.#self.nowUs()) {
      this.#group.await(child);
      this.#due.set(child, child.pauseUntilUs);
      return;
    }
    this.#group.begun(child);
    this.#begin(child);
    if (child.state === "starting") this.#group.await(child);
  }

  #tell(event: SupervisorEvent): void {
    this.#spec.onEvent?.(event);
  }
}

function intensityOf({ intensity = 1, periodMs = 5000 }: SupervisorFlags): RestartIntensity {
  return new RestartIntensity(intensity, periodMs);
}
