package main

import (
	"github.com/urfave/cli"

	"mydocker/command"
	"mydocker/engine"
	"mydocker/flags"
)

// securityFlags loosen or tighten the default profile.
func securityFlags() []cli.Flag {
	return []cli.Flag{
		command.Repeated{StringSliceFlag: cli.StringSliceFlag{Name: "cap-add", Usage: "give a capability: `NAME`, or ALL"}},
		command.Repeated{StringSliceFlag: cli.StringSliceFlag{Name: "cap-drop", Usage: "take a capability away: `NAME`, or ALL"}},
		cli.BoolFlag{Name: "privileged", Usage: "give all capabilities and devices, hide nothing, filter nothing"},
		command.Repeated{StringSliceFlag: cli.StringSliceFlag{Name: "security-opt", Usage: "`OPTION`: seccomp=FILE|unconfined, apparmor=NAME|unconfined, no-new-privileges=false, systempaths=unconfined"}},
		command.Repeated{StringSliceFlag: cli.StringSliceFlag{Name: "device", Usage: "give a device of the host: `HOST[:CONTAINER][:rwm]`"}},
		command.Repeated{StringSliceFlag: cli.StringSliceFlag{Name: "device-cgroup-rule", Usage: "let devices be used: `\"c 189:* rw\"`"}},
		command.Repeated{StringSliceFlag: cli.StringSliceFlag{Name: "sysctl", Usage: "set a kernel setting of the container's own: `NAME=VALUE`"}},
	}
}

func readSecurity(c *cli.Context, options *engine.RunOptions) error {
	security := engine.Security{Privileged: c.Bool("privileged")}
	var err error
	if security.CapAdd, err = each(c.StringSlice("cap-add"), flags.Capability); err != nil {
		return err
	}
	if security.CapDrop, err = each(c.StringSlice("cap-drop"), flags.Capability); err != nil {
		return err
	}
	words, err := flags.Security(c.StringSlice("security-opt"))
	if err != nil {
		return err
	}
	security.Seccomp, security.AppArmor = words.Seccomp, words.AppArmor
	security.NoNewPrivileges, security.OpenPaths = words.NoNewPrivileges, words.OpenPaths
	if security.Devices, err = each(c.StringSlice("device"), flags.ParseDevice); err != nil {
		return err
	}
	if security.DeviceRules, err = each(c.StringSlice("device-cgroup-rule"), flags.DeviceRule); err != nil {
		return err
	}
	options.Security = security
	options.Sysctls, err = flags.Sysctls(c.StringSlice("sysctl"))
	return err
}
