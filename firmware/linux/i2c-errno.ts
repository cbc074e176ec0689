import { constants } from "node:os";
import type { BusStatus } from "../contracts/backend.ts";

const { EAGAIN, EBUSY, EINVAL, EIO, ENODEV, ENXIO, EOPNOTSUPP, ETIMEDOUT } = constants.errno;
/** Node's table has no name for it: what drivers of a Pi say when an address or a byte was not acknowledged. */
const EREMOTEIO = 121;

/**
 * What an error number of a Linux I2C driver means (Documentation/i2c/fault-codes.rst, and the drivers themselves).
 *
 * - ENXIO: nobody acknowledged the address. ENODEV says the same in i2c-stub.
 * - EREMOTEIO (i2c-bcm2835, i2c-designware): an address or a byte was not acknowledged, the driver does not say
 *   which. Taken for the address: an absent chip is by far the commoner cause.
 * - EIO (i2c-gpio and others): a byte was not acknowledged.
 * - EAGAIN: arbitration lost. EBUSY, ETIMEDOUT: a line is held low, nothing moves.
 * - EOPNOTSUPP, EINVAL: the adapter cannot do such a transfer.
 *
 * Anything else is not of the bus at all (a driver that was unbound): `timeout`, nobody answered.
 */
export function busStatus(errno: number): BusStatus {
  switch (Math.abs(errno)) {
    case 0:
      return "ok";
    case ENXIO:
    case ENODEV:
    case EREMOTEIO:
      return "address_nak";
    case EAGAIN:
      return "arbitration_lost";
    case EBUSY:
    case ETIMEDOUT:
      return "bus_stuck";
    case EOPNOTSUPP:
    case EINVAL:
      return "refused";
    case EIO:
      return "data_nak";
    default:
      return "timeout";
  }
}
