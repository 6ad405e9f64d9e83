package exhaustive

import "reflect"

type Light int

const (
	Red Light = iota + 1
	Green
)

func f(l Light, k reflect.Kind) {
	switch l { // want "exhaustive: missing cases"
	case Red:
	default:
	}
	switch k { // somebody else's set
	case reflect.Int:
	}
}
