/** A device's mode with its place on the ladder: four rungs, filled from the bottom. */
import { rung } from "../store/device.ts";
import type { Mode } from "../store/wire.ts";

interface ModeChipProps {
  readonly device: string;
  readonly mode: Mode | undefined;
  /** The mode was so; nobody can say that it still is. */
  readonly old: boolean;
}

export function ModeChip({ device, mode, old }: ModeChipProps) {
  const filled = mode === undefined ? -1 : rung(mode);
  return (
    <span
      class={old ? "mode old" : "mode"}
      data-mode={mode ?? "unknown"}
      data-old={old ? "" : undefined}
      data-testid={`mode-${device}`}
    >
      <span class="ladder" aria-hidden="true">
        {[0, 1, 2, 3].map((step) => (
          <i key={step} class={step <= filled ? "on" : ""} />
        ))}
      </span>
      <span class="visually-hidden">mode </span>
      {old && mode !== undefined && "was "}
      {mode ?? "no state yet"}
    </span>
  );
}
