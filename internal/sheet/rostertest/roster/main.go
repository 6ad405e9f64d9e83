// Package main writes the roster of an invented compound to standard output, for tests in a browser.
//
//	go run ./internal/sheet/rostertest/roster [-faulty] > roster.xlsx
package main

import (
	"flag"
	"fmt"
	"os"

	"gongzhi/internal/sheet/rostertest"
)

func main() {
	faulty := flag.Bool("faulty", false, "with the faults that such sheets have")
	flag.Parse()
	if _, err := rostertest.Write(os.Stdout, *faulty); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
