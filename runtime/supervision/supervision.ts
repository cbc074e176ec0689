/**
 * What happens to a supervisor and what it is told to do, one method each; all return at once.
 */
import { type ExitReason, rootCause } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { Self } from "../process/self.ts";
import type { Answers } from "./answers.ts";
import type { Caller, Child } from "./child.ts";
import { ChildLives } from "./child-lives.ts";
import type { CompleteChildSpec } from "./child-spec.ts";
import { completeChildSpec } from "./child-spec-check.ts";
import type { Children } from "./children.ts";
import type { StartAcknowledgement } from "./supervisor-request.ts";
import type { SupervisorFlags, SupervisorSpec } from "./supervisor-spec.ts";

export class Supervision {
  readonly #lives: ChildLives;
  /** What all children of a simpleOneForOne are like. */
  #template: CompleteChildSpec | undefined;

  constructor(self: Self<never>, spec: SupervisorSpec) {
    this.#lives = new ChildLives(self, spec);
    if (this.simple) this.#template = completeChildSpec(spec.children[0]!);
  }

  get children(): Children {
    return this.#lives.children;
  }

  get answers(): Answers {
    return this.#lives.answers;
  }

  get spec(): SupervisorSpec {
    return this.#lives.spec;
  }

  /** Its children are all of one kind, and have no ids of their own. */
  get simple(): boolean {
    return this.#lives.simple;
  }

  get template(): CompleteChildSpec | undefined {
    return this.#template;
  }

  /** Why the supervisor ends, as soon as it does. */
  get ending(): ExitReason | undefined {
    return this.#lives.ending;
  }

  /** It ends, and nothing runs any more. */
  get over(): boolean {
    return this.ending !== undefined && this.children.aliveCount === 0;
  }

  /** When `expire` has something to do, us. */
  get nextDueUs(): number {
    return this.#lives.nextDueUs;
  }

  startAll(): void {
    if (this.simple) return;
    this.#lives.startAll(this.spec.children.map((spec) => this.children.add(completeChildSpec(spec), [])));
    this.#lives.advance();
  }

  /** The monitor `ref` fired. */
  down(ref: number, reason: ExitReason): void {
    const child = this.children.watchedBy(ref);
    if (child !== undefined) this.#lives.ended(child, reason);
  }

  /** An exit signal. Children's ends come by their monitors; anybody else asks the supervisor to end. */
  exit(from: Pid, reason: ExitReason): void {
    if (this.children.withPid(from) === undefined && rootCause(reason) !== "normal") this.#lives.end(reason);
  }

  acknowledged({ pid, outcome, info }: StartAcknowledgement): void {
    const child = this.children.withPid(pid);
    if (child?.state !== "starting") return;
    if (outcome === "ready") this.#lives.ready(child, info);
    else this.#lives.decline(child);
    this.#lives.advance();
  }

  /** Does what is due by `nowUs`. */
  expire(nowUs: number): void {
    this.#lives.expire(nowUs);
  }

  /** Starts a child that somebody asked for. */
  start(child: Child, cause: "asked" | "askedAgain", caller: Caller): void {
    child.cause = cause;
    child.startCaller = caller;
    child.failures = 0;
    child.pauseUntilUs = 0;
    this.#lives.startInOrder(child);
    this.#lives.advance();
  }

  /** Stops a child that somebody wants down. */
  terminate(child: Child, caller: Caller): void {
    child.stopCallers = [...(child.stopCallers ?? []), caller];
    if (child.alive) {
      this.#lives.stop(child);
    } else {
      this.#lives.rest(child);
      this.answers.stopped(child);
    }
    this.#lives.advance();
  }

  /** Starts a held child again, as if it had crashed now. */
  release(child: Child): void {
    child.held = undefined;
    child.failures = 0;
    this.#lives.restart(child);
    this.#lives.advance();
  }

  /** From now on these flags and specs count. New children are not started. */
  change(flags: SupervisorFlags, specs: readonly CompleteChildSpec[]): void {
    this.#lives.changeFlags(flags);
    for (const spec of specs) {
      if (this.simple) {
        this.#template = spec;
        for (const each of this.children) each.spec = spec;
        continue;
      }
      const child = this.children.find(spec.id);
      if (child === undefined) this.children.add(spec, []).cause = "restart";
      else child.spec = spec;
    }
  }
}
