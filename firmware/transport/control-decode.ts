import type { Grant, OwnerEpoch, Takeover, ToGuardian, WorldSet } from "../contracts/control.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A control message of the runtime, checked field by field; undefined when it is none. */
export function decodeToGuardian(value: unknown): ToGuardian | undefined {
  if (!isFields(value)) return undefined;
  if (isGrant(value.grant)) return { grant: value.grant };
  if (isOwnerEpoch(value.revoke)) return { revoke: value.revoke };
  if (isOwnerEpoch(value.fence)) return { fence: value.fence };
  if (isTakeover(value.transfer)) return { transfer: value.transfer };
  if (isFields(value.clear) && typeof value.clear.line === "string") {
    return { clear: { line: value.clear.line } };
  }
  if (isWorldSet(value.world)) return { world: value.world };
  if (value.buses === true) return { buses: true };
  if (value.latched === true) return { latched: true };
  return value.stats === true ? { stats: true } : undefined;
}

function isGrant(value: unknown): value is Grant {
  if (!isOwnerEpoch(value)) return false;
  const { outputs, inputs, i2c } = value as unknown as Fields;
  return isNames(outputs) && isNames(inputs) && Array.isArray(i2c) && i2c.every(isAddress);
}

function isTakeover(value: unknown): value is Takeover {
  if (!isFields(value) || (value.lend !== undefined && value.lend !== true)) return false;
  return isNames(value.outputs) && isOwnerEpoch(value.from) && isOwnerEpoch(value.to);
}

function isWorldSet(value: unknown): value is WorldSet {
  return isFields(value) && isCount(value.id) && typeof value.device === "string" && isFields(value.set);
}

function isOwnerEpoch(value: unknown): value is OwnerEpoch {
  return isFields(value) && isCount(value.owner) && isCount(value.epoch);
}

function isAddress(value: unknown): boolean {
  return isFields(value) && typeof value.bus === "string" && isCount(value.address) && value.address < 128;
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
