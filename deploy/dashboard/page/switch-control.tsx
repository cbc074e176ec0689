/** A yes-or-no command. On an owned output it only switches off; on is an override, and says so. */
import type { ControlProps } from "./control-props.ts";
import { Icon } from "./icon.tsx";

export function SwitchControl({ device, field, shown, owned, disabled, set }: ControlProps) {
  const on = shown === true;
  const id = `${device}-${field}`;
  return (
    <div class="control">
      <span class="control-name" id={`label-${id}`}>
        {field}
      </span>
      <button
        type="button"
        class="switch"
        role="switch"
        aria-checked={on}
        aria-labelledby={`label-${id}`}
        aria-describedby={owned ? `owner-${device}` : undefined}
        data-testid={`switch-${id}`}
        disabled={disabled || (owned && !on)}
        onClick={() => set(!on)}
      >
        <span class="switch-track" aria-hidden="true">
          <i />
        </span>
        <span class="switch-word">{shown === undefined ? "unknown" : on ? "on" : "off"}</span>
      </button>
      {owned && (
        <button
          type="button"
          data-testid={`override-${id}`}
          disabled={disabled}
          onClick={() => set(true)}
          aria-label={`override: switch ${device} on`}
        >
          <Icon name="lock" />
          Override on
        </button>
      )}
    </div>
  );
}
