import { equal, is } from "uvu/assert";
import { orderOf } from "../../../deploy/demo/demo-words.ts";
import { spec } from "../../harness/spec.ts";

spec("a word is an order, some of them for a board", () => {
  equal(orderOf(" cut "), { word: "cut" });
  equal(orderOf("help"), { word: "help" });
  equal(orderOf("kill  pump-house"), { word: "kill", id: "pump-house" });
  is(orderOf("  "), undefined);
});

spec("what is no order says what would be one", () => {
  is(orderOf("hael"), '"hael" is no word of the demo; did you mean heal?');
  is(orderOf("quit"), '"quit" is no word of the demo: cut, heal, kill, stop, start, help; Ctrl-C ends it');
  is(orderOf("stop pumphouse"), "stop which board? stop greenhouse or stop pump-house");
  is(orderOf("kill"), "kill which board? kill greenhouse or kill pump-house");
});
