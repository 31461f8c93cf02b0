package rootfs

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// errOldInterface says that a filesystem cannot be configured by fsconfig(2)
// on this kernel, so that mount(2) has to do it.
var errOldInterface = errors.New("fsconfig(2) cannot take these options")

// newFilesystem makes a detached mount of a filesystem of its own.
func newFilesystem(kind, source string, wanted options) (tree, error) {
	context, err := unix.Fsopen(kind, unix.FSOPEN_CLOEXEC)
	switch err {
	case nil:
	case unix.ENOSYS, unix.EPERM:
		return tree{}, errOldInterface
	case unix.ENODEV:
		return tree{}, fmt.Errorf("filesystem type %q: not known to this kernel", kind)
	default:
		return tree{}, err
	}
	defer unix.Close(context)
	return configured(context, kind, source, wanted)
}

// configured makes a detached mount of a filesystem that is open.
func configured(context int, kind, source string, wanted options) (tree, error) {
	if err := configure(context, kind, source, wanted.data); err != nil {
		return tree{}, err
	}
	fd, err := unix.Fsmount(context, unix.FSMOUNT_CLOEXEC, int(wanted.attributes.set))
	if err != nil {
		return tree{}, explained(context, err)
	}
	return tree{os.NewFile(uintptr(fd), kind)}, nil
}

// configure hands a filesystem its source and options.
func configure(context int, kind, source string, data []string) error {
	if source != "" {
		if err := unix.FsconfigSetString(context, "source", source); err != nil {
			return explained(context, err)
		}
	}
	for _, word := range data {
		if err := configureOption(context, kind, word); err != nil {
			return err
		}
	}
	err := unix.FsconfigCreate(context)
	if err == unix.EINVAL && kind == "overlay" {
		// A kernel before 6.5 passes on any option, "lowerdir+" too, as text
		// and says here, without a word on which it is, that it knows one not.
		return errOldInterface
	}
	return explained(context, err)
}

// longestValue is what fsconfig(2) takes for one value, its NUL included.
const longestValue = 256

func configureOption(context int, kind, word string) error {
	name, value, hasValue := strings.Cut(word, "=")
	switch {
	case kind == "overlay" && name == "lowerdir":
		return configureLayers(context, value)
	case !hasValue:
		return optionError(word, explained(context, unix.FsconfigSetFlag(context, name)))
	case len(value) >= longestValue:
		return errOldInterface
	}
	err := unix.FsconfigSetString(context, name, value)
	if err == unix.EINVAL && strings.Contains(value, ",") {
		return errOldInterface // a kernel before 6.5 takes no comma here, and an escaped one in mount(2)
	}
	return optionError(word, explained(context, err))
}

// configureLayers hands overlayfs its lower directories in one value, which all
// kernels take, or one by one where they are too long for that, so that neither
// their number nor a page bounds them. Kernels before 6.7 cannot do the latter.
func configureLayers(context int, lowerdir string) error {
	if len(lowerdir) < longestValue {
		err := unix.FsconfigSetString(context, "lowerdir", lowerdir)
		if err == unix.EINVAL && strings.Contains(lowerdir, ",") {
			return errOldInterface
		}
		return optionError("lowerdir", explained(context, err))
	}
	for _, layer := range Layers(lowerdir) {
		err := unix.FsconfigSetString(context, "lowerdir+", layer)
		if err == unix.EINVAL {
			return errOldInterface
		}
		if err != nil {
			return optionError("lowerdir="+layer, explained(context, err))
		}
	}
	return nil
}

// Layers takes a lowerdir option apart: colons separate, a backslash
// takes the meaning from the character after it.
func Layers(lowerdir string) []string {
	var layers []string
	begin := 0
	for i := 0; i < len(lowerdir); i++ {
		switch lowerdir[i] {
		case '\\':
			i++
		case ':':
			layers = append(layers, unescape(lowerdir[begin:i]))
			begin = i + 1
		}
	}
	return append(layers, unescape(lowerdir[begin:]))
}

// unescape takes the backslashes away that guard the characters after them.
func unescape(text string) string {
	var plain strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
		}
		plain.WriteByte(text[i])
	}
	return plain.String()
}

func optionError(word string, err error) error {
	if err == nil || errors.Is(err, errOldInterface) {
		return err
	}
	return fmt.Errorf("option %q: %w", word, err)
}

// explained adds to an error what the kernel says about it: a filesystem
// context keeps messages such as `e tmpfs: Bad value for 'size'` to be read.
func explained(context int, err error) error {
	if err == nil {
		return nil
	}
	message := make([]byte, 512)
	n, _ := unix.Read(context, message)
	if n <= 2 {
		return err
	}
	return fmt.Errorf("%s (%w)", strings.TrimSpace(string(message[2:n])), err)
}

// mountOld mounts by mount(2), whose options end at a page, and gives the
// mount that is then on top of target.
func mountOld(target *os.File, kind, source string, wanted options) error {
	data := strings.Join(wanted.data, ",")
	if len(data) >= os.Getpagesize() {
		return fmt.Errorf("options of %d bytes: this kernel takes less than %d", len(data), os.Getpagesize())
	}
	flags := mountFlags(wanted.attributes)
	return unix.Mount(source, descriptorPath(target), kind, flags, data)
}
