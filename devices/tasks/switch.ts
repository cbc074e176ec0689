/** A relay or an LED as a device: on or off. */
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import { Led } from "../drivers/led.ts";
import { Relay } from "../drivers/relay.ts";
import type { DeviceTask } from "../handler/task.ts";

export function relayTask(hardware: Hardware, line: string): DeviceTask {
  const relay = new Relay(hardware.output(line));
  return switchTask(relay, () => relay.isOn());
}

export function ledTask(hardware: Hardware, line: string): DeviceTask {
  const output = hardware.output(line);
  return switchTask(new Led(output), () => output.read() === 1);
}

function switchTask(driver: Relay | Led, isOn: () => boolean): DeviceTask {
  return {
    *start() {
      isOn();
    },
    *sample() {
      return [{ reading: "on", value: isOn() }];
    },
    drive: (level) => Number(driver.set(level > 0)),
    renew: () => driver.renew(),
  };
}
