import { boardGroupContract } from "../../contracts/board-groups.ts";
import { linkedKernels } from "../../contracts/linked-kernels.ts";

boardGroupContract("local", linkedKernels);
