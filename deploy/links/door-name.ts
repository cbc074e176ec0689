/** The public name of the door of an output: `pump.output`, on other boards `pump.output@pump-house`. No id has a dot. */
export function outputDoorName(device: string): string {
  return `${device}.output`;
}
