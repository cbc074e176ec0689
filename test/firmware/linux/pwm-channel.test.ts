import { equal, is, throws } from "uvu/assert";
import { PwmChannel } from "../../../firmware/linux/pwm-channel.ts";
import { spec } from "../../harness/spec.ts";
import { PwmRules } from "../fixtures/pwm-rules.ts";

spec("a channel that is off is set up period first, and turned on last", () => {
  const rules = new PwmRules();
  const channel = new PwmChannel(rules, 40_000);
  equal(channel.found, { driven: false, level: 0 });
  is(channel.drive(0.25), 0.25);
  equal(rules.writes, ["period 40000", "duty_cycle 10000", "enable 1"]);
});

spec(
  "a channel that runs is looked at and left alone until it is driven, and then only its duty changes",
  () => {
    const rules = new PwmRules({ period: "40000", duty_cycle: "30000", enable: "1" });
    const channel = new PwmChannel(rules, 40_000);
    equal(channel.found, { driven: true, level: 0.75 });
    equal(rules.writes, []);
    is(channel.drive(0.75), 0.75);
    is(channel.drive(0), 0);
    equal(rules.writes, ["duty_cycle 30000", "duty_cycle 0"]);
  },
);

spec("a shorter period comes after the duty where that would not fit into it, a longer one before", () => {
  const shorter = new PwmRules({ period: "20000000", duty_cycle: "1500000", enable: "1" });
  is(new PwmChannel(shorter, 40_000).drive(0.5), 0.5);
  equal(shorter.writes, ["duty_cycle 20000", "period 40000"]);
  const fits = new PwmRules({ period: "20000000", duty_cycle: "1000", enable: "1" });
  is(new PwmChannel(fits, 40_000).drive(1), 1);
  equal(fits.writes, ["period 40000", "duty_cycle 40000"]);
  const longer = new PwmRules({ period: "40000", duty_cycle: "40000", enable: "1" });
  is(new PwmChannel(longer, 20_000_000).drive(0.075), 0.075);
  equal(longer.writes, ["period 20000000", "duty_cycle 1500000"]);
});

spec("an inversed channel that runs stays inversed, its levels are those at the pin all the same", () => {
  const rules = new PwmRules({ period: "40000", duty_cycle: "10000", enable: "1", polarity: "inversed" });
  const channel = new PwmChannel(rules, 40_000);
  equal(channel.found, { driven: true, level: 0.75 });
  is(channel.drive(0), 0);
  is(channel.level(), 0);
  equal(rules.writes, ["duty_cycle 40000"]);
});

spec("an inversed channel that is off is made normal before it is turned on", () => {
  const rules = new PwmRules({ polarity: "inversed" });
  is(new PwmChannel(rules, 40_000).drive(0.5), 0.5);
  equal(rules.writes, ["polarity normal", "period 40000", "duty_cycle 20000", "enable 1"]);
});

spec("a channel that somebody turned off reads low, and a stopped one comes back with the next level", () => {
  const rules = new PwmRules();
  const channel = new PwmChannel(rules, 40_000);
  channel.drive(0.5);
  rules.write("enable", "0");
  is(channel.level(), 0);
  is(channel.drive(0.5), 0.5, "driven again");
  channel.stop();
  is(channel.level(), 0);
  is(channel.drive(1), 1);
  channel.close();
  is(rules.closed, true);
});

spec("what the kernel refuses is thrown with its code", () => {
  const rules = new PwmRules({ period: "40000", duty_cycle: "0", enable: "1" });
  const channel = new PwmChannel(rules, 40_000);
  throws(() => channel.drive(1.5), /EINVAL/);
});
