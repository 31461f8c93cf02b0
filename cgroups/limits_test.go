package cgroups

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/runtime-spec/specs-go"
)

func TestMemoryAndSwap(t *testing.T) {
	const mebibyte = int64(1 << 20)
	for name, test := range map[string]struct {
		limit, swap *int64
		accounted   bool
		want        int64
		limited     bool
	}{
		"twice the memory":           {new(64 * mebibyte), nil, true, 128 * mebibyte, true},
		"0 is not given":             {new(64 * mebibyte), new(int64(0)), true, 128 * mebibyte, true},
		"given":                      {new(64 * mebibyte), new(65 * mebibyte), true, 65 * mebibyte, true},
		"no swap at all":             {new(64 * mebibyte), new(64 * mebibyte), true, 64 * mebibyte, true},
		"unlimited swap":             {new(64 * mebibyte), new(int64(-1)), true, 0, false},
		"swap is not counted":        {new(64 * mebibyte), nil, false, 0, false},
		"no memory limit":            {nil, nil, true, 0, false},
		"unlimited memory":           {new(int64(-1)), nil, true, 0, false},
		"twice would be no number":   {new(int64(math.MaxInt64 / 2)), nil, true, math.MaxInt64 - 1, true},
		"twice is beyond any number": {new(int64(math.MaxInt64 - 1<<20)), nil, true, 0, false},
	} {
		limits := &specs.LinuxResources{Memory: &specs.LinuxMemory{Limit: test.limit, Swap: test.swap}}
		if got, limited := MemoryAndSwap(limits, test.accounted); got != test.want || limited != test.limited {
			t.Errorf("%s: %d, %v", name, got, limited)
		}
	}
}

func TestLimitedControllers(t *testing.T) {
	for name, test := range map[string]struct {
		limits *specs.LinuxResources
		want   []string
	}{
		"none": {nil, nil},
		"none inside": {&specs.LinuxResources{
			Memory: &specs.LinuxMemory{Limit: new(int64(-1))},
			CPU:    &specs.LinuxCPU{Quota: new(int64(0)), Shares: new(uint64(0))},
			Pids:   &specs.LinuxPids{Limit: new(int64(-1))},
		}, nil},
		"all": {&specs.LinuxResources{
			Memory: &specs.LinuxMemory{Reservation: new(int64(1 << 20))},
			CPU:    &specs.LinuxCPU{Shares: new(uint64(2)), Mems: "0"},
			Pids:   &specs.LinuxPids{Limit: new(int64(0))},
		}, []string{Memory, CPU, CPUSet, Pids}},
	} {
		if diff := cmp.Diff(test.want, LimitedControllers(test.limits)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestSettingMatches(t *testing.T) {
	for _, test := range []struct {
		setting Setting
		found   string
		want    bool
	}{
		{Setting{Value: "64"}, "64\n", true},
		{Setting{Value: "64"}, "max", false},
		{Setting{Value: "67108865", Format: Bytes}, "67108864", true},
		{Setting{Value: "67108864", Format: Bytes}, "134217728", false},
		{Setting{Value: "1,0", Format: IDs}, "0-1", true},
		{Setting{Value: "0-1", Format: IDs}, "0", false},
		{Setting{Value: "0", Format: IDs}, "garbage", false},
	} {
		if test.setting.Matches(test.found) != test.want {
			t.Errorf("%+v beside %q", test.setting, test.found)
		}
	}
}
