package layer

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// overlaid lets a shell work in an overlay of layers, each filled by a script,
// and gives what has changed, one line each.
func overlaid(t *testing.T, work string, layers ...string) string {
	t.Helper()
	needsRoot(t)
	runtime.LockOSThread()
	must(t, unix.Unshare(unix.CLONE_NEWNS))
	must(t, unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""))
	var lower []string
	for _, script := range layers {
		upper := t.TempDir()
		shellIn(t, upper, lower, script)
		lower = append([]string{upper}, lower...)
	}
	upper := t.TempDir()
	shellIn(t, upper, lower, work)
	changes, err := Changes(upper, lower)
	must(t, err)
	var lines []string
	for _, change := range changes {
		lines = append(lines, fmt.Sprintf("%s %s", change.Kind, change.Path))
	}
	return strings.Join(lines, "\n")
}

// shellIn runs a script in an overlay, or, for want of layers, in the upper
// directory itself.
func shellIn(t *testing.T, upper string, lower []string, script string) {
	t.Helper()
	place := upper
	if len(lower) > 0 {
		place = t.TempDir()
		options := "lowerdir=" + strings.Join(lower, ":") + ",upperdir=" + upper + ",workdir=" + t.TempDir() + ",index=off,redirect_dir=nofollow,metacopy=off"
		must(t, unix.Mount("overlay", place, "overlay", 0, options))
		defer unix.Unmount(place, 0)
	}
	command := exec.Command("sh", "-ec", script)
	command.Dir = place
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%q: %v\n%s", script, err, output)
	}
}

func TestChanges(t *testing.T) {
	const image = "mkdir -p etc var/log srv/deep; echo a >etc/passwd; echo b >etc/group; echo c >var/log/one; echo d >srv/deep/file; ln -s passwd etc/link; echo e >tool"
	for name, test := range map[string]struct{ work, want string }{
		"nothing":                   {"true", ""},
		"only looked at":            {"cat etc/passwd; ls -lR", ""},
		"added":                     {"echo x >new; mkdir -p a/b; ln -s x a/l; mkfifo a/b/f", "A /a\nA /a/b\nA /a/b/f\nA /a/l\nA /new"},
		"changed":                   {"echo x >>etc/passwd", "C /etc\nC /etc/passwd"},
		"mode":                      {"chmod 600 etc/passwd; chmod 700 srv", "C /etc\nC /etc/passwd\nC /srv"},
		"owner of a directory":      {"chown 5 srv/deep", "C /srv\nC /srv/deep"},
		"deleted":                   {"rm etc/group etc/link", "C /etc\nD /etc/group\nD /etc/link"},
		"deleted directory":         {"rm -r srv", "D /srv"},
		"made and deleted":          {"echo x >new; rm new; echo x >etc/new; rm etc/new", ""},
		"directory made anew":       {"rm -r srv/deep; mkdir srv/deep; echo x >srv/deep/other", "C /srv\nC /srv/deep\nD /srv/deep/file\nA /srv/deep/other"},
		"the same made anew":        {"rm -r srv; mkdir -p srv/deep; echo x >srv/deep/file", "C /srv\nC /srv/deep\nC /srv/deep/file"},
		"file made a directory":     {"rm tool; mkdir tool; echo x >tool/x", "C /tool\nA /tool/x"},
		"directory made a file":     {"rm -r srv; echo x >srv", "C /srv"},
		"link made a directory":     {"rm etc/link; mkdir etc/link", "C /etc\nC /etc/link"},
		"renamed":                   {"mv tool other; mv srv/deep srv/new", "A /other\nC /srv\nD /srv/deep\nA /srv/new\nA /srv/new/file\nD /tool"},
		"in the order of a walk":    {"mkdir a; echo >a/z; echo >a-b; echo >a.c", "A /a\nA /a/z\nA /a-b\nA /a.c"},
		"directory with a new time": {"mkdir etc/new; touch -d @1 etc var", "C /etc\nA /etc/new"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := overlaid(t, test.work, image); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// TestChangesAcrossLayers compares with several layers, the upper of which hide
// parts of the lower.
func TestChangesAcrossLayers(t *testing.T) {
	got := overlaid(t, "echo x >d/again; rm d/second; echo x >e/third; rm -r e/hidden; mkdir e/hidden",
		"mkdir d e e/hidden; echo 1 >d/first; echo 1 >d/again; echo 1 >e/gone; echo 1 >e/hidden/file",
		"rm d/first d/again; echo 2 >d/second; rm -r e; mkdir e; echo 2 >e/second; mkdir e/hidden",
		"echo 3 >e/third")
	want := "C /d\nA /d/again\nD /d/second\nC /e\nC /e/third"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestChangesFollowNoLink has a link to a directory outside where the layer
// below has a directory, and the other way round.
func TestChangesFollowNoLink(t *testing.T) {
	outside := t.TempDir()
	must(t, os.WriteFile(filepath.Join(outside, "secret"), nil, 0o600))
	got := overlaid(t, "rm -r d; ln -s "+outside+" d; rm l; mkdir l; echo >l/x", "mkdir d; ln -s "+outside+" l; echo >d/x")
	if want := "C /d\nC /l\nA /l/x"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
