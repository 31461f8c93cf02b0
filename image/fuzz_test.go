package image

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"mydocker/internal/members"
	"mydocker/state"
)

// FuzzConfig applies instructions to the config of an image. What comes out
// means the same after it was written to a record.
func FuzzConfig(f *testing.F) {
	for _, seed := range []string{
		`CMD ["top", "-b"]`, "cmd top", "ENTRYPOINT [\"/init\"]\nCMD x", `ENV B=3 C="x y" D=a\ b`, "ENV C some words", "LABEL a=b \"c d\"=e", "EXPOSE 80 53/udp 070",
		`VOLUME ["/a"]`, "VOLUME /a '/b c'", "WORKDIR /opt/", "WORKDIR ../../..", "WORKDIR a/../../b", "USER nobody:users", "STOPSIGNAL SIGINT", "RUN x", "ENV =x", "CMD [1]", "EXPOSE 99999", "ENV A", `ENV A="`, "CMD null", "CMD [null]",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		base := Config{Env: []string{"A=1", "B=2"}, WorkingDir: "/srv", Labels: map[string]string{"kept": "yes"}}
		config, err := applyChanges(base, strings.Split(text, "\n"))
		if err != nil {
			return
		}
		checkConfig(t, text, config)
		if len(base.Env) != 2 || base.Env[0] != "A=1" || base.Env[1] != "B=2" || len(base.Labels) != 1 {
			t.Errorf("%q changed the config that it started from: %+v", text, base)
		}
		again, err := applyChanges(base, strings.Split(text, "\n"))
		if err != nil || !reflect.DeepEqual(again, config) {
			t.Errorf("%q is not the same twice: %+v and %+v, %v", text, config, again, err)
		}
	})
}

func checkConfig(t *testing.T, text string, config Config) {
	t.Helper()
	seen := map[string]bool{}
	for _, variable := range config.Env {
		key, _, found := strings.Cut(variable, "=")
		if !found || key == "" || seen[key] || strings.ContainsRune(variable, 0) {
			t.Errorf("%q gives the variables %q", text, config.Env)
		}
		seen[key] = true
	}
	for port := range config.ExposedPorts {
		number, protocol, _ := strings.Cut(port, "/")
		value, err := strconv.Atoi(number)
		if err != nil || value < 1 || value > 65535 || strconv.Itoa(value) != number || protocol != "tcp" && protocol != "udp" && protocol != "sctp" {
			t.Errorf("%q gives the port %q", text, port)
		}
	}
	if !path.IsAbs(config.WorkingDir) || path.Clean(config.WorkingDir) != config.WorkingDir {
		t.Errorf("%q gives the working directory %q", text, config.WorkingDir)
	}
	data, err := members.Marshal(&config)
	if err != nil {
		t.Fatal(err)
	}
	var read Config
	if err := members.Unmarshal(data, &read); err != nil {
		t.Errorf("%q, written as %s: %v", text, data, err)
	}
}

// FuzzImageRecord reads any bytes as the record of an image. What is accepted
// has layers inside the store, and nothing but the record's own file changes
// when the image is removed.
func FuzzImageRecord(f *testing.F) {
	id, layer := strings.Repeat("ab", 32), strings.Repeat("cd", 16)
	for _, seed := range []string{
		`{"id":"` + id + `","name":"app:latest","created":"2024-01-01T00:00:00Z","size":1,"layers":["` + layer + `"],"config":{"Cmd":["sh"]}}`,
		`{"id":"` + id + `","name":"../../app","layers":["../../secret"]}`, `{"id":"` + id + `","layers":["` + layer + `",""]}`, `{"id":"x"}`, "null", "{}", "", "[", "\x00",
		`{"id":"` + id + `","name":"app:latest","layers":["ab"],"config":{"Env":[1]}}`, `{"id":"` + id + `","name":"other:latest","layers":["` + layer + `"]}`,
	} {
		f.Add([]byte(seed))
	}
	top := f.TempDir()
	secret := filepath.Join(top, "secret")
	store := Open(filepath.Join(top, "store"), filepath.Join(top, "lock"), nil)
	for _, directory := range []string{secret, store.layerPath(layer), store.recordDirectory()} {
		if err := os.MkdirAll(directory, 0o700); err != nil {
			f.Fatal(err)
		}
	}
	file := store.recordPath("app:latest", "")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := store.Get("app")
		if err != nil {
			if !errors.As(err, new(*state.CorruptError)) && !errors.As(err, new(*state.NewerError)) && !errors.As(err, new(*NotFoundError)) {
				t.Errorf("%q: %v", data, err)
			}
			return
		}
		for _, layer := range found.Layers {
			if filepath.Dir(layer) != store.layerDirectory() {
				t.Errorf("%q has the layer %q", data, layer)
			}
		}
		if _, err := store.List(); err != nil {
			t.Errorf("%q: listing: %v", data, err)
		}
		if found.ShortID() != found.ID[:12] {
			t.Errorf("%q has the short ID %q", data, found.ShortID())
		}
		if outside := store.recordPath(found.Name, found.ID); filepath.Dir(outside) != store.recordDirectory() {
			t.Errorf("%q has its record at %q", data, outside)
		}
	})
}
