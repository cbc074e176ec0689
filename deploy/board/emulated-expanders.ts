/** The expanders of an emulated board: their chips, and what the world sees at their pins. */
import { Mcp23017Chip } from "../../devices/chips/mcp23017.ts";
import type { ExpanderPlan } from "../../firmware/contracts/expander-plan.ts";
import type { ChipFault } from "../../firmware/emulated/chip-fault.ts";
import type { EmulatedBus } from "../../firmware/emulated/emulated-bus.ts";

interface Place {
  readonly chip: Mcp23017Chip;
  readonly plan: ExpanderPlan;
  readonly pin: number;
}

export class EmulatedExpanders {
  readonly #buses: Readonly<Record<string, EmulatedBus>>;
  readonly #places = new Map<string, Place>();

  /** Attaches a chip for each expander to its bus. */
  constructor(plans: readonly ExpanderPlan[], buses: Readonly<Record<string, EmulatedBus>>) {
    this.#buses = buses;
    for (const plan of plans) {
      const chip = new Mcp23017Chip();
      buses[plan.bus]?.attach(plan.address, chip);
      for (const { line, pin } of plan.outputs) this.#places.set(line, { chip, plan, pin });
    }
  }

  /** What a pin is driven to; undefined while it is not, or when the line is at no expander. */
  level(line: string): 0 | 1 | undefined {
    const place = this.#places.get(line);
    return place?.chip.level(place.pin);
  }

  /** Sets or ends a fault of the chip behind a line; false when the line is at no expander. */
  setFault(line: string, fault: ChipFault | undefined): boolean {
    const plan = this.#places.get(line)?.plan;
    if (plan !== undefined) this.#buses[plan.bus]?.setFault(plan.address, fault);
    return plan !== undefined;
  }
}
