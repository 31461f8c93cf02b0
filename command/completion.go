package command

import (
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli"

	"mydocker/engine"
)

// The scripts ask mydocker itself for the words that may come next. They tell it the
// one that is begun, and have it among the others if that is to become a flag.
const (
	bashCompletion = `_mydocker() {
  local IFS=$'\n' begun="${COMP_WORDS[COMP_CWORD]}"
  local -a asked=("${COMP_WORDS[@]:0:COMP_CWORD}")
  [[ $begun == -* ]] && asked+=("$begun")
  COMPREPLY=($(compgen -W "$(MYDOCKER_BEGUN=$begun "${asked[@]}" --generate-bash-completion 2>/dev/null)" -- "$begun"))
}
complete -o bashdefault -o default -F _mydocker mydocker
`
	zshCompletion = `#compdef mydocker
_mydocker() {
  local -a asked words_found
  asked=("${words[@]:0:$((CURRENT-1))}")
  [[ ${words[CURRENT]} == -* ]] && asked+=("${words[CURRENT]}")
  words_found=("${(@f)$(MYDOCKER_BEGUN="${words[CURRENT]}" "${asked[@]}" --generate-bash-completion 2>/dev/null)}")
  compadd -a words_found || _files
}
compdef _mydocker mydocker
`
	fishCompletion = `function __mydocker_complete
  set -l words (commandline -opc)
  set -l begun (commandline -ct)
  string match -q -- '-*' $begun; and set -a words $begun
  env MYDOCKER_BEGUN=$begun $words --generate-bash-completion 2>/dev/null
end
complete -c mydocker -a '(__mydocker_complete)'
`
)

// Completion prints a shell's completion script.
func Completion() cli.Command {
	return cli.Command{
		Name:      "completion",
		Usage:     "print the completion script for a shell",
		ArgsUsage: "bash|zsh|fish",
		Action:    printCompletion,
		BashComplete: func(c *cli.Context) {
			fmt.Fprintln(c.App.Writer, "bash\nzsh\nfish")
		},
	}
}

func printCompletion(c *cli.Context) error {
	if err := exactly(c, 1); err != nil {
		return err
	}
	script := ""
	switch shell := c.Args().First(); shell {
	case "bash":
		script = bashCompletion
	case "zsh":
		script = zshCompletion
	case "fish":
		script = fishCompletion
	default:
		return fmt.Errorf("printing completion for %q: there are bash, zsh and fish", shell)
	}
	_, err := fmt.Fprint(c.App.Writer, script)
	return err
}

// OrFlags completes a flag of a command where one is begun, the network that is
// wanted after -net, and else what the command works on.
func OrFlags(of cli.Command, objects cli.BashCompleteFunc) cli.BashCompleteFunc {
	flags := cli.DefaultCompleteWithFlags(&of)
	return func(c *cli.Context) {
		last := os.Args[len(os.Args)-2] // the very last asks for completion
		switch {
		case strings.HasPrefix(os.Getenv("MYDOCKER_BEGUN"), "-"):
			command := *c.App
			command.Flags = nil // the global ones stand before the command
			c.App = &command
			flags(c)
		case last == "-net" || last == "--net" || last == "--network":
			completeNetworks(c)
		default:
			objects(c)
		}
	}
}

func completeContainers(c *cli.Context) {
	completeIf(c, func(engine.Container) bool { return true })
}

func completeRunning(c *cli.Context) {
	completeIf(c, func(container engine.Container) bool { return container.State == engine.Up })
}

func completeIf(c *cli.Context, wanted func(engine.Container) bool) {
	e, err := Reader(c)
	if err != nil {
		return
	}
	containers, _ := e.List()
	for _, container := range containers {
		if wanted(container) {
			fmt.Fprintln(c.App.Writer, container.Record.Name)
		}
	}
}

func completeNetworks(c *cli.Context) {
	e, err := Reader(c)
	if err != nil {
		return
	}
	networks, _ := e.Networks()
	for _, network := range networks {
		fmt.Fprintln(c.App.Writer, network.Name)
	}
}

// CompleteImages prints the names of images.
func CompleteImages(c *cli.Context) {
	e, err := Reader(c)
	if err != nil {
		return
	}
	images, _ := e.Images.List()
	for _, image := range images {
		fmt.Fprintln(c.App.Writer, image.Name)
	}
}
