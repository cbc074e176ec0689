import { is } from "uvu/assert";
import { busStatus } from "../../../firmware/linux/i2c-errno.ts";
import { spec } from "../../harness/spec.ts";

spec("every error number of a driver has one physical cause, whatever its sign", () => {
  // Numbers of asm-generic/errno.h, typed by hand: libraries give them with either sign, some without a name.
  for (const [errno, status] of [
    [0, "ok"],
    [6, "address_nak"], // ENXIO
    [19, "address_nak"], // ENODEV
    [121, "address_nak"], // EREMOTEIO
    [5, "data_nak"], // EIO
    [11, "arbitration_lost"], // EAGAIN
    [16, "bus_stuck"], // EBUSY
    [110, "bus_stuck"], // ETIMEDOUT
    [95, "refused"], // EOPNOTSUPP
    [22, "refused"], // EINVAL
    [9, "timeout"], // EBADF: the driver is gone
    [NaN, "timeout"],
  ] as const) {
    is(busStatus(errno), status, `${errno}`);
    is(busStatus(-errno), status, `-${errno}`);
  }
});
