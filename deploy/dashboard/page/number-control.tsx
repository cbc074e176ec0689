/** A number to set exactly, such as a setpoint: typed or stepped, sent by Set or Enter. */
import { useSignal } from "@preact/signals";
import type { CommandField } from "../../../devices/command-spec.ts";
import { stepOf } from "../store/command.ts";
import { formatValue } from "../store/format.ts";
import type { ControlProps } from "./control-props.ts";

type NumberField = Extract<CommandField, { type: "number" }>;

export function NumberControl(props: ControlProps & { readonly spec: NumberField }) {
  const { device, field, shown, disabled, spec, set } = props;
  const draft = useSignal<string | undefined>(undefined);
  const id = `${device}-${field}`;
  const step = stepOf(spec.min, spec.max);
  const known = typeof shown === "number" ? String(Number(shown.toFixed(3))) : "";
  const text = draft.value ?? known;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  const allowed = value >= spec.min && value <= spec.max;
  const range = `${formatValue(spec.min, "")} to ${formatValue(spec.max, "")} ${spec.unit ?? ""}`.trim();
  const stepped = (by: number) => {
    const from = Number.isNaN(value) ? spec.min : value;
    const next = Math.min(spec.max, Math.max(spec.min, from + by));
    draft.value = String(Number(next.toFixed(3)));
  };
  return (
    <form
      class="control"
      onSubmit={(event) => {
        event.preventDefault();
        if (!allowed || disabled) return;
        set(value);
        draft.value = undefined;
      }}
    >
      <label class="control-name" for={`number-${id}`}>
        {field}
      </label>
      <span class={allowed || text === "" ? "control-range" : "control-range wrong"} id={`range-${id}`}>
        {allowed || text === "" ? range : `allowed: ${range}`}
      </span>
      <div class="control-line">
        <span class="stepper">
          <button
            type="button"
            disabled={disabled}
            aria-label={`${field} down`}
            data-testid={`down-${id}`}
            onClick={() => stepped(-step)}
          >
            −
          </button>
          <input
            id={`number-${id}`}
            data-testid={`number-${id}`}
            type="number"
            inputMode="decimal"
            min={spec.min}
            max={spec.max}
            step="any"
            value={text}
            disabled={disabled}
            aria-invalid={!allowed && text !== ""}
            aria-describedby={`range-${id}`}
            onInput={(event) => {
              draft.value = event.currentTarget.value;
            }}
          />
          <button
            type="button"
            disabled={disabled}
            aria-label={`${field} up`}
            data-testid={`up-${id}`}
            onClick={() => stepped(step)}
          >
            +
          </button>
        </span>
        <span class="control-unit">{spec.unit ?? ""}</span>
        <button
          type="submit"
          class={draft.value !== undefined && allowed ? "primary" : ""}
          data-testid={`set-${id}`}
          disabled={disabled || draft.value === undefined || !allowed}
        >
          Set
        </button>
      </div>
    </form>
  );
}
