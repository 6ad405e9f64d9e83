package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"

	"gongzhi/internal/clock"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// backup copies the database whole into one file, also while the server runs. The key that opens sealed values and the
// attachments lie beside it and are files; they are copied by whatever copies files.
func backup(c *call) int {
	flags := flag.NewFlagSet("backup", flag.ContinueOnError)
	var at place
	at.flags(flags)
	words, fine := c.parse(flags)
	if !fine {
		return unusable
	}
	if len(words) != 1 {
		return c.refuse(text.Key("cli.backup.usage"))
	}
	if at.data == "" {
		at.data = dataDir
	}
	url := at.database
	if url == "" {
		url = filepath.Join(at.data, "gongzhi.db")
	}
	ctx := context.Background()
	db, err := store.Open(ctx, store.Config{URL: url, Now: clock.System.Now})
	if err != nil {
		return c.refuse(text.Key("cli.backup.failed", "Why", err.Error()))
	}
	if err := errors.Join(db.Backup(ctx, words[0]), db.Close()); err != nil {
		return c.refuse(text.Key("cli.backup.failed", "Why", err.Error()))
	}
	fmt.Fprintln(c.out, c.say(text.Key("cli.backup.done", "File", words[0], "Beside", filepath.Join(at.data, "keys")+", "+filepath.Join(at.data, "files"))))
	return ok
}
