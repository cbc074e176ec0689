/** MCP3008 as a device: the voltage at one of its inputs. */
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import { Mcp3008, type Mcp3008Channel } from "../drivers/mcp3008.ts";
import type { DeviceTask } from "../handler/task.ts";

export interface AnalogueSettings {
  readonly channel: Mcp3008Channel;
  readonly referenceVolts: number;
  readonly differential: boolean;
}

export function analogueTask(
  hardware: Hardware,
  bus: string,
  select: number,
  settings: AnalogueSettings,
): DeviceTask {
  const converter = new Mcp3008(hardware.spi(bus, select), settings);
  return {
    rules: { volts: { min: 0, max: settings.referenceVolts } },
    *start() {},
    *sample() {
      return [{ reading: "volts", value: converter.readVolts(settings.channel) }];
    },
  };
}
