package errorlint

import "errors"

var ErrGone = errors.New("gone")

func f(err error) bool {
	return err == ErrGone // want "errorlint: "
}
