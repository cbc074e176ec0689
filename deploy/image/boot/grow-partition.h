/* The last partition of a card takes whatever the card has behind it. */
#ifndef GROW_PARTITION_H
#define GROW_PARTITION_H

/*
 * Writes the partition table (one sector) when partition `number`, 1 to 4, does not end where the disk does, and tells the
 * kernel, which need not read the table again: the others stay as they are. Returns 0, or -1 with errno.
 */
int grow_partition(int disk, int number);

#endif
