/** A device's mode with its place on the ladder: four rungs, filled from the bottom. */
import { rung } from "../store/device.ts";
import type { Mode } from "../store/wire.ts";

export function ModeChip({ device, mode }: { readonly device: string; readonly mode: Mode | undefined }) {
  const filled = mode === undefined ? -1 : rung(mode);
  return (
    <span class="mode" data-mode={mode ?? "unknown"} data-testid={`mode-${device}`}>
      <span class="ladder" aria-hidden="true">
        {[0, 1, 2, 3].map((step) => (
          <i key={step} class={step <= filled ? "on" : ""} />
        ))}
      </span>
      <span class="visually-hidden">mode </span>
      {mode ?? "no state yet"}
    </span>
  );
}
