import { boardChangeContract, boardContract } from "../../contracts/boards.ts";
import { linkedKernels } from "../../contracts/linked-kernels.ts";

boardContract("local", linkedKernels);
boardChangeContract("local", linkedKernels);
