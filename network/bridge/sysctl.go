package bridge

import (
	"fmt"
	"os"
	"strings"
)

// routeLocalnet lets packets with an address in 127.0.0.0/8 cross the bridge,
// which is what makes a published port answer on localhost.
func routeLocalnet(bridge string) string { return "net/ipv4/conf/" + bridge + "/route_localnet" }

func isOn(setting string) (bool, error) {
	value, err := os.ReadFile("/proc/sys/" + setting)
	return strings.TrimSpace(string(value)) == "1", err
}

// switchOn writes only where there is something to change: /proc/sys may be
// read-only, and a write to ip_forward resets other settings.
func switchOn(setting string) error {
	on, err := isOn(setting)
	if err == nil && !on {
		err = os.WriteFile("/proc/sys/"+setting, []byte("1"), 0)
	}
	if err != nil {
		return fmt.Errorf("switching on sysctl %s: %w", setting, err)
	}
	return nil
}

// explainSetting writes dots for slashes, as people do, unless the name of a
// bridge has dots itself.
func explainSetting(setting string) string {
	if !strings.Contains(setting, ".") {
		setting = strings.ReplaceAll(setting, "/", ".")
	}
	return "sysctl -w " + setting + "=1"
}
