/** An output that `maxOn` has latched off: why it stays off, and the word that ends that. */
import { clearFault } from "../store/command.ts";
import { Icon } from "./icon.tsx";
import { command } from "./live.ts";

interface FaultProps {
  readonly board: string;
  readonly id: string;
  readonly disabled: boolean;
}

export function Fault({ board, id, disabled }: FaultProps) {
  return (
    <div class="standing fault" role="alert" data-testid={`fault-${id}`}>
      <Icon name="warning" />
      <span>
        stays off: it was on for too long too often (maxOn). Look at the load before you clear this.
      </span>
      <button
        type="button"
        data-testid={`clear-${id}`}
        disabled={disabled}
        title={`${id} may be switched on again; nothing is switched now`}
        onClick={() => command(board, id, clearFault)}
      >
        Clear
      </button>
    </div>
  );
}
