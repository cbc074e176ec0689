import { RABBITMQ } from "./broker-kinds.ts";
import { declareNeeds } from "./needs.ts";

declareNeeds(RABBITMQ);
