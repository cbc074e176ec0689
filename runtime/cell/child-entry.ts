/** The program of a child cell's process: file descriptor 3 is its way to the kernel. */
import { Socket } from "node:net";
import { runChild } from "./child-main.ts";

runChild(new Socket({ fd: 3, readable: true, writable: true }));
