/** Name of the cell in which the kernel's own processes run; it has one life. */
export const KERNEL_CELL = "kernel";
