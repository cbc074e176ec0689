/*
 * A card that takes its time: while the file HOLD_SYNC names is there, a sync begun takes 12 s, and makes a file beside it that ends
 * in `.begun`. For LD_PRELOAD.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int slow(const char *name, int fd) {
  const char *hold = getenv("HOLD_SYNC");
  if (hold != NULL && access(hold, F_OK) == 0) {
    char begun[4096];
    snprintf(begun, sizeof(begun), "%s.begun", hold);
    close(open(begun, O_CREAT | O_WRONLY, 0600));
    sleep(12);
  }
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return real(fd);
}

int fsync(int fd) { return slow("fsync", fd); }
int fdatasync(int fd) { return slow("fdatasync", fd); }
