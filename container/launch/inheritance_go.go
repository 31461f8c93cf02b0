//go:build !race

package launch

const withC = false
