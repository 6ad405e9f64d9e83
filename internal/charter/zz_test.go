package charter_test
import "testing"
type want struct{code string}
type one struct{want []want}
func corpus(t *testing.T) []one { return nil}
var unshown = map[string]string{}
