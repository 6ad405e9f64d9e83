package ui

import (
	"context"

	"github.com/a-h/templ"
)

// queueSays are the words of the queue, as data-NAME.
var queueSays = []string{
	"waiting", "refusals", "saved", "taken", "receipt", "refused", "nosignal", "signedout", "signin", "others", "now", "change", "cancel",
	"remove", "sure", "again", "mine", "there", "full", "photo", "unkept", "unasked",
}

func queueWords(ctx context.Context) templ.Attributes {
	a := templ.Attributes{}
	for _, name := range queueSays {
		a["data-"+name] = say(ctx, "queue."+name)
	}
	return a
}
