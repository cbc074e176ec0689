/** An emulated contact: it stays as it is put. */
import type { Device } from "../store/device.ts";
import { own } from "../store/own.ts";

interface WorldContactProps {
  readonly device: Device;
  readonly name: string;
  readonly disabled: boolean;
  set(closed: boolean): void;
}

export function WorldContact({ device, name, disabled, set }: WorldContactProps) {
  const closed = own(device.readings, name)?.value === true;
  const id = `world-${device.id}-${name}`;
  return (
    <button
      type="button"
      class={closed ? "press held" : "press"}
      data-testid={id}
      aria-pressed={closed}
      disabled={disabled}
      onClick={() => set(!closed)}
    >
      {closed ? "open it" : "close it"}
    </button>
  );
}
