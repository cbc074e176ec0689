/** Looking at, and changing, single values of a configuration. */
import type { BoardConfig } from "../config/board-schema.ts";
import type { Path } from "../config/problem.ts";

/** The device or controller of this id, which may be one that every object has, such as `constructor`. */
export function partOf({ devices, controllers = {} }: BoardConfig, id: string) {
  return (Object.hasOwn(devices, id) ? devices[id] : controllers[id])!;
}

/** In which part of the file a device or controller is. */
export function sectionOf({ devices }: BoardConfig, id: string): "devices" | "controllers" {
  return Object.hasOwn(devices, id) ? "devices" : "controllers";
}

/** A copy of the configuration with one value written. */
export function withValue<T extends object>(config: T, [key = "", ...rest]: Path, value: string): T {
  const inner = (config as Record<string, unknown>)[key];
  return { ...config, [key]: rest.length === 0 ? value : withValue((inner ?? {}) as object, rest, value) };
}
