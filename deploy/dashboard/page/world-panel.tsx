/** The world around an emulated device, folded away: what it senses, and ways to break it. */
import type { Device } from "../store/device.ts";
import type { DeviceState } from "../store/wire.ts";
import { Icon } from "./icon.tsx";
import { setWorld } from "./live.ts";
import { PressButton } from "./press-button.tsx";
import { WorldContact } from "./world-contact.tsx";
import { quantities, WorldSlider } from "./world-slider.tsx";

interface WorldPanelProps {
  readonly board: string;
  readonly device: Device;
  readonly state: DeviceState;
  readonly disabled: boolean;
}

const faults = [
  { fault: "crash", label: "Crash", says: "its code throws" },
  { fault: "hang", label: "Hang", says: "its code loops for ever" },
  { fault: "leak", label: "Leak", says: "its code uses up memory" },
] as const;

export function WorldPanel({ board, device, state, disabled }: WorldPanelProps) {
  const { id } = device;
  if (state.world.length === 0 && state.faults.length === 0) return null;
  const set = (name: string) => (value: number | boolean) => setWorld(board, id, { [name]: value });
  const breakIt = (fault: string | null) => () => setWorld(board, id, { fault });
  return (
    <details class="fold" data-testid={`world-${id}`}>
      <summary data-testid={`world-toggle-${id}`}>
        <Icon name="world" />
        Emulated world
      </summary>
      <div class="fold-body">
        {state.world.map((name) => {
          const quantity = Object.hasOwn(quantities, name) ? quantities[name] : undefined;
          if (quantity !== undefined)
            return (
              <WorldSlider
                key={name}
                device={device}
                name={name}
                quantity={quantity}
                disabled={disabled}
                set={set(name)}
              />
            );
          if (name === "closed")
            return (
              <WorldContact key={name} device={device} name={name} disabled={disabled} set={set(name)} />
            );
          if (name !== "pressed") return null;
          return <PressButton key={name} device={id} disabled={disabled} set={set(name)} />;
        })}
        {state.faults.length > 0 && (
          <fieldset class="faults">
            <legend>Break it</legend>
            {faults
              .filter(({ fault }) => state.faults.includes(fault))
              .map(({ fault, label, says }) => (
                <button
                  key={fault}
                  type="button"
                  class="danger"
                  title={says}
                  data-testid={`fault-${id}-${fault}`}
                  disabled={disabled}
                  onClick={breakIt(fault)}
                >
                  {label}
                </button>
              ))}
            {state.faults.includes("unplugged") && (
              <>
                <button
                  type="button"
                  class="danger"
                  title="its chip does not answer"
                  data-testid={`fault-${id}-unplugged`}
                  disabled={disabled}
                  onClick={breakIt("unplugged")}
                >
                  Unplug
                </button>
                <button
                  type="button"
                  data-testid={`fault-${id}-none`}
                  disabled={disabled}
                  onClick={breakIt(null)}
                >
                  <Icon name="plug" />
                  Plug in
                </button>
              </>
            )}
          </fieldset>
        )}
      </div>
    </details>
  );
}
