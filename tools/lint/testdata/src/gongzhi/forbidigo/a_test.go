package forbidigo

import (
	"testing"
	"time"
)

func TestA(t *testing.T) { _ = time.Now() }
