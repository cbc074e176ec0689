/** One quantity of an emulated device's surroundings; sent while it is dragged, ten times a second at most. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Device } from "../store/device.ts";
import { formatValue } from "../store/format.ts";

interface Quantity {
  readonly label: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** What a slider can set; the ranges hold what a greenhouse meets. */
export const quantities: Readonly<Record<string, Quantity>> = {
  temperatureC: { label: "temperature", unit: "°C", min: -20, max: 60, step: 0.5 },
  illuminanceLx: { label: "light", unit: "lx", min: 0, max: 2000, step: 10 },
  frequencyHz: { label: "pulses", unit: "Hz", min: 0, max: 500, step: 0.5 },
  moisturePercent: { label: "moisture", unit: "%", min: 0, max: 100, step: 1 },
};

const paceMs = 100;

interface WorldSliderProps {
  readonly device: Device;
  readonly name: string;
  readonly quantity: Quantity;
  readonly disabled: boolean;
  set(value: number): void;
}

export function WorldSlider({ device, name, quantity, disabled, set }: WorldSliderProps) {
  const chosen = useSignal<number | undefined>(undefined);
  const sentMs = useRef(0);
  const { label, unit, min, max, step } = quantity;
  const measured = Object.values(device.readings).find((reading) => reading.unit === unit)?.value;
  const value = chosen.value ?? (typeof measured === "number" ? measured : (min + max) / 2);
  const id = `world-${device.id}-${name}`;
  return (
    <div class="control control-slider">
      <label class="control-name" for={id}>
        {label}
      </label>
      <output class="control-value" for={id}>
        {chosen.value === undefined ? "not set" : `${formatValue(value, unit)} ${unit}`}
      </output>
      <input
        id={id}
        data-testid={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        disabled={disabled}
        onInput={(event) => {
          chosen.value = event.currentTarget.valueAsNumber;
          if (performance.now() - sentMs.current < paceMs) return;
          sentMs.current = performance.now();
          set(chosen.value);
        }}
        onChange={(event) => {
          chosen.value = event.currentTarget.valueAsNumber;
          set(chosen.value);
        }}
      />
    </div>
  );
}
