/** The brokers that start within seconds; RabbitMQ is in `npm run test:brokers`. */
import { EMBEDDED, MOSQUITTO, NATS } from "./broker-kinds.ts";
import { declareNeeds } from "./needs.ts";

for (const kind of [EMBEDDED, MOSQUITTO, NATS]) declareNeeds(kind);
