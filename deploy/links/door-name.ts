/** Public names of the doors of a device that other boards may use. No id has a dot. */

/** Where an output is commanded: `pump.output`, on other boards `pump.output@pump-house`. */
export function outputDoorName(device: string): string {
  return `${device}.output`;
}

/** Where readings are followed: `soil.readings`. */
export function readingDoorName(device: string): string {
  return `${device}.readings`;
}
