/** Everything a device takes as a command: its fields, for how long, who owns it, and what came of it. */
import { useSignal } from "@preact/signals";
import { defaultOverride, durations, giveBack, overrideDurations, setCommand } from "../store/command.ts";
import { type Device, disagrees, readBack, remaining, shownValue } from "../store/device.ts";
import { formatCountdown, formatValue } from "../store/format.ts";
import type { DeviceState, Value } from "../store/wire.ts";
import { DurationSelect } from "./duration-select.tsx";
import { Icon } from "./icon.tsx";
import { command, now } from "./live.ts";
import { NumberControl } from "./number-control.tsx";
import { SliderControl } from "./slider-control.tsx";
import { SwitchControl } from "./switch-control.tsx";

interface ControlsProps {
  readonly board: string;
  readonly device: Device;
  readonly state: DeviceState;
  readonly disabled: boolean;
  readonly old: boolean;
}

/** A command takes a moment to be read back; only what lasts longer is worth a word. */
const settleMs = 2500;

export function Controls({ board, device, state, disabled, old }: ControlsProps) {
  const forText = useSignal("");
  const id = device.id;
  const fields = Object.entries(state.commands);
  if (fields.length === 0) return null;
  const isOutput = state.kind !== "controller";
  const owned = state.ownedBy !== null && state.override === null;
  const overriding = state.ownedBy !== null || state.override !== null;
  const chosen = overriding && ["", "2h"].includes(forText.value) ? defaultOverride : forText.value;
  const set = (field: string) => (value: boolean | number) =>
    command(board, id, setCommand(state, field, value, chosen));
  return (
    <div class="controls">
      {state.ownedBy !== null && (
        <p class="owner" id={`owner-${id}`} data-testid={`owner-${id}`}>
          <Icon name="lock" />
          {owned
            ? `${state.ownedBy} drives this output; off is always possible`
            : `taken from ${state.ownedBy}`}
        </p>
      )}
      {fields.map(([field, spec]) => {
        const props = {
          device: id,
          field,
          shown: shownValue(device, field),
          owned,
          old,
          disabled,
          set: set(field),
        };
        if (spec.type === "boolean") return <SwitchControl key={field} {...props} renewable={isOutput} />;
        if (isOutput) return <SliderControl key={field} {...props} spec={spec} />;
        return <NumberControl key={field} {...props} spec={spec} />;
      })}
      {isOutput && (
        <div class="control-foot">
          <DurationSelect
            id={id}
            value={chosen}
            choices={overriding ? overrideDurations : durations}
            disabled={disabled}
            onChange={(text) => {
              forText.value = text;
            }}
          />
          {!old && <Ends device={device} state={state} />}
        </div>
      )}
      {state.override !== null && (
        <button
          type="button"
          data-testid={`giveback-${id}`}
          disabled={disabled}
          onClick={() => command(board, id, giveBack)}
        >
          Give back to {state.ownedBy ?? "its controller"}
        </button>
      )}
      <Outcome device={device} fields={fields.map(([field]) => field)} />
    </div>
  );
}

/** When the override or the command ends by itself. */
function Ends({ device, state }: { readonly device: Device; readonly state: DeviceState }) {
  const override = remaining(state.override?.remainingMs, device.stateReceipt, now.value);
  const left = override ?? remaining(state.remainingMs, device.stateReceipt, now.value);
  if (left === undefined) return null;
  return (
    <span class="ends" data-testid={`remaining-${device.id}`}>
      <Icon name="ended" />
      {override === undefined ? "ends" : "override ends"} in {left.atMost ? "at most " : ""}
      <b>{formatCountdown(left.ms)}</b>
    </span>
  );
}

/** Says when a command is not shown by the device, or the output does not read as commanded. */
function Outcome({ device, fields }: { readonly device: Device; readonly fields: readonly string[] }) {
  const { pending, stateReceipt } = device;
  if (pending !== undefined) {
    const waitedMs = now.value - pending.sentMs;
    const text =
      waitedMs < settleMs
        ? "sent, not confirmed yet"
        : `not confirmed by the device: ${list(pending.values)}`;
    return (
      <p
        class={waitedMs < settleMs ? "outcome" : "outcome late"}
        role="status"
        data-testid={`pending-${device.id}`}
      >
        <Icon name={waitedMs < settleMs ? "stale" : "warning"} />
        {text}
      </p>
    );
  }
  const wrong = fields.find((field) => disagrees(device, field));
  const read = wrong === undefined ? undefined : readBack(device, wrong);
  const sinceMs = Math.max(stateReceipt?.receivedMs ?? 0, read?.receivedMs ?? 0);
  if (wrong === undefined || read === undefined || now.value - sinceMs < settleMs) return null;
  const commanded = device.state?.commanded?.[wrong] ?? null;
  return (
    <p class="outcome late" role="status" data-testid={`disagrees-${device.id}`}>
      <Icon name="warning" />
      {wrong}: commanded {formatValue(commanded, read.unit)}, reads {formatValue(read.value, read.unit)}
    </p>
  );
}

function list(values: Readonly<Record<string, Value>>): string {
  return Object.entries(values)
    .map(([field, value]) => (field === "clear" ? "clear" : `${field} ${formatValue(value, "")}`))
    .join(", ");
}
