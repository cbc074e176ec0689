/**
 * What glibc's allocator is told, by the environment of each process of a board.
 *
 * A thread that starts reads a program of half a megabyte and parses it. When glibc sees that memory freed it takes such sizes for
 * everyday ones, and each thread's arena keeps up to twice as much for good (mallopt(3), "dynamic mmap threshold"). A fixed
 * threshold, which is the one it starts with, turns that off: 0.4 to 2.4 MB for each cell, 5.8 MB for the MQTT cell
 * (deploy/decisions/0028). Other C libraries do not know the name.
 */
export const ALLOCATOR: Readonly<Record<string, string>> = { MALLOC_TRIM_THRESHOLD_: "131072" };
