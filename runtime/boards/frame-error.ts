/**
 * Bytes that are no frame, or more than a frame may hold. The only error of the decoders here, and of the encoders
 * for what is too large to be sent.
 */
export class FrameError extends Error {
  override readonly name = "FrameError";
}
