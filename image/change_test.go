package image

import (
	"reflect"
	"strings"
	"testing"

	"mydocker/internal/members"
)

func TestChanges(t *testing.T) {
	base := Config{Env: []string{"A=1", "B=2"}, Cmd: []string{"/bin/sh"}, Labels: map[string]string{"kept": "yes"}, WorkingDir: "/srv"}
	tests := []struct {
		changes string // one on each line
		want    string // JSON of the fields that differ
	}{
		{`CMD ["top", "-b"]`, `{"Cmd": ["top", "-b"]}`},
		{`cmd top -b`, `{"Cmd": ["/bin/sh", "-c", "top -b"]}`},
		{`CMD []`, `{"Cmd": null}`},
		{`ENTRYPOINT ["/init"]`, `{"Entrypoint": ["/init"], "Cmd": null}`},
		{"CMD [\"x\"]\nENTRYPOINT [\"/init\"]", `{"Entrypoint": ["/init"], "Cmd": ["x"]}`},
		{`ENV B=3 C="x y" D=a\ b E='$q'`, `{"Env": ["A=1", "B=3", "C=x y", "D=a b", "E=$q"]}`},
		{`ENV C some words`, `{"Env": ["A=1", "B=2", "C=some words"]}`},
		{`ENV C=`, `{"Env": ["A=1", "B=2", "C="]}`},
		{`LABEL a=b "c d"=e`, `{"Labels": {"kept": "yes", "a": "b", "c d": "e"}}`},
		{`EXPOSE 80 53/udp`, `{"ExposedPorts": {"80/tcp": {}, "53/udp": {}}}`},
		{`VOLUME /a "/b c"`, `{"Volumes": {"/a": {}, "/b c": {}}}`},
		{`VOLUME ["/a"]`, `{"Volumes": {"/a": {}}}`},
		{`WORKDIR /opt/`, `{"WorkingDir": "/opt"}`},
		{`WORKDIR www`, `{"WorkingDir": "/srv/www"}`},
		{`WORKDIR ../../..`, `{"WorkingDir": "/"}`},
		{`USER nobody:users`, `{"User": "nobody:users"}`},
		{`STOPSIGNAL SIGINT`, `{"StopSignal": "SIGINT"}`},
	}
	for _, test := range tests {
		want := base.clone()
		if err := members.Unmarshal([]byte(test.want), &want); err != nil {
			t.Fatalf("%s: %v", test.want, err)
		}
		got, err := applyChanges(base, strings.Split(test.changes, "\n"))
		if len(got.Cmd) == 0 {
			got.Cmd = nil
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v; want %+v", test.changes, got, err, want)
		}
	}
	if len(base.Env) != 2 || base.Env[1] != "B=2" || len(base.Labels) != 1 {
		t.Errorf("the config that it started from has changed: %+v", base)
	}
}

func TestBadChanges(t *testing.T) {
	for _, change := range []string{
		"", "CMD", "RUN make", `CMD ["a", 1]`, `CMD ["a"`, "ENV A", "ENV =x", "ENV A=1 B", `ENV A="x`, `ENV A=x\`,
		"EXPOSE 0", "EXPOSE 65536", "EXPOSE http", "EXPOSE 80/icmp", "USER a b", "WORKDIR a b", `VOLUME [1]`, "LABEL x",
	} {
		got, err := applyChanges(Config{}, []string{change})
		if err == nil || !strings.HasPrefix(err.Error(), "parsing change ") {
			t.Errorf("%q: got %+v, %v", change, got, err)
		}
	}
}

// TestConfigIsTheOCIConfig compares the JSON to what image-spec's config.md
// shows.
func TestConfigIsTheOCIConfig(t *testing.T) {
	const example = `{"User":"alice","ExposedPorts":{"8080/tcp":{}},"Env":["PATH=/bin"],"Entrypoint":["/bin/app"],` +
		`"Cmd":["--foreground"],"Volumes":{"/var/app":{}},"WorkingDir":"/home/alice","Labels":{"a":"b"},"StopSignal":"SIGTERM"}`
	var config Config
	if err := members.Unmarshal([]byte(example), &config); err != nil {
		t.Fatal(err)
	}
	if data, err := members.MarshalCompact(&config); err != nil || string(data) != example {
		t.Errorf("got %s, %v", data, err)
	}
}
