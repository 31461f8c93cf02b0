package archive

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// refusedWith unpacks what must be refused in these words, into a directory.
func refusedWith(t *testing.T, source io.Reader, directory, says string) {
	t.Helper()
	_, err := Unpack(source, directory)
	if err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("got %v, want an error with %q", err, says)
	}
}

// memory gives the test a file system of its own, of that many bytes in memory.
func memory(t *testing.T, size int) string {
	t.Helper()
	needsRoot(t)
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""); err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	if err := unix.Mount("tmpfs", root, "tmpfs", 0, fmt.Sprintf("size=%d,nr_inodes=0,huge=never", size)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Unmount(root, unix.MNT_DETACH) })
	return root
}

// TestManySmallBombs claims files each of which would fit.
func TestManySmallBombs(t *testing.T) {
	root := memory(t, 4<<20)
	var items []item
	for i := range 20 {
		items = append(items, item{name: fmt.Sprint(i), kind: tar.TypeReg, mode: 0o600, content: strings.Repeat("\x00", 1<<20)})
	}
	for name, data := range compressed(t, build(t, items...)) {
		if name != "nothing" && len(data) > 100<<10 {
			t.Errorf("%s: %d bytes are no bomb", name, len(data))
		}
		refusedWith(t, bytes.NewReader(data), root, "make room")
		if err := os.RemoveAll(root + "/0"); err != nil {
			t.Fatal(err)
		}
		for i := range 20 {
			os.Remove(fmt.Sprintf("%s/%d", root, i))
		}
	}
}

// rawEntry writes an entry that the tar package refuses to write.
func rawEntry(kind byte, name string, size int64, content string) []byte {
	block := make([]byte, 512)
	copy(block, name)
	copy(block[100:], "0000644\x000000000\x000000000\x00")
	copy(block[124:], fmt.Sprintf("%011o\x00", size))
	copy(block[136:], "00000000000\x00        ")
	block[156] = kind
	copy(block[257:], "ustar\x0000")
	sum := 0
	for _, b := range block {
		sum += int(b)
	}
	copy(block[148:], fmt.Sprintf("%06o\x00 ", sum))
	padding := -len(content) & 511
	return append(append(block, content...), make([]byte, padding)...)
}

// paxRecord is a line of an extended header, pax(5): its length comes first.
func paxRecord(key, value string) string {
	length := len(key) + len(value) + 3
	for length != len(fmt.Sprintf("%d %s=%s\n", length, key, value)) {
		length = len(fmt.Sprintf("%d %s=%s\n", length, key, value))
	}
	return fmt.Sprintf("%d %s=%s\n", length, key, value)
}

// TestSparseBomb claims a file of 4 EiB of which nothing is there but the hole.
func TestSparseBomb(t *testing.T) {
	records := paxRecord("GNU.sparse.major", "1") + paxRecord("GNU.sparse.minor", "0") +
		paxRecord("GNU.sparse.name", "bomb") + paxRecord("GNU.sparse.realsize", fmt.Sprint(1<<62))
	data := append(rawEntry('x', "header", int64(len(records)), records), rawEntry('0', "bomb", 512, "1\n0\n0\n")...)
	root := t.TempDir()
	refusedWith(t, bytes.NewReader(append(data, make([]byte, 1024)...)), root, "free")
	if entries, _ := os.ReadDir(root); len(entries) > 0 {
		t.Errorf("there is %v", entries)
	}
}

// TestHeaderBombs has names and records that no memory should have to hold.
func TestHeaderBombs(t *testing.T) {
	for name, kind := range map[string]byte{"a long name": 'L', "a long link": 'K', "a PAX header": 'x', "a global header": 'g'} {
		t.Run(name, func(t *testing.T) {
			source := io.MultiReader(bytes.NewReader(rawEntry(kind, "header", 1<<33-1, "")), zeros{})
			refusedWith(t, source, t.TempDir(), "header")
		})
	}
}

// TestBombsOfMemory say that to read them takes gigabytes of memory.
func TestBombsOfMemory(t *testing.T) {
	whole := build(t, file("a", strings.Repeat("content ", 1000)))
	refusedWith(t, bytes.NewReader(greedyXZ(compressed(t, whole)["xz"])), t.TempDir(), "dictionary")
	// A frame whose window is the largest that can be written down, RFC 8878, 3.1.1.1.2,
	// and in it a raw block, the last.
	frame := append([]byte("\x28\xb5\x2f\xfd\x00\xff"), 0x01|512<<3&0xff, 512<<3>>8, 0)
	refusedWith(t, bytes.NewReader(append(frame, whole[:512]...)), t.TempDir(), "window")
}

// greedyXZ changes the first block's header: its only filter, LZMA2, wants a
// dictionary of 4 GiB (.xz file format 1.2.1, 3.1 and 5.3.1).
func greedyXZ(data []byte) []byte {
	const start, flags = 12, 13
	header := data[start : start+4*(int(data[start])+1)]
	filter := flags - start + bytes.Index(data[flags:], []byte{0x21, 0x01}) // its ID and the size of its properties
	header[filter+2] = 40
	sum := len(header) - 4
	binary.LittleEndian.PutUint32(header[sum:], crc32.ChecksumIEEE(header[:sum]))
	return data
}

// manyEntries is an archive of directories and files, made while it is read.
func manyEntries(number int) io.Reader {
	read, write := io.Pipe()
	go func() {
		w := tar.NewWriter(write)
		for i := range number {
			header := tar.Header{Typeflag: tar.TypeReg, Name: fmt.Sprintf("%03d/%03d/%d", i/10000, i/100%100, i), Mode: 0o644}
			if i%100 < 10 {
				header.Typeflag, header.Mode, header.Name = tar.TypeDir, 0o755, header.Name+"-directory"
			}
			if err := w.WriteHeader(&header); err != nil {
				break
			}
		}
		write.CloseWithError(w.Close())
	}()
	return read
}

// TestAMillionEntries unpacks them all, in bounded memory.
func TestAMillionEntries(t *testing.T) {
	number := 1_000_000
	if testing.Short() || os.Getenv("MYDOCKER_TEST_SLOW") != "" {
		number = 20_000
	}
	root := memory(t, 4<<30)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	contents, err := Unpack(manyEntries(number), root)
	if err != nil || contents.Entries != int64(number) {
		t.Fatalf("got %+v, %v", contents, err)
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 64<<20 {
		t.Errorf("it took %d bytes of memory", grown)
	}
}
