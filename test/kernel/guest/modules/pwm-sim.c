// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * A PWM controller of two channels that drives nothing, for the kernel guest: what the PWM class was asked for is seen
 * through its trace events. It says of itself that it is the controller in the device tree of a Pi.
 *
 * Like pwm-bcm2835 it cannot tell its state, so the class remembers it.
 */
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/pwm.h>

static int sim_apply(struct pwm_chip *chip, struct pwm_device *pwm, const struct pwm_state *state)
{
	return 0;
}

static const struct pwm_ops sim_ops = {
	.apply = sim_apply,
	.owner = THIS_MODULE,
};

/* What drivers/of/device.c adds for a device with a node. */
static int sim_uevent(struct device *dev, struct kobj_uevent_env *env)
{
	return add_uevent_var(env, "OF_FULLNAME=/soc/pwm@7e20c000");
}

static const struct device_type sim_type = {
	.name = "pwm-sim",
	.uevent = sim_uevent,
};

static struct pwm_chip sim_chip = {
	.ops = &sim_ops,
	.npwm = 2,
};
static struct platform_device *sim_device;

static int __init sim_init(void)
{
	int error;

	sim_device = platform_device_alloc("pwm-sim", PLATFORM_DEVID_NONE);
	if (!sim_device)
		return -ENOMEM;
	sim_device->dev.type = &sim_type;
	error = platform_device_add(sim_device);
	if (error) {
		platform_device_put(sim_device);
		return error;
	}
	sim_chip.dev = &sim_device->dev;
	error = pwmchip_add(&sim_chip);
	if (error)
		platform_device_unregister(sim_device);
	return error;
}

static void __exit sim_exit(void)
{
	pwmchip_remove(&sim_chip);
	platform_device_unregister(sim_device);
}

module_init(sim_init);
module_exit(sim_exit);
MODULE_DESCRIPTION("PWM controller without pins");
MODULE_LICENSE("Dual MIT/GPL");
