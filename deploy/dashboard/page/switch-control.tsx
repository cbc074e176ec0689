/** A yes-or-no command; while it is on its time can start again. On an owned output it only switches off; on is an override, and says so. */
import type { ControlProps } from "./control-props.ts";
import { Icon } from "./icon.tsx";

export function SwitchControl(props: ControlProps & { readonly renewable: boolean }) {
  const { device, field, shown, owned, old, disabled, renewable, set } = props;
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
        <span class="switch-word">
          {old && shown !== undefined && "was "}
          {shown === undefined ? "unknown" : on ? "on" : "off"}
        </span>
      </button>
      {renewable && on && !owned && (
        <button
          type="button"
          data-testid={`renew-${id}`}
          disabled={disabled}
          onClick={() => set(true)}
          title="stays on; its time starts again"
        >
          Renew
        </button>
      )}
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
