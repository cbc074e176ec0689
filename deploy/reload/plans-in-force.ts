/** What every device and controller is started with, and shown as: the configuration's, or what a reload made of it. */
import type { ControllerPlan, DevicePlan } from "../../devices/handler/device-plan.ts";
import type { TelemetryDevice } from "../board/telemetry.ts";

type Plan = DevicePlan | ControllerPlan;

/** A plan, and how people see it. */
export interface PlanInForce {
  readonly plan: Plan;
  readonly view: TelemetryDevice;
}

export class PlansInForce {
  readonly #plans = new Map<string, Plan>();
  readonly #views = new Map<string, TelemetryDevice>();
  /** What was in force before, by id, while a change is tried. */
  #before: ReadonlyMap<string, PlanInForce> = new Map();

  constructor(plans: readonly Plan[], views: readonly TelemetryDevice[]) {
    for (const plan of plans) this.#plans.set(plan.id, plan);
    for (const view of views) this.#views.set(view.id, view);
  }

  /** The plan that `started` has become. */
  of<P extends Plan>({ id }: P): P {
    return this.#plans.get(id) as P;
  }

  /** In the order of the file. */
  get views(): readonly TelemetryDevice[] {
    return [...this.#views.values()];
  }

  /** Plans that are tried, as they were before; empty when none are. */
  get before(): readonly PlanInForce[] {
    return [...this.#before.values()];
  }

  /** From now on these are in force, until `keep` or `takeBack`. */
  tryOut(changed: readonly PlanInForce[]): void {
    this.#before = new Map(
      changed.map(({ plan: { id } }) => [id, { plan: this.#plans.get(id)!, view: this.#views.get(id)! }]),
    );
    this.#set(changed);
  }

  keep(): void {
    this.#before = new Map();
  }

  /** Returns what is in force again. */
  takeBack(): readonly PlanInForce[] {
    const { before } = this;
    this.#set(before);
    this.keep();
    return before;
  }

  #set(plans: readonly PlanInForce[]): void {
    for (const { plan, view } of plans) {
      this.#plans.set(plan.id, plan);
      this.#views.set(view.id, view);
    }
  }
}
