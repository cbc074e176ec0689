/* The board's watchdog, from before anybody can pet it. */
#ifndef WATCHDOG_H
#define WATCHDOG_H

/*
 * Starts it, or starts its time anew: the board is reset unless somebody opens it within `seconds`. Nobody holds it afterwards. Where its
 * chip counts less far, the kernel pets the chip meanwhile, and a kernel that hangs is reset earlier. Returns 0, or -1 with errno: no such
 * device, somebody has it, or a limit that it does not take.
 */
int watchdog_start(const char *device, int seconds);

#endif
