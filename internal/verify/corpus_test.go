package verify_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/mod/sumdb/note"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"gongzhi/charters"
	"gongzhi/internal/act"
	"gongzhi/internal/charter"
	"gongzhi/internal/clock"
	"gongzhi/internal/demo"
	"gongzhi/internal/house"
	"gongzhi/internal/people"
	"gongzhi/internal/tlog"
	"gongzhi/internal/verify"
)

func init() { people.QuickPasswords() }

// A town is a demo of a fixed day with everything that somebody inside the office could lay hands on: every act, also
// those that are withheld, and the key of the log.
type town struct {
	public, opened fstest.MapFS
	acts           []act.Act
	key            tlog.Key
	old            []byte // a checkpoint of earlier, as it hangs on a wall
}

// enough is the day of the town in which there are so many private matters that figures count them, early that of one which
// has as many, but whose month is not over.
const enough, early = 4, 5

// towns are those that were filled already: every test looks at the same two, and none changes them.
var towns = map[int]town{}

func newTown(t testing.TB, day int) town {
	t.Helper()
	if w, filled := towns[day]; filled {
		return w
	}
	dir := t.TempDir()
	c := clock.NewManual(time.Date(2026, 3, day, 8, 0, 0, 0, time.UTC))
	h, _, err := demo.Open(ctx, house.Config{Dir: dir, Charter: charters.Linshanzhai(), Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	often := 1
	if day == enough || day == early {
		often = 5
	}
	later := problems(t, h, c, often)
	if day == enough { // they are counted as they stood when their month had ended, whatever becomes of them
		c.Set(time.Date(2026, 4, 1, 8, 0, 0, 0, time.UTC))
		later()
	}
	export := func(opened bool) fstest.MapFS {
		files := fstest.MapFS{}
		if err := h.Export(ctx, opened, func(path string, data []byte) error {
			files[path] = &fstest.MapFile{Data: data}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return files
	}
	w := town{public: export(false), opened: export(true)}
	tree, _, err := h.PublicLog.Tree(ctx, h.Store.Read())
	if err != nil {
		t.Fatal(err)
	}
	if w.acts, err = h.PublicLog.Acts(ctx, h.Store.Read(), 0, tree.Size); err != nil {
		t.Fatal(err)
	}
	given, _, err := h.LogKey(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if w.key, err = tlog.LoadKey(filepath.Join(dir, "keys", "log.key"), given.Origin); err != nil {
		t.Fatal(err)
	}
	w.old = w.checkpoint(w.acts[:len(w.acts)/2], w.key)
	towns[day] = w
	return w
}

func (w town) checkpoint(acts []act.Act, key tlog.Key) []byte {
	hashes := make([]xtlog.Hash, len(acts))
	for i, a := range acts {
		leaf, err := tlog.Leaf(a)
		if err != nil {
			panic(err)
		}
		hashes[i] = xtlog.RecordHash(leaf)
	}
	return signed(tlog.Checkpoint{Origin: key.Signer.Name(), Size: int64(len(acts)), Root: root(hashes)}, key)
}

func signed(c tlog.Checkpoint, key tlog.Key) []byte {
	raw, err := note.Sign(&note.Note{Text: c.String()}, key.Signer)
	if err != nil {
		panic(err)
	}
	return raw
}

func root(h []xtlog.Hash) xtlog.Hash {
	var stored []xtlog.Hash
	reader := xtlog.HashReaderFunc(func(at []int64) ([]xtlog.Hash, error) {
		out := make([]xtlog.Hash, len(at))
		for i, x := range at {
			out[i] = stored[x]
		}
		return out, nil
	})
	for n, x := range h {
		more, err := xtlog.StoredHashesForRecordHash(int64(n), x, reader)
		if err != nil {
			panic(err)
		}
		stored = append(stored, more...)
	}
	out, err := xtlog.TreeHash(int64(len(h)), reader)
	if err != nil {
		panic(err)
	}
	return out
}

// tampering is a bundle in the hands of whoever changes it. Files can be changed as they are; acts can be changed by
// somebody inside, who then makes chains, tiles and signature right again, as far as relink and key say.
type tampering struct {
	files  fstest.MapFS
	acts   []act.Act
	leaves [][]byte // instead of those of acts
	key    tlog.Key
	opts   verify.Options
	own    town // this subdistrict's, as it was
	other  town // another's
	opened bool
}

// remember has the reader hold the paper from the wall against the bundle.
func (x *tampering) remember() { x.opts.Since = x.own.old }

func (x *tampering) file(name string, change func([]byte) []byte) {
	f, ok := x.files[name]
	if !ok {
		panic("no file " + name)
	}
	x.files[name] = &fstest.MapFile{Data: change(bytes.Clone(f.Data))}
}

func (x *tampering) drop(name string) {
	if _, ok := x.files[name]; !ok {
		panic("no file " + name)
	}
	delete(x.files, name)
}

// find gives the index of the nth act (from 0) of a kind, in any matter but the house's own, unless the kind is its own.
func (x *tampering) find(kind string, nth int) int {
	for i, a := range x.acts {
		if a.Kind == kind {
			if nth == 0 {
				return i
			}
			nth--
		}
	}
	panic("no act " + kind)
}

// begun is the first beginning of a method; of those by one role where that is said.
func (x *tampering) begun(method, role string) int {
	for i, a := range x.acts {
		var s act.Start
		if a.Kind == act.Started && a.Into(&s) == nil && s.Method == method && (role == "" || a.By.Role == role) {
			return i
		}
	}
	panic("nobody began " + method)
}

// body changes an act's body.
func (x *tampering) body(i int, change func(map[string]any)) {
	var b map[string]any
	d := json.NewDecoder(bytes.NewReader(x.acts[i].Body))
	d.UseNumber()
	if err := d.Decode(&b); err != nil {
		panic(err)
	}
	change(b)
	raw, err := json.Marshal(b)
	if err != nil {
		panic(err)
	}
	x.acts[i].Body = raw
}

// leaf changes the text of one leaf and nothing else.
func (x *tampering) leaf(i int, old, new string) {
	if x.leaves == nil {
		x.leaves = leavesOf(x.acts)
	}
	if !strings.Contains(string(x.leaves[i]), old) {
		panic(fmt.Sprintf("leaf %d has no %q: %s", i, old, x.leaves[i]))
	}
	x.leaves[i] = []byte(strings.Replace(string(x.leaves[i]), old, new, 1))
}

func leavesOf(acts []act.Act) [][]byte {
	out := make([][]byte, len(acts))
	for i, a := range acts {
		leaf, err := tlog.Leaf(a)
		if err != nil {
			panic(err)
		}
		out[i] = leaf
	}
	return out
}

// relink numbers and chains the acts of every matter anew.
func (x *tampering) relink() {
	heads := map[act.Matter]act.Act{}
	for i := range x.acts {
		a := &x.acts[i]
		a.Seq = heads[a.Matter].Seq + 1
		if err := a.Seal(heads[a.Matter].Hash); err != nil {
			panic(err)
		}
		heads[a.Matter] = *a
	}
}

// rebuild writes tiles, entries and a checkpoint over the leaves, and all that belongs beside them.
func (x *tampering) rebuild() {
	if x.leaves == nil {
		x.leaves = leavesOf(x.acts)
	}
	files := fstest.MapFS{}
	for name, f := range x.files {
		if strings.HasPrefix(name, "charter/") {
			files[name] = f
		}
	}
	hashes := make([]xtlog.Hash, len(x.leaves))
	for i, l := range x.leaves {
		hashes[i] = xtlog.RecordHash(l)
	}
	size := int64(len(hashes))
	files["checkpoint"] = &fstest.MapFile{Data: signed(tlog.Checkpoint{Origin: x.key.Signer.Name(), Size: size, Root: root(hashes)}, x.key)}
	for _, path := range tlog.TilesOf(size) {
		level, n, w, _ := tlog.ReadTilePath(path)
		var data []byte
		for i := range int64(w) {
			if level < 0 {
				l := x.leaves[n*256+i]
				data = append(binary.BigEndian.AppendUint16(data, uint16(len(l))), l...)
				continue
			}
			span := int64(1) << (8 * level)
			h := root(hashes[(n*256+i)*span : (n*256+i+1)*span])
			data = append(data, h[:]...)
		}
		files[path] = &fstest.MapFile{Data: data}
	}
	for _, a := range x.acts {
		if tlog.IsLarge(a) || x.opened && a.Withheld() {
			raw, err := a.Canonical()
			if err != nil {
				panic(err)
			}
			files[verify.Opened(a)] = &fstest.MapFile{Data: raw}
		}
	}
	raw, err := json.Marshal(verify.Tallies(func(yield func(int64, act.Act) bool) {
		for i, a := range x.acts {
			if !yield(int64(i), a) {
				return
			}
		}
	}))
	if err != nil {
		panic(err)
	}
	files["tallies.json"] = &fstest.MapFile{Data: raw}
	files["indicators.json"] = x.own.public["indicators.json"] // as the office had said it before
	x.files = files
}

// mutation is one kind of tampering, and the name under which it must be caught first.
type mutation struct {
	name string
	want string
	do   func(x *tampering)
}

// insider wraps a change of acts by somebody who can make everything else right again.
func insider(name, want string, do func(x *tampering)) mutation {
	return mutation{"inside: " + name, want, func(x *tampering) {
		do(x)
		x.relink()
		x.rebuild()
	}}
}

// auditor is insider, looked at by somebody who may see the withheld acts too.
func auditor(name, want string, do func(x *tampering)) mutation {
	return mutation{"inside, opened: " + name, want, func(x *tampering) {
		x.opened = true
		do(x)
		x.relink()
		x.rebuild()
	}}
}

// leafOnly changes leaves; tiles and signature are made right, chains are not.
func leafOnly(name, want string, do func(x *tampering)) mutation {
	return mutation{"leaf: " + name, want, func(x *tampering) {
		do(x)
		x.rebuild()
	}}
}

func flip(b []byte) []byte { b[len(b)/2] ^= 1; return b }

func lastTile(x *tampering, level int) string {
	paths := slices.DeleteFunc(slices.Sorted(maps.Keys(x.files)), func(p string) bool {
		l, _, _, ok := tlog.ReadTilePath(p)
		return !ok || l != level
	})
	return paths[len(paths)-1]
}

// swap exchanges two leaves.
func swap(i, j int) func(*tampering) {
	return func(x *tampering) { x.acts[i], x.acts[j] = x.acts[j], x.acts[i] }
}

// lines changes the lines of a signed note.
func lines(change func([]string) []string) func([]byte) []byte {
	return func(raw []byte) []byte {
		return []byte(strings.Join(change(strings.Split(string(raw), "\n")), "\n"))
	}
}

func shift(at *time.Time, by time.Duration) { *at = at.Add(by) }

func remove(x *tampering, i int) { x.acts = slices.Delete(x.acts, i, i+1) }

const day = 24 * time.Hour

// mutations is the corpus.
func mutations() []mutation {
	list := slices.Concat(fileMutations(), leafMutations(), insideMutations(), voteMutations(), keyMutations(), figureMutations())
	return list
}

func fileMutations() []mutation {
	tile := tlog.TilePath(0, 0, 256)
	entries := tlog.TilePath(-1, 0, 256)
	return []mutation{
		{"file: no checkpoint", "", func(x *tampering) { x.drop("checkpoint") }},
		{"file: the checkpoint is something else", "checkpoint.form", func(x *tampering) { x.file("checkpoint", func([]byte) []byte { return []byte("all is well\n") }) }},
		{"file: one entry more in the checkpoint", "bundle.missing", func(x *tampering) {
			x.file("checkpoint", lines(func(l []string) []string { l[1] = fmt.Sprint(len(x.acts) + 1); return l }))
		}},
		{"file: the checkpoint cut to half", "bundle.missing", func(x *tampering) {
			x.file("checkpoint", lines(func(l []string) []string { l[1] = fmt.Sprint(len(x.acts) / 2); return l }))
		}},
		{"file: another root in the checkpoint", "tree.root", func(x *tampering) {
			x.file("checkpoint", lines(func(l []string) []string { l[2] = base64.StdEncoding.EncodeToString(make([]byte, 32)); return l }))
		}},
		{"file: another origin in the checkpoint", "checkpoint.origin", func(x *tampering) {
			x.file("checkpoint", lines(func(l []string) []string { l[0] = "gongzhi/elsewhere"; return l }))
		}},
		{"file: the signature changed", "checkpoint.signature", func(x *tampering) {
			x.file("checkpoint", lines(func(l []string) []string {
				at := len(l[4]) - 20
				l[4] = l[4][:at] + string(rune('A'+(l[4][at]-'A'+1)%26)) + l[4][at+1:]
				return l
			}))
		}},
		{"file: the signature removed", "checkpoint.signature", func(x *tampering) {
			x.file("checkpoint", lines(func(l []string) []string { return append(l[:4], "") }))
		}},
		{"file: a hash changed in a tile", "tree.leaf", func(x *tampering) { x.file(tile, flip) }},
		{"file: a hash changed in the last tile", "tree.leaf", func(x *tampering) { x.file(lastTile(x, 0), flip) }},
		{"file: a hash changed in an upper tile", "tree.tile", func(x *tampering) { x.file(lastTile(x, 1), flip) }},
		{"file: a tile removed", "bundle.missing", func(x *tampering) { x.drop(tile) }},
		{"file: an upper tile removed", "bundle.missing", func(x *tampering) { x.drop(lastTile(x, 1)) }},
		{"file: a tile cut off", "tree.tile", func(x *tampering) { x.file(tile, func(b []byte) []byte { return b[:len(b)-32] }) }},
		{"file: two tiles exchanged", "tree.leaf", func(x *tampering) {
			other := tlog.TilePath(0, 1, 256)
			x.files[tile], x.files[other] = x.files[other], x.files[tile]
		}},
		{"file: two tiles of entries exchanged", "chain.gap", func(x *tampering) {
			other := tlog.TilePath(-1, 1, 256)
			x.files[entries], x.files[other] = x.files[other], x.files[entries]
		}},
		{"file: a tile of entries removed", "bundle.missing", func(x *tampering) { x.drop(entries) }},
		{"file: a tile of entries cut off", "entries.count", func(x *tampering) { x.file(entries, func(b []byte) []byte { return b[:len(b)-1] }) }},
		{"file: an entry dropped from a tile", "entries.count", func(x *tampering) {
			x.file(entries, func(b []byte) []byte { return b[2+int(binary.BigEndian.Uint16(b)):] })
		}},
		{"file: an entry added to a tile", "entries.count", func(x *tampering) { x.file(entries, func(b []byte) []byte { return append(b, 0, 2, '{', '}') }) }},
		{"file: something beside the bundle", "bundle.extra", func(x *tampering) { x.files["act/1/999"] = &fstest.MapFile{Data: []byte("{}")} }},
		{"file: the charter removed", "bundle.missing", func(x *tampering) { x.drop(x.charter()) }},
		{"file: the charter is no archive", "charter.form", func(x *tampering) { x.file(x.charter(), func([]byte) []byte { return []byte("PK") }) }},
		{"file: the charter swapped for another", "charter.digest", func(x *tampering) { x.files[x.charter()] = &fstest.MapFile{Data: weaker()} }},
		{"file: the tallies removed", "bundle.missing", func(x *tampering) { x.drop("tallies.json") }},
		{"file: the tallies are no JSON", "tally.form", func(x *tampering) { x.file("tallies.json", func(b []byte) []byte { return b[:len(b)/2] }) }},
		{"file: a figure changed in the tallies", "tally.differs", func(x *tampering) {
			x.file("tallies.json", func(b []byte) []byte { return bytes.Replace(b, []byte(`"outcome"`), []byte(`"was"`), 1) })
		}},
		{"file: a vote left out of the tallies", "tally.differs", func(x *tampering) { x.votes(func(v []verify.Derived) []verify.Derived { return v[1:] }) }},
		{"file: another roll in the tallies", "tally.differs", func(x *tampering) {
			x.votes(func(v []verify.Derived) []verify.Derived { v[0].Root = act.Sum(nil); return v })
		}},
		{"file: a vote twice in the tallies", "tally.differs", func(x *tampering) { x.votes(func(v []verify.Derived) []verify.Derived { return append(v, v[0]) }) }},
	}
}

func (x *tampering) votes(change func([]verify.Derived) []verify.Derived) {
	x.file("tallies.json", func(b []byte) []byte {
		var list []verify.Derived
		if err := json.Unmarshal(b, &list); err != nil {
			panic(err)
		}
		raw, err := json.Marshal(change(list))
		if err != nil {
			panic(err)
		}
		return raw
	})
}

func (x *tampering) charter() string {
	for name := range x.files {
		if strings.HasPrefix(name, "charter/") {
			return name
		}
	}
	panic("no charter")
}

// weaker is a charter whose votes need less than the law asks, which does not pass its check; stricter one whose votes need
// more; broken one that has lost a role; and other one that is in order, but not the one that was installed.
func weaker() []byte   { return changed("at_least 2/3", "at_least 1/3") }
func stricter() []byte { return changed("at_least 3/4", "at_least 4/5") }
func broken() []byte   { return changed("contractor:", "builder:") }
func other() []byte    { return changed("charter: linshanzhai", "# 另一版\ncharter: linshanzhai") }

func changed(old, new string) []byte {
	files := fstest.MapFS{}
	for name, raw := range readAll() {
		files[name] = &fstest.MapFile{Data: bytes.ReplaceAll(raw, []byte(old), []byte(new))}
	}
	packed, err := charter.Pack(files)
	if err != nil {
		panic(err)
	}
	return packed
}

func readAll() map[string][]byte {
	out := map[string][]byte{}
	dir := filepath.Join("..", "..", "charters", "linshanzhai")
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		out[filepath.ToSlash(name)] = raw
		return err
	})
	if err != nil {
		panic(err)
	}
	return out
}

func leafMutations() []mutation {
	edit := func(name, want, kind, old, new string) mutation {
		return leafOnly(name, want, func(x *tampering) { x.leaf(x.find(kind, 0), old, new) })
	}
	return []mutation{
		edit("the body edited", "chain.prev", "solicit.started", `"body":{`, `"body":{"a":1,`),
		edit("another role", "chain.prev", "meeting.recorded", `"role":"`, `"role":"x`),
		edit("another person", "chain.prev", "meeting.recorded", `"person":"`, `"person":"x`),
		edit("another mandate", "chain.prev", "meeting.recorded", `"mandate":"`, `"mandate":"x`),
		edit("another clause", "chain.prev", "meeting.recorded", `"clause":"methods/`, `"clause":"methods/x`),
		edit("another step", "chain.prev", "meeting.recorded", `"step":"`, `"step":"x`),
		edit("another kind", "chain.prev", "meeting.recorded", `"kind":"meeting.recorded"`, `"kind":"meeting.confirmed"`),
		edit("another submission", "chain.prev", "meeting.recorded", `"submission":"`, `"submission":"x`),
		edit("another version of the charter", "chain.prev", "meeting.recorded", `"charter":"`, `"charter":"0`),
		edit("the hash of a withheld act", "chain.prev", "ballot.cast", `"hash":"`, `"hash":"0`),
		edit("a withheld act said to be large", "bundle.missing", "ballot.cast", `"left_out":"withheld"`, `"left_out":"large"`),
		edit("white space", "leaf.form", "meeting.recorded", `{`, `{ `),
		edit("a key twice", "leaf.form", "meeting.recorded", `"body":`, `"at":"2026-01-01T00:00:00Z","body":`),
		edit("a key more", "leaf.form", "meeting.recorded", `"body":`, `"author":"x","body":`),
		edit("no JSON", "leaf.form", "meeting.recorded", `{`, `[`),
		leafOnly("another matter", "chain.gap", func(x *tampering) { x.acts[x.find("meeting.recorded", 0)].Matter += 100; x.hashes() }),
		leafOnly("another tenant", "chain.tenant", func(x *tampering) { x.acts[x.find("meeting.recorded", 0)].Tenant++; x.hashes() }),
		leafOnly("another number", "chain.gap", func(x *tampering) { x.acts[x.find("meeting.recorded", 0)].Seq += 5; x.hashes() }),
		leafOnly("done after it was recorded", "time.ahead", func(x *tampering) { a := x.lastAct(); shift(&a.At, day); x.hashes() }),
		leafOnly("back-dated before the act before", "time.back", func(x *tampering) { a := x.lastAct(); shift(&a.At, -100*day); x.hashes() }),
		leafOnly("recorded long before its neighbours", "time.back", func(x *tampering) {
			a := x.lastAct()
			shift(&a.At, -100*day)
			shift(&a.Recorded, -100*day)
			x.hashes()
		}),
		leafOnly("an act removed", "chain.gap", func(x *tampering) { remove(x, x.find("meeting.recorded", 0)) }),
		leafOnly("an act doubled", "chain.twice", func(x *tampering) {
			i := x.find("meeting.recorded", 0)
			x.acts = slices.Insert(x.acts, i, x.acts[i])
		}),
		leafOnly("an act doubled at the end", "chain.twice", func(x *tampering) { x.acts = append(x.acts, x.acts[len(x.acts)-1]) }),
		leafOnly("two acts of a matter exchanged", "chain.gap", func(x *tampering) {
			i := x.find("meeting.recorded", 0)
			j := i + 1
			for x.acts[j].Matter != x.acts[i].Matter {
				j++
			}
			swap(i, j)(x)
		}),
		leafOnly("the first act of a matter removed", "chain.gap", func(x *tampering) { remove(x, x.find(act.Started, 1)) }),
		leafOnly("acts of another subdistrict replayed", "chain.twice", func(x *tampering) {
			for _, a := range x.other.acts {
				if a.Matter == 2 {
					x.acts = append(x.acts, a)
				}
			}
		}),
		leafOnly("a matter of another subdistrict replayed as one more", "mandate.unknown", func(x *tampering) {
			for _, a := range x.other.acts {
				if a.Matter == 1 {
					a.Matter = 500
					a.Recorded, a.At = x.acts[len(x.acts)-1].Recorded, x.acts[len(x.acts)-1].Recorded
					a.By.Mandate += "0"
					x.acts = append(x.acts, a)
				}
			}
			x.relink()
		}),
	}
}

// hashes makes each act's own hash right, not the chain.
func (x *tampering) hashes() {
	for i := range x.acts {
		if err := x.acts[i].Seal(x.acts[i].Prev); err != nil {
			panic(err)
		}
	}
}

// lastAct is the last act of a matter.
func (x *tampering) lastAct() *act.Act {
	for i := len(x.acts) - 1; i >= 0; i-- {
		if x.acts[i].Matter != act.House {
			return &x.acts[i]
		}
	}
	panic("no matter")
}

func insideMutations() []mutation {
	return []mutation{
		insider("a step entered without the one before", "method.order", func(x *tampering) { remove(x, x.find(act.Ended, 0)) }),
		insider("a meeting never held", "method.order", func(x *tampering) {
			i := x.find("meeting.recorded", 0)
			m, s := x.acts[i].Matter, x.acts[i].Step
			x.acts = slices.DeleteFunc(x.acts, func(a act.Act) bool { return a.Matter == m && a.Step == s })
		}),
		insider("confirmed by whoever recorded it", "mandate.mismatch", func(x *tampering) {
			i := x.find("meeting.confirmed", 0)
			x.acts[i].By.Person = x.acts[x.find("meeting.recorded", 0)].By.Person
		}),
		insider("confirmed by whoever recorded it, in their own role", "method.role", func(x *tampering) {
			i := x.find("meeting.confirmed", 0)
			by := x.acts[x.find("meeting.recorded", 0)].By
			for j := range x.acts {
				if x.acts[j].Submission == x.acts[i].Submission {
					x.acts[j].By = by
				}
			}
		}),
		insider("done in a role that was not asked", "method.role", func(x *tampering) {
			i := x.find("notice.posted", 0)
			x.acts[i].By = x.acts[x.find("meeting.recorded", 0)].By
			x.acts[i].By.Role = "street_office"
			x.grant(i)
		}),
		insider("under a mandate that was never given", "mandate.unknown", func(x *tampering) { x.acts[x.find("notice.posted", 0)].By.Mandate = "0000000000000000" }),
		insider("the mandate removed from the house's book", "mandate.unknown", func(x *tampering) {
			id := x.acts[x.find("notice.posted", 0)].By.Mandate
			x.acts = slices.DeleteFunc(x.acts, func(a act.Act) bool { return a.Kind == "mandate.given" && strings.Contains(string(a.Body), id) })
		}),
		insider("the mandate ended before", "mandate.dates", func(x *tampering) {
			id := x.acts[x.find("notice.posted", 0)].By.Mandate
			for i, a := range x.acts {
				if a.Kind == "mandate.given" && strings.Contains(string(a.Body), id) {
					x.body(i, func(b map[string]any) { b["ends"] = b["starts"] })
				}
			}
		}),
		insider("the mandate recalled before", "mandate.dates", func(x *tampering) {
			i := x.find("notice.posted", 0)
			at := slices.IndexFunc(x.acts, func(a act.Act) bool {
				return a.Kind == "mandate.given" && strings.Contains(string(a.Body), x.acts[i].By.Mandate)
			})
			a := x.acts[at]
			a.Kind = "mandate.recalled"
			x.acts = slices.Insert(x.acts, at+1, a)
			x.body(at+1, func(b map[string]any) { b["ends"] = b["starts"] })
		}),
		insider("the notice taken down a day early", "method.clock", func(x *tampering) { x.early("notice.posted") }),
		insider("a notice back-dated with all before it", "method.early", func(x *tampering) {
			i := x.find("notice.posted", 0)
			for j := range i + 1 {
				if x.acts[j].Matter == x.acts[i].Matter {
					shift(&x.acts[j].At, -day)
				}
			}
		}),
		insider("the clock's act put to somebody's name", "method.deadline", func(x *tampering) {
			i := x.after("notice.posted")
			x.acts[i].By = x.acts[x.find("notice.posted", 0)].By
		}),
		insider("an end that the notice did not have", "method.body", func(x *tampering) {
			i := x.after("notice.posted")
			x.body(i, func(b map[string]any) { b["outcome"] = "contested" })
		}),
		insider("closed with another result", "method.body", func(x *tampering) {
			i := slices.IndexFunc(x.acts, func(a act.Act) bool {
				return a.Kind == act.Closed && strings.HasPrefix(a.Basis.Clause, "methods/renovation.yaml")
			})
			x.body(i, func(b map[string]any) { b["result"] = "abandoned" })
		}),
		insider("something done after the end", "method.after_end", func(x *tampering) {
			i := x.find(act.Closed, 0)
			a := x.acts[x.find("notice.posted", 0)]
			a.Matter, a.At, a.Recorded = x.acts[i].Matter, x.acts[i].At, x.acts[i].Recorded
			x.acts = slices.Insert(x.acts, i+1, a)
		}),
		insider("a clause of another step", "method.clause", func(x *tampering) {
			i := x.find("notice.posted", 0)
			x.acts[i].Basis.Clause = "methods/renovation.yaml#ballot"
		}),
		insider("a version that was never installed", "charter.unknown", func(x *tampering) { x.acts[x.find("notice.posted", 0)].Basis.Charter = act.Sum(nil) }),
		insider("the installation removed", "charter.unknown", func(x *tampering) { remove(x, x.find(act.Installed, 0)) }),
		insider("another version in the middle of a matter", "charter.switched", func(x *tampering) {
			x.acts[x.find("notice.posted", 0)].Basis.Charter = x.bring(other())
		}),
		insider("moved to another version by somebody who may not", "method.role", func(x *tampering) { x.move("contractor", other()) }),
		insider("moved from a version it did not go by", "method.move", func(x *tampering) {
			x.body(x.move(act.HouseItself, other()), func(b map[string]any) { b["from"] = b["to"] })
		}),
		insider("moved to weaker thresholds by a decision", "charter.broken", func(x *tampering) { x.move(act.HouseItself, weaker()) }),
		insider("a version used before it was installed", "charter.later", func(x *tampering) {
			i := x.find(act.Installed, 0)
			shift(&x.acts[i].At, 0)
			a := x.acts[i]
			remove(x, i)
			a.At, a.Recorded = x.acts[len(x.acts)-1].Recorded, x.acts[len(x.acts)-1].Recorded
			x.acts = append(x.acts, a)
		}),
		insider("a charter with other thresholds put under everything", "ballot.law_wrong", func(x *tampering) { x.under(stricter()) }),
		insider("a charter whose votes need less than the law put under everything", "charter.broken", func(x *tampering) { x.under(weaker()) }),
		insider("a charter that does not pass its check put under everything", "charter.broken", func(x *tampering) { x.under(broken()) }),
		insider("an open act withheld", "withheld.unduly", func(x *tampering) {
			i := x.find("meeting.recorded", 0)
			x.acts[i].Sealed = append(x.acts[i].Sealed, act.Commit(act.Blind, []byte("salt"), ""))
		}),
		insider("a household's answer disclosed", "withheld.unduly", func(x *tampering) { x.acts[x.find("ballot.cast", 0)].Sealed = nil }),
		insider("a matter begun by somebody who may not", "method.role", func(x *tampering) {
			i := x.find(act.Started, 0)
			for j := range x.acts {
				if x.acts[j].Submission == x.acts[i].Submission {
					x.acts[j].By.Role, x.acts[j].By.Mandate = "volunteer", "m-none"
				}
			}
			x.grant(i)
		}),
		insider("a matter begun by the clock, which begins none of the kind", "method.role", func(x *tampering) {
			i := x.begun("renovation", "")
			for j := range x.acts {
				if x.acts[j].Submission == x.acts[i].Submission {
					x.acts[j].By = act.By{Role: act.Clock}
				}
			}
		}),
		insider("a matter begun by the clock, which was told more than it is by", "method.role", func(x *tampering) {
			x.body(x.begun("road_patrol", act.Clock), func(b map[string]any) { b["facts"].(map[string]any)["weather"] = "rain" })
		}),
		insider("a matter of a method that is not there", "method.unknown", func(x *tampering) {
			x.body(x.find(act.Started, 0), func(b map[string]any) { b["method"] = "shortcut" })
		}),
		insider("a matter without a beginning", "method.start", func(x *tampering) { remove(x, x.find(act.Started, 0)) }),
	}
}

// under has everything done under another version of the charter.
func (x *tampering) under(packed []byte) {
	files, err := charter.Unpack(packed)
	if err != nil {
		panic(err)
	}
	c, _, err := charter.Load(files)
	if err != nil {
		panic(err)
	}
	for i := range x.acts {
		x.acts[i].Basis.Charter = c.Digest
	}
	x.body(x.find(act.Installed, 0), func(b map[string]any) { b["digest"] = c.Digest })
	x.files = fstest.MapFS{"charter/" + string(c.Digest) + ".zip": &fstest.MapFile{Data: packed}}
}

// grant gives whoever did act i the mandate for it, on the first day.
func (x *tampering) grant(i int) {
	at := x.find("mandate.given", 0)
	a := x.acts[at]
	by := &x.acts[i].By
	by.Mandate = "m-forged"
	for j := range x.acts {
		if x.acts[j].Submission == x.acts[i].Submission && x.acts[j].By.Role == by.Role {
			x.acts[j].By.Mandate = by.Mandate
		}
	}
	raw, err := json.Marshal(map[string]any{"mandate": by.Mandate, "person": by.Person, "role": by.Role, "starts": "2020-01-01"})
	if err != nil {
		panic(err)
	}
	a.Body = raw
	x.acts = slices.Insert(x.acts, at+1, a)
}

// install records another version right after the first.
func (x *tampering) install(digest act.Digest) {
	i := x.find(act.Installed, 0)
	a := x.acts[i]
	a.Basis.Charter = digest
	x.acts = slices.Insert(x.acts, i+1, a)
	x.body(i+1, func(b map[string]any) { b["digest"] = digest })
}

// bring puts a version into the bundle, installed right after the first.
func (x *tampering) bring(packed []byte) act.Digest {
	files, err := charter.Unpack(packed)
	if err != nil {
		panic(err)
	}
	digest, err := charter.Digest(files)
	if err != nil {
		panic(err)
	}
	x.files["charter/"+string(digest)+".zip"] = &fstest.MapFile{Data: packed}
	x.install(digest)
	return digest
}

// move has a matter go on under another version once its vote is counted and before the result is posted, and all that
// follows with it. It gives the place of the act.
func (x *tampering) move(role string, packed []byte) int {
	to := x.bring(packed)
	i := x.find("ballot.counted", 0)
	for of := x.acts[i].Matter; x.acts[i].Matter != of || x.acts[i].Kind != "notice.posted"; {
		i++
	}
	a := act.Act{
		Kind: act.Moved, Matter: x.acts[i].Matter, Tenant: x.acts[i].Tenant, At: x.acts[i].At, Recorded: x.acts[i].Recorded,
		By: act.By{Role: role}, Basis: act.Basis{Charter: to, Clause: "roles.yaml"},
	}
	raw, err := json.Marshal(act.Move{From: x.acts[i].Basis.Charter, To: to, Decision: "街道党工委会议决定"})
	if err != nil {
		panic(err)
	}
	a.Body = raw
	for j := i; j < len(x.acts); j++ {
		if x.acts[j].Matter == a.Matter {
			x.acts[j].Basis.Charter = to
		}
	}
	x.acts = slices.Insert(x.acts, i, a)
	return i
}

// after is what the clock did next in the matter of the first act of a kind.
func (x *tampering) after(kind string) int {
	i := x.find(kind, 0)
	for j := i + 1; j < len(x.acts); j++ {
		if x.acts[j].Matter == x.acts[i].Matter && x.acts[j].By.Role == act.Clock {
			return j
		}
	}
	panic("the clock did nothing after " + kind)
}

// early has the clock's next act and what it led to happen a day before it was due.
func (x *tampering) early(kind string) {
	i := x.after(kind)
	at := x.acts[i].At
	for j := i; j < len(x.acts); j++ {
		if x.acts[j].Matter == x.acts[i].Matter && x.acts[j].At.Equal(at) {
			shift(&x.acts[j].At, -day)
		}
	}
}

func voteMutations() []mutation {
	counted := func(change func(item map[string]any)) func(*tampering) {
		return func(x *tampering) {
			x.body(x.find("ballot.counted", 0), func(b map[string]any) { change(b["items"].([]any)[0].(map[string]any)) })
		}
	}
	more := func(axis, side string) func(map[string]any) {
		return func(item map[string]any) {
			heads := item[axis].(map[string]any)
			if n, ok := heads[side].(json.Number); ok {
				i, _ := n.Int64()
				heads[side] = i + 1
				return
			}
			heads[side] = "9" + heads[side].(string)
		}
	}
	opening := func(change func(b map[string]any)) func(*tampering) {
		return func(x *tampering) { x.body(x.find("ballot.opened", 0), change) }
	}
	// choice changes what one household voted, for the whole count to see.
	choice := func(x *tampering, nth int, to string) {
		x.body(x.find("ballot.cast", nth), func(b map[string]any) {
			c := b["choices"].(map[string]any)
			for k := range c {
				if c[k] == to {
					to = "no"
				}
				c[k] = to
			}
		})
	}
	return []mutation{
		insider("one vote more for it", "ballot.count_wrong", counted(more("heads", "yes"))),
		insider("one vote more against it", "ballot.count_wrong", counted(more("heads", "no"))),
		insider("more took part", "ballot.count_wrong", counted(more("heads", "participated"))),
		insider("a larger house", "ballot.count_wrong", counted(more("heads", "total"))),
		insider("a larger area for it", "ballot.count_wrong", counted(more("area", "yes"))),
		insider("another outcome in the certificate", "ballot.count_wrong", counted(func(item map[string]any) { item["outcome"] = "not_quorate" })),
		insider("a comparison that is not met", "ballot.count_wrong", counted(func(item map[string]any) {
			item["checks"].([]any)[0].(map[string]any)["met"] = false
		})),
		insider("another roll in the certificate", "ballot.count_other", func(x *tampering) {
			x.body(x.find("ballot.counted", 0), func(b map[string]any) { b["root"] = act.Sum(nil) })
		}),
		insider("another root of the receipts in the certificate", "ballot.receipts_wrong", func(x *tampering) {
			x.body(x.find("ballot.counted", 0), func(b map[string]any) { b["receipts"] = act.Sum(nil) })
		}),
		insider("a withheld ballot removed", "ballot.receipts_wrong", func(x *tampering) { remove(x, x.find("ballot.cast", 0)) }),
		insider("a withheld ballot changed", "ballot.receipts_wrong", func(x *tampering) { choice(x, 0, "yes") }),
		insider("a ballot stuffed in after the count", "ballot.receipts_wrong", func(x *tampering) {
			i := x.find("ballot.cast", 0)
			x.acts = slices.Insert(x.acts, i, x.acts[i])
		}),
		insider("another question in the certificate", "ballot.count_other", counted(func(item map[string]any) { item["item"] = "sell_the_land" })),
		insider("the step ends otherwise than its certificate", "ballot.outcome_wrong", func(x *tampering) {
			x.body(x.endOf("ballot.counted"), func(b map[string]any) { b["outcome"] = "not_quorate" })
		}),
		insider("other figures at the end of the step", "ballot.facts_wrong", func(x *tampering) {
			x.body(x.endOf("ballot.counted"), func(b map[string]any) { b["facts"].(map[string]any)["cast_heads"] = 1 })
		}),
		insider("ended without a count", "ballot.no_count", func(x *tampering) { remove(x, x.find("ballot.counted", 0)) }),
		insider("an area on the roll", "ballot.root_wrong", opening(func(b map[string]any) {
			b["roll"].([]any)[0].(map[string]any)["area"] = 1
		})),
		insider("an owner on the roll", "ballot.root_wrong", opening(func(b map[string]any) {
			b["roll"].([]any)[0].(map[string]any)["owners"] = []string{"person/somebody"}
		})),
		insider("a flat off the roll", "ballot.root_wrong", opening(func(b map[string]any) { b["roll"] = b["roll"].([]any)[1:] })),
		insider("another root of the roll", "ballot.root_wrong", opening(func(b map[string]any) { b["root"] = act.Sum(nil) })),
		insider("the roll's total", "ballot.total_wrong", opening(func(b map[string]any) { b["heads"] = 1 })),
		insider("a lower threshold", "ballot.law_wrong", opening(func(b map[string]any) {
			b["rules"].([]any)[0].(map[string]any)["pass"].(map[string]any)["heads"] = "over 1/10"
		})),
		insider("a rule left out", "ballot.law_wrong", opening(func(b map[string]any) { b["proxy_limit"] = 99 })),
		insider("a shorter vote", "ballot.closes_wrong", opening(func(b map[string]any) { b["closes"] = "2025-12-01T16:00:00Z" })),
		auditor("one household's ballot, and the root of the receipts", "ballot.recount_wrong", func(x *tampering) { choice(x, 0, "yes"); x.receipts() }),
		auditor("a ballot removed, and its receipt", "ballot.recount_wrong", func(x *tampering) { remove(x, x.find("ballot.cast", 0)); x.receipts() }),
		auditor("a ballot after the close", "method.deadline", func(x *tampering) {
			i := x.find("ballot.cast", 0)
			a := x.acts[i]
			closes := x.after("ballot.cast")
			a.At, a.Recorded = x.acts[closes].At, x.acts[closes].Recorded
			x.acts = slices.Insert(x.acts, closes, a)
		}),
		mutation{"opened: a ballot's file edited", "chain.opened", func(x *tampering) {
			x.opened = true
			x.rebuild()
			x.file(verify.Opened(x.acts[x.find("ballot.cast", 0)]), func(b []byte) []byte { return bytes.Replace(b, []byte(`"yes"`), []byte(`"no"`), 1) })
		}},
		mutation{"opened: another household's ballot shown", "chain.opened", func(x *tampering) {
			x.opened = true
			x.rebuild()
			a, b := verify.Opened(x.acts[x.find("ballot.cast", 0)]), verify.Opened(x.acts[x.find("ballot.cast", 1)])
			x.files[a], x.files[b] = x.files[b], x.files[a]
		}},
	}
}

// receipts has the first count agree with the ballots as they are now.
func (x *tampering) receipts() {
	x.relink()
	i := x.find("ballot.counted", 0)
	var came []string
	for _, a := range x.acts {
		if a.Matter == x.acts[i].Matter && (a.Kind == "ballot.cast" || a.Kind == "ballot.entered") && a.Seq < x.acts[i].Seq {
			came = append(came, string(a.Hash)+"\n")
		}
	}
	slices.Sort(came)
	x.body(i, func(b map[string]any) { b["receipts"] = act.Sum([]byte(strings.Join(came, ""))) })
}

func (x *tampering) endOf(kind string) int {
	i := x.find(kind, 0)
	for x.acts[i].Kind != act.Ended {
		i++
	}
	return i
}

func keyMutations() []mutation {
	stranger := func(x *tampering) tlog.Key {
		k, err := tlog.NewKey(bytes.Repeat([]byte{7}, 32), x.key.Signer.Name())
		if err != nil {
			panic(err)
		}
		return k
	}
	named := func(x *tampering, k tlog.Key) {
		x.body(x.find(act.LogOpened, 0), func(b map[string]any) { b["key"] = k.Public })
	}
	hand := func(x *tampering, before, sign string) {
		a := x.acts[x.find(act.LogOpened, 0)]
		k := stranger(x)
		raw, err := json.Marshal(act.KeyGiven{Origin: x.key.Signer.Name(), Key: k.Public, Before: before, Signed: sign})
		if err != nil {
			panic(err)
		}
		a.Kind, a.Body = act.LogKey, raw
		x.acts = slices.Insert(x.acts, x.find(act.LogOpened, 0)+1, a)
		x.key = k
	}
	quiet := func(x *tampering) { // a change that breaks no rule: only who remembers can tell
		x.remember()
		x.body(x.find("register.changed", 0), func(b map[string]any) { b["change"] = "another" })
	}
	return []mutation{
		{"signed by another key", "checkpoint.signature", func(x *tampering) { x.key = stranger(x); x.rebuild() }},
		insider("a log of one's own under the same name", "key.stranger", func(x *tampering) {
			x.opts.Key, x.key = x.key.Public, stranger(x)
			named(x, x.key)
			quiet(x)
		}),
		insider("a key that the one before has not named", "key.handover", func(x *tampering) { hand(x, x.key.Public, "") }),
		insider("a handing over signed by the new key itself", "key.handover", func(x *tampering) {
			k := stranger(x)
			s, err := k.HandOver(k.Public)
			if err != nil {
				panic(err)
			}
			hand(x, x.key.Public, s)
		}),
		insider("a key that follows none", "key.order", func(x *tampering) { hand(x, "", "") }),
		insider("no key on record", "key.none", func(x *tampering) { remove(x, x.find(act.LogOpened, 0)) }),
		insider("the old key signs on after it was changed", "checkpoint.signature", func(x *tampering) {
			old := x.key
			s, err := old.HandOver(stranger(x).Public)
			if err != nil {
				panic(err)
			}
			hand(x, old.Public, s)
			x.key = old
		}),
		insider("rewritten within the rules, signed by the same key", "since.root", quiet),
		insider("a fork: something added in the middle", "since.root", func(x *tampering) {
			x.remember()
			i := x.find("register.changed", 0)
			x.acts = slices.Insert(x.acts, i, x.acts[i])
		}),
		insider("cut off behind what was on the wall", "since.shorter", func(x *tampering) {
			x.remember()
			x.acts = x.acts[:len(x.acts)/3]
			x.closeBooks()
		}),
		{"the paper on the wall is not this log's", "since.origin", func(x *tampering) {
			x.opts.Since = signed(tlog.Checkpoint{Origin: "gongzhi/elsewhere/00000000", Size: 1}, x.other.key)
		}},
		{"the paper on the wall is signed by nobody", "since.signature", func(x *tampering) {
			x.opts.Since = lines(func(l []string) []string { return append(l[:4], "") })(x.own.old)
		}},
		{"the paper on the wall is something else", "since.form", func(x *tampering) { x.opts.Since = []byte("a notice") }},
		{"the bundle of another subdistrict", "key.stranger", func(x *tampering) {
			x.opts.Key = x.key.Public
			x.files = x.other.public
		}},
		{"a witness that did not sign", "witness.signature", func(x *tampering) {
			x.opts.Witnesses = []string{tlog.WitnessKey("witness", ed25519.NewKeyFromSeed(make([]byte, 32)).Public().(ed25519.PublicKey))}
		}},
		{"a witness's line over another checkpoint", "witness.signature", func(x *tampering) {
			key := ed25519.NewKeyFromSeed(make([]byte, 32))
			x.opts.Witnesses = []string{tlog.WitnessKey("witness", key.Public().(ed25519.PublicKey))}
			x.file("checkpoint", func(b []byte) []byte {
				return append(b, tlog.Cosign("witness", key, "another\n1\n\n", time.Unix(0, 0))...)
			})
		}},
	}
}

// closeBooks leaves out matters that were cut off in the middle of a move, so that only the cutting can be noticed.
func (x *tampering) closeBooks() {
	last := map[act.Matter]bool{}
	for _, a := range x.acts {
		last[a.Matter] = a.Kind == act.Closed
	}
	x.acts = slices.DeleteFunc(x.acts, func(a act.Act) bool { return a.Matter != act.House && !last[a.Matter] })
}

// tamper puts a town into somebody's hands; what they change is theirs.
func tamper(w, other town, kept *verify.Charters) *tampering {
	x := &tampering{files: maps.Clone(w.public), acts: make([]act.Act, len(w.acts)), key: w.key, opts: verify.Options{Charters: kept}, own: w, other: other}
	for i, a := range w.acts {
		a.Sealed = slices.Clone(a.Sealed)
		x.acts[i] = a
	}
	return x
}

// TestAMovedMatterIsFollowed: what was decided and recorded is no tampering.
func TestAMovedMatterIsFollowed(t *testing.T) {
	x := tamper(newTown(t, 2), newTown(t, 3), &verify.Charters{})
	x.move(act.HouseItself, other())
	x.relink()
	x.rebuild()
	x.sets(func(list []verify.Said) {
		for i := range list {
			list[i].Charter = x.acts[x.find(act.Installed, 1)].Basis.Charter
		}
	})
	r, err := verify.Bundle(x.files, x.opts)
	if err != nil || !r.Good() {
		t.Errorf("%+v, %v", r, err)
	}
}

// Every kind of tampering is caught, and under the name it should have; the untouched bundle passes.
func TestMutations(t *testing.T) {
	w, other := newTown(t, 2), newTown(t, 3)
	kept := &verify.Charters{}
	for name, files := range map[string]fstest.MapFS{"public": w.public, "opened": w.opened} {
		r, err := verify.Bundle(files, verify.Options{Since: w.old, Key: w.key.Public, Charters: kept})
		if err != nil || !r.Good() || !r.Trusted {
			t.Fatalf("the untouched %s bundle: %+v, %v", name, r, err)
		}
		if name == "opened" && (r.Recount != r.Votes || r.Votes == 0) {
			t.Errorf("of %d votes %d were recounted", r.Votes, r.Recount)
		}
	}
	list := mutations()
	if len(list) < 60 {
		t.Errorf("only %d kinds of tampering", len(list))
	}
	seen := map[string]bool{}
	for i, m := range list {
		if seen[m.name] {
			t.Errorf("%q stands twice", m.name)
		}
		seen[m.name] = true
		if testing.Short() && i%10 != 0 { // where the database or the race detector is what is tested
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			x := tamper(w, other, kept)
			m.do(x)
			r, err := verify.Bundle(x.files, x.opts)
			switch {
			case m.want == "" && err != nil:
			case err != nil:
				t.Errorf("it could not be tried: %v", err)
			case r.Good():
				t.Error("it slipped through")
			case r.Findings[0].Code != m.want:
				t.Errorf("it is called %+v, not %s", r.Findings[0], m.want)
			}
		})
	}
}
