#include "watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/watchdog.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Closed without the letter V it goes on counting (Documentation/watchdog/watchdog-api.rst, "Magic Close feature"). */
int watchdog_start(const char *device, int seconds)
{
	int limit = seconds;
	int fd = open(device, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	int failed = ioctl(fd, WDIOC_SETTIMEOUT, &limit) != 0 || ioctl(fd, WDIOC_KEEPALIVE, 0) != 0;
	int why = errno;
	/* With a limit that nobody chose it would reset a board that is well. */
	if (failed && write(fd, "V", 1) != 1)
		why = errno;
	close(fd);
	errno = why;
	return failed ? -1 : 0;
}
