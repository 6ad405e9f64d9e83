// Command gongzhi is everything a subdistrict runs: serve, check, draw and the rest. It wires nothing itself.
package main

import (
	"os"

	"gongzhi/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
