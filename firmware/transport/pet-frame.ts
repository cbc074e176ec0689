/**
 * What the watchdog thread tells the guardian, 16 bytes: u8 kind, u8 spare, u16 owner, u32 epoch,
 * f64 monotonic us at which it was written. Little-endian.
 */
export const PET_FRAME_BYTES = 16;
export const PET = { pet: 1, fence: 2 } as const;

export function encodePet(view: DataView, kind: number, owner: number, epoch: number, atUs: number): void {
  view.setUint8(0, kind);
  view.setUint8(1, 0);
  view.setUint16(2, owner, true);
  view.setUint32(4, epoch, true);
  view.setFloat64(8, atUs, true);
}

export interface PetFrame {
  readonly kind: number;
  readonly owner: number;
  readonly epoch: number;
  readonly atUs: number;
}

/** Undefined when the kind is unknown. */
export function decodePet(view: DataView, at: number): PetFrame | undefined {
  const kind = view.getUint8(at);
  if (kind !== PET.pet && kind !== PET.fence) return undefined;
  const owner = view.getUint16(at + 2, true);
  return { kind, owner, epoch: view.getUint32(at + 4, true), atUs: view.getFloat64(at + 8, true) };
}
