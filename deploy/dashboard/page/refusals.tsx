/** Commands the board refused, at the card they were meant for; they go by themselves after a while. */
import type { Device } from "../store/device.ts";
import { Icon } from "./icon.tsx";
import { dismissRefusal, now } from "./live.ts";

/** Long enough to read twice. */
const shownMs = 30_000;

export function Refusals({ board, device }: { readonly board: string; readonly device: Device }) {
  const shown = device.refusals.filter(({ receivedMs }) => now.value - receivedMs < shownMs);
  return (
    <div class="refusals" role="alert">
      {shown.map((refusal) => (
        <div class="refusal" key={refusal.receivedMs} data-testid={`refusal-${device.id}`}>
          <Icon name="refused" />
          <div>
            <b>Refused: {refusal.reason}</b>
            <code>{refusal.command}</code>
          </div>
          <button
            type="button"
            class="quiet"
            aria-label="dismiss"
            data-testid={`dismiss-${device.id}`}
            onClick={() => dismissRefusal(board, device.id, refusal)}
          >
            <Icon name="bad" />
          </button>
        </div>
      ))}
    </div>
  );
}
