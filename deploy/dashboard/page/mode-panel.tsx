/** A device's place on its ladder: how long it stays there, who keeps it, and what an operator may do about it. */
import { useSignal } from "@preact/signals";
import { defaultOrder, holdMode, letGo, letUp, orderDurations } from "../store/command.ts";
import { type Device, remaining } from "../store/device.ts";
import { formatCountdown } from "../store/format.ts";
import type { DeviceState, Mode } from "../store/wire.ts";
import { DurationSelect } from "./duration-select.tsx";
import { Icon } from "./icon.tsx";
import { command, now } from "./live.ts";

interface LadderProps {
  readonly board: string;
  readonly device: Device;
  readonly state: DeviceState;
  readonly disabled: boolean;
}

/** Folded away: keep it at a mode for a while, or let it up before its time. */
export function ModePanel({ board, device, state, disabled }: LadderProps) {
  const { id } = device;
  const [top, ...lower] = state.modes;
  const chosen = useSignal<Mode | undefined>(undefined);
  const forText = useSignal<string>(defaultOrder);
  if (top === undefined || lower.length === 0) return null;
  const mode = chosen.value ?? lower[0]!;
  const isTop = state.mode === top || state.mode === "starting";
  return (
    <details class="fold" data-testid={`order-${id}`}>
      <summary data-testid={`order-toggle-${id}`}>
        <Icon name="mode" />
        Mode
      </summary>
      <div class="order">
        <label>
          <span class="visually-hidden">highest mode of {id}</span>
          <select
            data-testid={`order-mode-${id}`}
            value={mode}
            disabled={disabled}
            onChange={(event) => {
              chosen.value = event.currentTarget.value as Mode;
            }}
          >
            {lower.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
        <DurationSelect
          id={`order-${id}`}
          value={forText.value}
          choices={orderDurations}
          disabled={disabled}
          onChange={(text) => {
            forText.value = text;
          }}
        />
        <button
          type="button"
          data-testid={`order-hold-${id}`}
          disabled={disabled}
          title={`${id} goes no higher than ${mode} until then`}
          onClick={() => command(board, id, holdMode(mode, forText.value))}
        >
          Keep there
        </button>
        {!isTop && (
          <button
            type="button"
            data-testid={`order-up-${id}`}
            disabled={disabled}
            title="one rung up now, without waiting for the probation"
            onClick={() => command(board, id, letUp)}
          >
            Try higher
          </button>
        )}
      </div>
    </details>
  );
}

/** What holds it where it is, and when it goes on. */
export function Standing({ board, device, state, disabled }: LadderProps) {
  const { id, stateReceipt } = device;
  const { modeOverride } = state;
  const kept = remaining(modeOverride?.remainingMs, stateReceipt, now.value);
  const climbs = remaining(state.climbsInMs, stateReceipt, now.value);
  if (modeOverride === null && climbs === undefined) return null;
  return (
    <p class="standing" data-testid={`standing-${id}`}>
      <Icon name="ended" />
      {modeOverride === null ? (
        climbs !== undefined && (
          <span>
            may go up in {climbs.atMost ? "at most " : ""}
            <b>{formatCountdown(climbs.ms)}</b>
          </span>
        )
      ) : (
        <>
          <span>
            kept at {modeOverride.mode} or below
            {kept !== undefined && (
              <>
                {" "}
                for {kept.atMost ? "at most " : ""}
                <b>{formatCountdown(kept.ms)}</b>
              </>
            )}
          </span>
          <button
            type="button"
            data-testid={`order-auto-${id}`}
            disabled={disabled}
            onClick={() => command(board, id, letGo)}
          >
            Let go
          </button>
        </>
      )}
    </p>
  );
}
