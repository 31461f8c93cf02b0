package flags

import (
	"reflect"
	"testing"

	specs "github.com/opencontainers/runtime-spec/specs-go"
)

func TestMount(t *testing.T) {
	bind := func(options ...string) specs.Mount {
		return specs.Mount{Type: "bind", Source: "/a", Destination: "/b", Options: options}
	}
	tmpfs := func(options ...string) specs.Mount {
		return specs.Mount{Type: "tmpfs", Source: "tmpfs", Destination: "/b", Options: append([]string{"nosuid", "nodev", "noexec"}, options...)}
	}
	for text, want := range map[string]specs.Mount{
		"type=bind,source=/a,target=/b":                                bind("rbind", "rprivate"),
		"type=bind,src=/a/,dst=/b/,readonly":                           bind("rbind", "ro", "rprivate"),
		"destination=/b,ro=true,src=/a,type=bind":                      bind("rbind", "ro", "rprivate"),
		"type=bind,src=/a,dst=/b,readonly=false":                       bind("rbind", "rprivate"),
		"type=bind,src=/a,dst=/b,bind-propagation=rslave":              bind("rbind", "rslave"),
		"type=bind,src=/a,dst=/b,bind-recursive=disabled,ro":           bind("bind", "ro", "rprivate"),
		"type=bind,src=/a,dst=/b,bind-recursive=enabled":               bind("rbind", "rprivate"),
		"type=bind,src=/a,dst=/b,bind-nonrecursive":                    bind("bind", "rprivate"),
		`type=bind,"src=/a",dst=/b`:                                    bind("rbind", "rprivate"),
		"type=tmpfs,target=/b":                                         tmpfs(),
		"type=tmpfs,target=/b,tmpfs-size=64m,tmpfs-mode=1770,readonly": tmpfs("ro", "size=67108864", "mode=1770"),
	} {
		if got, err := Mount(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
	}
	if got, err := Mount(`type=bind,"source=/a,b",target=/c`); err != nil || got.Source != "/a,b" {
		t.Errorf("a comma in quotes: got %+v, %v", got, err)
	}
	for _, text := range []string{
		"", "type=bind", "type=bind,source=/a", "type=bind,target=/b", "type=bind,source=a,target=/b", "type=bind,source=/a,target=b",
		"type=bind,source=/a,target=/", "source=/a,target=/b", "type=volume,source=data,target=/b", "type=npipe,source=/a,target=/b",
		"type=bind,source=/a,target=/b,ro=maybe", "type=bind,source=/a,target=/b,tmpfs-size=1m", "type=tmpfs,target=/b,bind-propagation=slave",
		"type=bind,source=/a,target=/b,bind-propagation=sideways", "type=bind,source=/a,target=/b,bind-recursive=some", "type=bind,source,target=/b",
		"type=tmpfs,target=/b,source=/a", "type=tmpfs,target=/b,tmpfs-size=0", "type=tmpfs,target=/b,tmpfs-mode=9", "type=tmpfs,target=/b,tmpfs-mode=17777",
		"type=bind,source=/a,target=/b,nosuch=1", "type=bind,source=/a,target=/b,",
	} {
		_, err := Mount(text)
		refused(t, err, text)
	}
	for _, text := range []string{"type=bind,source=/a\n,target=/b", `type=bind,"source=/a,target=/b`} {
		if got, err := Mount(text); err == nil {
			t.Errorf("%q became %+v", text, got)
		}
	}
}
