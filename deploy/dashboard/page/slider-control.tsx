/** A level: follows what is read back until it is moved, sends when it is let go. Off is a button of its own. */
import { useSignal } from "@preact/signals";
import type { CommandField } from "../../../devices/command-spec.ts";
import { stepOf } from "../store/command.ts";
import { formatValue } from "../store/format.ts";
import type { ControlProps } from "./control-props.ts";
import { Icon } from "./icon.tsx";

type NumberField = Extract<CommandField, { type: "number" }>;

export function SliderControl(props: ControlProps & { readonly spec: NumberField }) {
  const { device, field, shown, owned, old, disabled, spec, set } = props;
  const draft = useSignal<number | undefined>(undefined);
  const id = `${device}-${field}`;
  const known = typeof shown === "number" ? shown : undefined;
  const value = draft.value ?? known ?? spec.min;
  const unit = spec.unit ?? "";
  const send = (next: number) => {
    draft.value = undefined;
    set(next);
  };
  return (
    <div class="control control-slider">
      <label class="control-name" for={`slider-${id}`}>
        {field}
      </label>
      <output class="control-value" for={`slider-${id}`}>
        {old && known !== undefined && "was "}
        {draft.value === undefined && known === undefined ? "unknown" : formatValue(value, unit)} {unit}
      </output>
      {spec.min === 0 && (
        <button
          type="button"
          class="off"
          data-testid={`off-${id}`}
          disabled={disabled}
          onClick={() => send(0)}
        >
          Off
        </button>
      )}
      <input
        id={`slider-${id}`}
        data-testid={`slider-${id}`}
        type="range"
        min={spec.min}
        max={spec.max}
        step={stepOf(spec.min, spec.max)}
        value={value}
        disabled={disabled}
        onInput={(event) => {
          draft.value = event.currentTarget.valueAsNumber;
        }}
        onChange={(event) => {
          if (owned) draft.value = event.currentTarget.valueAsNumber;
          else send(event.currentTarget.valueAsNumber);
        }}
      />
      {owned && (
        <button
          type="button"
          class="override"
          data-testid={`override-${id}`}
          disabled={disabled || draft.value === undefined}
          onClick={() => send(value)}
        >
          <Icon name="lock" />
          {draft.value === undefined
            ? "Move the slider to override"
            : `Override: ${formatValue(value, unit)} ${unit}`}
        </button>
      )}
    </div>
  );
}
