// Package architecture reads the project's own source and fails when an
// import points up.
package architecture

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const source = "../.." // the module's root, seen from this directory

func TestImportsPointDown(t *testing.T) {
	edges, err := readEdges(os.DirFS(source))
	if err != nil {
		t.Fatal(err)
	}
	if len(edges) == 0 {
		t.Fatalf("reading imports below %q: no package imports another one; is this the module's root?", source)
	}
	for _, e := range edges {
		if objection := e.objection(); objection != "" {
			t.Errorf("%s imports %s: %s", e.from, e.to, objection)
		}
	}
}

// readEdges gives every import of one package of the module by another, each
// once. Tests are passed over: the compiler keeps them from closing a circle,
// and an end-to-end test may look at anything.
func readEdges(module fs.FS) ([]edge, error) {
	var edges []edge
	err := fs.WalkDir(module, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return enter(entry.Name())
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		found, err := readFile(module, path)
		edges = append(edges, found...)
		return err
	})
	slices.SortFunc(edges, func(a, b edge) int {
		return strings.Compare(a.from+" "+a.to, b.from+" "+b.to)
	})
	return slices.Compact(edges), err
}

func enter(directory string) error {
	if directory == "testdata" || directory == "dist" || directory != "." && strings.HasPrefix(directory, ".") {
		return fs.SkipDir
	}
	return nil
}

func readFile(module fs.FS, path string) ([]edge, error) {
	code, err := fs.ReadFile(module, path)
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, code, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var edges []edge
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		if imported == moduleName || strings.HasPrefix(imported, moduleName+"/") {
			edges = append(edges, edge{from: packagePath(filepath.Dir(path)), to: imported})
		}
	}
	return edges, nil
}

func packagePath(directory string) string {
	if directory == "." {
		return moduleName
	}
	return moduleName + "/" + directory
}
