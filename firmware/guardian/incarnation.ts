import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import type { Clock } from "../../runtime/time/clock.ts";
import type { OwnerEpoch, ToGuardian } from "../contracts/control.ts";
import type { GuardianPlan } from "../contracts/guardian-plan.ts";
import { FifoReader } from "../transport/fifo-reader.ts";
import { PetFifo } from "../transport/pet-fifo.ts";
import { type Pipes, removePipes, requestPipe } from "../transport/pipes.ts";
import { ControlChannel } from "./control-channel.ts";
import { FencePipe } from "./fence-pipe.ts";
import { PetWatch } from "./pet-watch.ts";
import { ReplyPipe } from "./reply-pipe.ts";
import type { StealGauge } from "./steal.ts";

/** What told of a runtime's death first. */
export type DeathSign = "exit" | "pipe" | "pet" | "proc";

export interface IncarnationEvents {
  /** Bytes from an owner's FIFO; false stops reading it until `resume`. */
  bytes(owner: number, bytes: Uint8Array, length: number): boolean;
  message(message: ToGuardian): void;
  fence(fenced: OwnerEpoch): void;
  /** Once: the first sign of death. */
  dead(by: DeathSign): void;
  /** Once: the process has ended. */
  exit(code: number | null, signal: string | null): void;
}

/** One run of the runtime: its process, its pipes, and the signs of its death. */
export class Incarnation {
  readonly number: number;
  readonly reply: ReplyPipe;
  readonly control: ControlChannel;
  readonly #pipes: Pipes;
  readonly #child: ChildProcess;
  /** Request pipes of the owners that were granted something, by owner. */
  readonly #requests = new Map<number, FifoReader>();
  readonly #pets: PetFifo;
  readonly #fences: FencePipe;
  readonly #watch: PetWatch | undefined;
  readonly #on: IncarnationEvents;
  #dead = false;
  #barred = false;
  #exited = false;

  /** Opens the guardian's ends first, so that the runtime finds its pipes ready; those for requests with the first grant. */
  constructor(
    plan: GuardianPlan,
    pipes: Pipes,
    number: number,
    { clock, steal }: { readonly clock: Clock; readonly steal: StealGauge },
    on: IncarnationEvents,
  ) {
    this.number = number;
    this.#pipes = pipes;
    this.#on = on;
    this.reply = new ReplyPipe(pipes.reply);
    this.#pets = new PetFifo(pipes.pet);
    this.#fences = new FencePipe(
      pipes.fence,
      (fenced) => {
        if (!this.#dead) on.fence(fenced);
      },
      () => this.#sign("pipe"),
    );
    this.#child = spawn(plan.runtime.command, plan.runtime.args, {
      stdio: ["ignore", "inherit", "inherit", "pipe"],
      env: {
        ...process.env,
        ...plan.runtime.env,
        HOLDFAST_PIPES: pipes.directory,
        HOLDFAST_INCARNATION: String(number),
      },
    });
    this.#child.on("error", () => this.#exit(null, null)); // it could not be started
    this.#child.on("exit", (code, signal) => this.#exit(code, signal));
    this.control = new ControlChannel(this.#child.stdio[3] as Duplex, {
      message: (message) => {
        if (!this.#barred) on.message(message);
      },
      end: () => this.#sign("pipe"),
    });
    const { pid } = this.#child;
    if (pid === undefined) return;
    const limitMs = plan.petLimitMs ?? 100;
    const onDead = (by: DeathSign) => this.#sign(by);
    const startLimitMs = plan.startLimitMs ?? 30_000;
    this.#watch = new PetWatch({ pets: this.#pets, pid, limitMs, startLimitMs, clock, steal, onDead });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get exited(): boolean {
    return this.#exited;
  }

  /**
   * From now on the runtime is granted nothing: one that was taken for dead may still run until its end
   * comes, and what it asked for then would outlive it.
   */
  bar(): void {
    this.#barred = true;
  }

  /** Opens the request pipe of an owner, with its first grant: a cell cannot open its end before. */
  listen(owner: number): void {
    if (this.#requests.has(owner)) return;
    // What a dead runtime still had in its pipes must not lie in front of the next one's first frame.
    const onBytes = (bytes: Uint8Array, length: number) => this.#dead || this.#on.bytes(owner, bytes, length);
    const path = requestPipe(this.#pipes.directory, owner);
    this.#requests.set(owner, new FifoReader(path, { keepOpen: true, onBytes }));
  }

  resume(owner: number): void {
    this.#requests.get(owner)?.resume();
  }

  /** A process that ended already takes no signal. */
  signal(signal: "SIGTERM" | "SIGKILL"): void {
    if (!this.#exited) this.#child.kill(signal);
  }

  /** Malformed frames and messages, and what was dropped on the way out. */
  stats(): Record<string, number> {
    return {
      malformedPets: this.#pets.malformed + this.#fences.malformed,
      malformedControl: this.control.malformed,
      droppedControl: this.control.dropped,
      droppedReplies: this.reply.dropped,
    };
  }

  /** Closes all pipes and removes them; the process must have ended. */
  close(): void {
    this.#dead = true;
    this.#watch?.close();
    this.#pets.close();
    this.#fences.close();
    for (const fifo of this.#requests.values()) fifo.close();
    this.reply.close();
    this.control.close();
    removePipes(this.#pipes);
  }

  #sign(by: DeathSign): void {
    if (this.#dead) return;
    this.#dead = true;
    this.bar();
    this.#on.dead(by);
  }

  #exit(code: number | null, signal: string | null): void {
    if (this.#exited) return;
    this.#exited = true;
    this.#sign("exit");
    this.#on.exit(code, signal);
  }
}
