package program

import (
	"fmt"
	"os/exec"
	"strconv"
)

// The words that mydocker, docker and podman share.
const (
	image   = "busybox"
	network = "testbr"
)

// idle and server are the programs of detached containers. The server's page
// Page is one line of the root file system's /etc/group.
var (
	idle   = []string{"sleep", "1000000"}
	server = []string{"httpd", "-f", "-p", "80", "-h", "/etc"}
)

// Page and PageText are what the server of Serve serves.
const (
	Page     = "/group"
	PageText = "root:x:0:"
)

// an engine is a program with docker's commands.
type engine struct {
	path    string
	global  []string // before each command
	running []string // after "run"
	removal []string // after "rm"
	setting []string // environment
}

func (e engine) command(arguments ...string) *exec.Cmd {
	command := exec.Command(e.path, append(append([]string{}, e.global...), arguments...)...)
	command.Env = append(command.Environ(), e.setting...)
	return command
}

func (e engine) run(flags []string, program ...string) *exec.Cmd {
	arguments := append([]string{"run"}, e.running...)
	arguments = append(append(arguments, flags...), image)
	return e.command(append(arguments, program...)...)
}

// words gives the program all commands that docker has.
func (e engine) words(p *Program) {
	p.Run = func(string) *exec.Cmd { return e.run([]string{"--rm", "--network", "none"}, "true") }
	p.RunNetwork = func(string) *exec.Cmd {
		return e.run([]string{"--rm", "--network", network, "-p", "8080:80"}, "true")
	}
	p.Detach = func(name string) *exec.Cmd {
		return e.run([]string{"-d", "--name", name, "--network", network}, idle...)
	}
	p.Serve = func(name string, port int) *exec.Cmd {
		published := strconv.Itoa(port) + ":80"
		return e.run([]string{"-d", "--name", name, "--network", network, "-p", published}, server...)
	}
	p.Exec = func(name string) *exec.Cmd { return e.command("exec", name, "true") }
	p.Remove = func(names ...string) *exec.Cmd {
		return e.command(append(append([]string{"rm", "-f"}, e.removal...), names...)...)
	}
	p.List = func() *exec.Cmd { return e.command("ps", "-a") }
	p.CreateNetwork = func(name string) *exec.Cmd { return e.command("network", "create", name) }
	p.RemoveNetwork = func(name string) *exec.Cmd { return e.command("network", "rm", name) }
	p.Import = func(archive, name string) *exec.Cmd { return e.command("import", archive, name) }
	p.RemoveImage = func(name string) *exec.Cmd { return e.command("rmi", name) }
}

// furnish imports the image and makes the network.
func (e engine) furnish(p *Program, archive string) error {
	if err := p.Do(p.Import(archive, image)); err != nil {
		return err
	}
	return p.Do(p.CreateNetwork(network))
}

func missing(name string, err error) error {
	return fmt.Errorf("%s is not measured: %w", name, err)
}
