package demo

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gongzhi/internal/calendar"
)

// listName is where the sign-ins lie, in the folder of data. Only its owner may read it.
const listName = "demo-sign-ins.txt"

// signIns is that file: when the filling began, whether it was finished, and the passwords by login.
type signIns struct {
	Begun     calendar.Date
	Filled    bool
	Passwords map[string]string
}

const (
	begun  = "begun"
	filled = "filled"
)

// readList reads the file; without one, or without a folder, nothing was filled yet.
func readList(dir string) (signIns, error) {
	l := signIns{Passwords: map[string]string{}}
	if dir == "" {
		return l, nil
	}
	raw, err := os.ReadFile(filepath.Join(dir, listName))
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return l, fmt.Errorf("demo: %w", err)
	}
	for _, line := range strings.Split(string(raw), "\n") {
		switch words := strings.Fields(line); {
		case len(words) == 0 || words[0] == "#":
		case len(words) == 2 && (words[0] == begun || words[0] == filled):
			if l.Begun, err = calendar.ParseDate(words[1]); err != nil {
				return l, fmt.Errorf("demo: %s: %w", listName, err)
			}
			l.Filled = words[0] == filled
		case len(words) == 2:
			l.Passwords[words[0]] = words[1]
		default:
			return l, fmt.Errorf("demo: %s: cannot read %q; remove the demo's folder to begin anew", listName, line)
		}
	}
	return l, nil
}

// choose makes the passwords that are not there yet.
func (l *signIns) choose(list []person) {
	for _, p := range list {
		if l.Passwords[p.Login] == "" {
			l.Passwords[p.Login] = strings.ToLower(rand.Text()[:12])
		}
	}
}

// write keeps the list. It is written before the first account, so that no account is ever without its password.
func (l *signIns) write(dir string) error {
	if dir == "" {
		return nil
	}
	var b strings.Builder
	state := begun
	if l.Filled {
		state = filled
	}
	fmt.Fprintf(&b, "# 演示账号，密码是随机生成的。 Sign-ins of the demo; the passwords are random.\n%s %s\n", state, l.Begun)
	logins := make([]string, 0, len(l.Passwords))
	for login := range l.Passwords {
		logins = append(logins, login)
	}
	slices.Sort(logins)
	for _, login := range logins {
		fmt.Fprintln(&b, login, l.Passwords[login])
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	name := filepath.Join(dir, listName)
	if err := os.WriteFile(name+".new", []byte(b.String()), 0o600); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}
