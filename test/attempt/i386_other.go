//go:build !amd64

package main

import "errors"

func i386([]string) error { return errors.New("not on this machine") }
