// Package verify recomputes a public bundle of the log from nothing but itself.
//
// In: the files of a bundle, and whatever the reader trusts already: a key, an older checkpoint. Out: a report that
// names every place that does not add up, the first first: chain, tree, signature, method, tally, outcome, indicators. It opens no
// database and asks no network; the rules of the charter in the bundle are run by the packages that the house runs them
// by, so there is no second formula. What is withheld from the public can not all be worked out again; the report says
// what that was instead of passing it over.
package verify

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/mod/sumdb/note"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"gongzhi/internal/act"
	"gongzhi/internal/tlog"
)

// Options are what the reader brings along.
type Options struct {
	Key       string    // verifier key that is trusted; default the one that the bundle names itself, which proves less
	Since     []byte    // an older signed checkpoint
	Witnesses []string  // keys of witnesses, whose signatures are looked at where they stand
	Charters  *Charters // those that were loaded for another bundle; default none
}

// Layer orders findings: what stands first explains what follows.
type Layer int

const (
	Files Layer = iota + 1
	Chain
	Tree
	Signature
	Method
	Tally
	Figures
)

// Finding is one place that does not add up.
type Finding struct {
	Layer  Layer      `json:"-"`
	Code   string     `json:"code"`
	File   string     `json:"file,omitempty"`
	Leaf   int64      `json:"leaf"` // -1 where it is about none
	Matter act.Matter `json:"matter,omitempty"`
	Seq    int64      `json:"act,omitempty"`
	Why    string     `json:"why,omitempty"`
}

// Report is what was found and how far it reached.
type Report struct {
	Origin   string    `json:"origin"`
	Key      string    `json:"key"`
	Trusted  bool      `json:"key_trusted"` // the key was given by the reader
	Size     int64     `json:"size"`
	Root     string    `json:"root"`
	Matters  int       `json:"matters"`
	Rerun    int       `json:"acts_recomputed"`
	Given    int       `json:"acts_as_submitted"`
	Taken    int       `json:"acts_taken"` // rest on registers or withheld answers
	Withheld int       `json:"acts_withheld"`
	Votes    int       `json:"votes"`
	Recount  int       `json:"votes_recounted"` // every ballot was there
	Private  int       `json:"private_matters"` // of which every content is withheld here
	Figures  int       `json:"figures"`         // numerators and denominators of indicators
	Bounded  int       `json:"figures_bounded"` // of those: private matters or registers decide, so that only bounds follow
	Witness  []string  `json:"witnesses"`
	Since    int64     `json:"since,omitempty"`
	Findings []Finding `json:"findings"`
}

// Good tells whether nothing was found.
func (r Report) Good() bool { return len(r.Findings) == 0 }

// leaf is what is kept of one entry: the acts of ten years do not lie in memory, each is read again where it is needed.
type leaf struct {
	hash    xtlog.Hash
	matter  act.Matter
	seq     int64
	at      time.Time
	charter act.Digest
	bad     bool
	opened  bool // its act lies beside it, and is the right one
}

type verifier struct {
	files   fs.FS
	opts    Options
	report  Report
	used    map[string]bool
	leaves  []leaf
	tiles   *lru.Cache[int, [][]byte] // of entries, those read last
	same    map[act.Digest]act.Digest // one string for each version, however many acts name it
	order   order
	newest  time.Time            // when the newest act was recorded
	counted []int                // leaves of counts of votes
	chains  map[act.Matter][]int // leaves by matter, in the order of the log
	keys    []act.KeyGiven
	house   house
	found   []found // what is measured of the matters
}

// tilesKept is how many tiles of entries are kept: the acts of one matter mostly lie in few.
const tilesKept = 128

// Bundle verifies. The error is for a bundle that cannot be tried at all: there is no checkpoint to say how large it is.
func Bundle(files fs.FS, opts Options) (Report, error) {
	v := &verifier{
		files: files, opts: opts, used: map[string]bool{}, same: map[act.Digest]act.Digest{}, order: order{heads: map[act.Matter]head{}}, chains: map[act.Matter][]int{},
	}
	v.tiles, _ = lru.New[int, [][]byte](tilesKept) // refuses no size above nothing
	v.report.Findings, v.report.Witness = []Finding{}, []string{}
	signed, err := fs.ReadFile(files, "checkpoint")
	if err != nil {
		return v.report, fmt.Errorf("verify: %w", err)
	}
	v.used["checkpoint"] = true
	text, _, _ := strings.Cut(string(signed), "\n\n")
	c, err := tlog.ReadCheckpoint(text + "\n")
	if err != nil {
		v.add(Signature, Finding{Code: "checkpoint.form", File: "checkpoint", Leaf: -1, Why: err.Error()})
		return v.report, nil
	}
	const most = 1 << 40
	if c.Size > most {
		return v.report, fmt.Errorf("verify: a log of %d entries", c.Size)
	}
	v.report.Origin, v.report.Size, v.report.Root = c.Origin, c.Size, c.Hex()
	v.entries(c)
	v.tree(c)
	v.readHouse()
	v.signature(signed, c)
	v.matters()
	v.derived()
	v.figures()
	v.extra()
	slices.SortStableFunc(v.report.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Layer, b.Layer), cmp.Compare(a.Leaf, b.Leaf))
	})
	return v.report, nil
}

func (v *verifier) add(l Layer, f Finding) {
	f.Layer = l
	v.report.Findings = append(v.report.Findings, f)
}

// at is a finding about one leaf.
func (v *verifier) at(l Layer, code string, n int, why string, args ...any) {
	v.add(l, Finding{Code: code, Leaf: int64(n), Matter: v.leaves[n].matter, Seq: v.leaves[n].seq, Why: fmt.Sprintf(why, args...)})
}

func (v *verifier) read(l Layer, path string) []byte {
	v.used[path] = true
	raw, err := fs.ReadFile(v.files, path)
	if err != nil {
		v.add(l, Finding{Code: "bundle.missing", File: path, Leaf: -1})
		return nil
	}
	return raw
}

const width = 1 << tlog.Height

// entries reads every leaf, and beside it what a leaf could not hold, and follows the chains through them.
func (v *verifier) entries(c tlog.Checkpoint) {
	for n := int64(0); n*width < c.Size; n++ {
		w := int(min(width, c.Size-n*width))
		path := tlog.TilePath(-1, n, w)
		raw := v.read(Files, path)
		list, err := tlog.SplitEntries(raw)
		if raw != nil && (err != nil || len(list) != w) {
			v.add(Files, Finding{Code: "entries.count", File: path, Leaf: n * width, Why: fmt.Sprintf("%d entries of %d", len(list), w)})
		}
		for i := range w {
			if i >= len(list) {
				v.leaves = append(v.leaves, leaf{bad: true, hash: xtlog.RecordHash(nil)})
				continue
			}
			v.entry(list[i])
		}
	}
}

func (v *verifier) entry(raw []byte) {
	a, left, err := tlog.ReadLeaf(raw)
	n := len(v.leaves)
	if _, known := v.same[a.Basis.Charter]; !known {
		v.same[a.Basis.Charter] = a.Basis.Charter
	}
	v.leaves = append(v.leaves, leaf{hash: xtlog.RecordHash(raw), matter: a.Matter, seq: a.Seq, at: a.At, charter: v.same[a.Basis.Charter], bad: err != nil})
	if err != nil {
		v.add(Chain, Finding{Code: "leaf.form", Leaf: int64(n), Why: err.Error()})
		return
	}
	if left != "" {
		a = v.beside(n, a, left, raw)
	}
	if v.leaves[n].bad {
		return
	}
	if a.Recorded.After(v.newest) {
		v.newest = a.Recorded
	}
	if a.Kind == "ballot.counted" {
		v.counted = append(v.counted, n)
	}
	v.chain(n, a)
}

// act reads the act of a leaf again. A bundle that is changed meanwhile has nothing there any more.
func (v *verifier) act(n int) act.Act {
	l := v.leaves[n]
	tile := n / width
	list, kept := v.tiles.Get(tile)
	if !kept {
		raw := v.read(Files, tlog.TilePath(-1, int64(tile), min(width, len(v.leaves)-tile*width)))
		list, _ = tlog.SplitEntries(raw)
		v.tiles.Add(tile, list)
	}
	if n%width >= len(list) || xtlog.RecordHash(list[n%width]) != l.hash {
		return act.Act{Matter: l.matter, Seq: l.seq}
	}
	a, _, err := tlog.ReadLeaf(list[n%width])
	if err == nil && l.opened {
		hash := a.Hash
		raw, _ := fs.ReadFile(v.files, Opened(a))
		if act.Sum(raw) == hash && json.Unmarshal(raw, &a) == nil {
			a.Hash = hash
		}
	}
	return a
}

// Opened is the path of an act that is too large for its leaf, or that was withheld and is shown to an auditor.
func Opened(a act.Act) string { return fmt.Sprintf("act/%d/%d", a.Matter, a.Seq) }

// beside reads the act of a leaf that is without its body. A withheld one is usually not there.
func (v *verifier) beside(n int, of act.Act, left string, leaf []byte) act.Act {
	path := Opened(of)
	raw, err := fs.ReadFile(v.files, path)
	v.used[path] = true
	switch {
	case err != nil && left == tlog.Withheld:
		return of
	case err != nil:
		v.at(Files, "bundle.missing", n, "%s", path)
		v.leaves[n].bad = true
		return of
	}
	var a act.Act
	if act.Sum(raw) != of.Hash || json.Unmarshal(raw, &a) != nil {
		v.at(Chain, "chain.opened", n, "%s is not the act whose hash stands in the leaf", path)
		return of
	}
	a.Hash = of.Hash
	short, err := tlog.Leaf(a)
	if err != nil || !bytes.Equal(short, leaf) {
		v.at(Chain, "chain.opened", n, "%s and its leaf disagree", path)
		return of
	}
	v.leaves[n].opened = true
	return a
}

// tree holds the leaves against the tiles, the tiles against each other, and their root against the checkpoint.
func (v *verifier) tree(c tlog.Checkpoint) {
	below := make([]xtlog.Hash, len(v.leaves))
	for n, l := range v.leaves {
		below[n] = l.hash
	}
	root := rootOf(below)
	for level := 0; len(below) > 0; level++ {
		for n := 0; n*width < len(below); n++ {
			w := min(width, len(below)-n*width)
			path := tlog.TilePath(level, int64(n), w)
			v.tile(path, level, n*width, below[n*width:n*width+w])
		}
		var above []xtlog.Hash
		for n := range len(below) / width {
			above = append(above, rootOf(below[n*width:(n+1)*width]))
		}
		below = above
	}
	if root != c.Root {
		v.add(Tree, Finding{Code: "tree.root", Leaf: -1, Why: fmt.Sprintf("the entries give %s, the checkpoint says %s", tlog.Checkpoint{Root: root}.Hex(), c.Hex())})
	}
}

func (v *verifier) tile(path string, level, first int, want []xtlog.Hash) {
	raw := v.read(Files, path)
	if raw == nil {
		return
	}
	if len(raw) != len(want)*xtlog.HashSize {
		v.add(Tree, Finding{Code: "tree.tile", File: path, Leaf: -1, Why: fmt.Sprintf("%d bytes", len(raw))})
		return
	}
	for i, h := range want {
		if bytes.Equal(raw[i*xtlog.HashSize:(i+1)*xtlog.HashSize], h[:]) {
			continue
		}
		if level > 0 {
			v.add(Tree, Finding{Code: "tree.tile", File: path, Leaf: -1, Why: fmt.Sprintf("hash %d is not that of the tile below", i)})
			return
		}
		v.at(Tree, "tree.leaf", first+i, "%s has another hash for this entry", path)
		return
	}
}

// rootOf is the root over hashes of one level, as RFC 6962 defines it.
func rootOf(h []xtlog.Hash) xtlog.Hash {
	switch len(h) {
	case 0:
		root, _ := xtlog.TreeHash(0, nil)
		return root
	case 1:
		return h[0]
	}
	k := 1
	for k*2 < len(h) {
		k *= 2
	}
	return xtlog.NodeHash(rootOf(h[:k]), rootOf(h[k:]))
}

// tolerance is how far the clocks of several servers of one log may be apart.
const tolerance = 10 * time.Minute

// order is how far the chains have been followed.
type order struct {
	heads  map[act.Matter]head
	latest time.Time
	tenant act.Tenant
}

// head is what the next act of a matter has to follow from.
type head struct {
	seq          int64
	hash         act.Digest
	at, recorded time.Time
}

// chain holds an act against the one before it of its matter, and its instants against those of all.
func (v *verifier) chain(n int, a act.Act) {
	o := &v.order
	if o.tenant == 0 {
		o.tenant = a.Tenant
	}
	before := o.heads[a.Matter]
	switch {
	case a.Tenant != o.tenant:
		v.at(Chain, "chain.tenant", n, "tenant %d in the log of tenant %d", a.Tenant, o.tenant)
		return
	case a.Seq <= before.seq:
		v.at(Chain, "chain.twice", n, "act %d of matter %d stands here again", a.Seq, a.Matter)
		return
	case a.Seq != before.seq+1:
		v.at(Chain, "chain.gap", n, "act %d of matter %d follows act %d", a.Seq, a.Matter, before.seq)
	case a.Prev != before.hash:
		v.at(Chain, "chain.prev", n, "it does not follow from act %d as that stands in the log", before.seq)
	}
	switch {
	case a.Recorded.Before(a.At):
		v.at(Chain, "time.ahead", n, "done at %s, recorded before", stamp(a.At))
	case a.At.Before(a.Made):
		v.at(Chain, "time.ahead", n, "made at %s by its own word, done before", stamp(a.Made))
	case a.Recorded.Before(before.recorded) || a.At.Before(before.at):
		v.at(Chain, "time.back", n, "act %d before it is of %s", before.seq, stamp(before.at))
	case a.Recorded.Before(o.latest.Add(-tolerance)):
		v.at(Chain, "time.back", n, "recorded %s, but stands behind what was recorded %s", stamp(a.Recorded), stamp(o.latest))
	}
	if a.Recorded.After(o.latest) {
		o.latest = a.Recorded
	}
	o.heads[a.Matter] = head{a.Seq, a.Hash, a.At, a.Recorded}
	v.chains[a.Matter] = append(v.chains[a.Matter], n)
}

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// signature looks at who signed the checkpoint, and whether an older one is the beginning of this log.
func (v *verifier) signature(signed []byte, c tlog.Checkpoint) {
	key := v.follow()
	v.report.Key = key
	verifiers := []note.Verifier{}
	if k, err := note.NewVerifier(key); err == nil {
		verifiers = append(verifiers, k)
		if k.Name() != c.Origin {
			v.add(Signature, Finding{Code: "checkpoint.origin", File: "checkpoint", Leaf: -1, Why: "the key is that of " + k.Name()})
		}
	}
	if len(verifiers) == 0 {
		v.add(Signature, Finding{Code: "key.none", Leaf: -1})
		return
	}
	if _, _, err := tlog.OpenCheckpoint(signed, verifiers...); err != nil {
		v.add(Signature, Finding{Code: "checkpoint.signature", File: "checkpoint", Leaf: -1, Why: err.Error()})
	}
	for _, w := range v.opts.Witnesses {
		k, err := tlog.ReadWitness(w)
		if err != nil {
			v.add(Signature, Finding{Code: "witness.key", Leaf: -1, Why: err.Error()})
			continue
		}
		if _, _, err := tlog.OpenCheckpoint(signed, k); err != nil {
			v.add(Signature, Finding{Code: "witness.signature", File: "checkpoint", Leaf: -1, Why: k.Name()})
			continue
		}
		v.report.Witness = append(v.report.Witness, k.Name())
	}
	if v.opts.Since != nil {
		v.since(c)
	}
}

// follow goes from key to key as the log itself hands over, and gives the last. A key that the reader trusts must be
// among them: all that follow from it were named by it.
func (v *verifier) follow() string {
	last, trusted := "", v.opts.Key == ""
	for i, k := range v.keys {
		n := v.house.keyAt[i]
		switch {
		case i == 0 && k.Before != "" || i > 0 && (k.Before != last || v.act(n).Kind != act.LogKey):
			v.at(Signature, "key.order", n, "it follows %s", k.Before)
		case i > 0 && !tlog.HandedOver(k.Before, k.Key, k.Signed) && v.opts.Key != k.Key:
			v.at(Signature, "key.handover", n, "the key before has not named it")
			trusted = trusted && v.opts.Key == ""
		}
		last = k.Key
		trusted = trusted || last == v.opts.Key
	}
	v.report.Trusted = trusted && v.opts.Key != ""
	if !trusted {
		v.add(Signature, Finding{Code: "key.stranger", Leaf: -1, Why: "the log is signed by " + last})
	}
	return last
}

// since makes sure that the log of an older checkpoint is the beginning of this one.
func (v *verifier) since(c tlog.Checkpoint) {
	fail := func(code, why string) { v.add(Signature, Finding{Code: code, Leaf: -1, Why: why}) }
	var keys []note.Verifier
	for _, k := range v.keys {
		if key, err := note.NewVerifier(k.Key); err == nil {
			keys = append(keys, key)
		}
	}
	if v.opts.Key != "" {
		if key, err := note.NewVerifier(v.opts.Key); err == nil && !slices.ContainsFunc(v.keys, func(k act.KeyGiven) bool { return k.Key == v.opts.Key }) {
			keys = append(keys, key)
		}
	}
	text, _, _ := strings.Cut(string(v.opts.Since), "\n\n")
	old, err := tlog.ReadCheckpoint(text + "\n")
	if err != nil {
		fail("since.form", err.Error())
		return
	}
	v.report.Since = old.Size
	_, _, unsigned := tlog.OpenCheckpoint(v.opts.Since, keys...)
	switch {
	case old.Origin != c.Origin:
		fail("since.origin", old.Origin)
	case unsigned != nil:
		fail("since.signature", unsigned.Error())
	case old.Size > int64(len(v.leaves)):
		fail("since.shorter", fmt.Sprintf("%d entries then, %d now", old.Size, len(v.leaves)))
	default:
		hashes := make([]xtlog.Hash, old.Size)
		for n := range hashes {
			hashes[n] = v.leaves[n].hash
		}
		if rootOf(hashes) != old.Root {
			fail("since.root", fmt.Sprintf("the first %d entries are not those of then", old.Size))
		}
	}
}

// extra says what lies in the bundle and belongs to nothing in it.
func (v *verifier) extra() {
	err := fs.WalkDir(v.files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || v.used[path] || strings.HasSuffix(path, ".txt") && !strings.Contains(path, "/") {
			return err
		}
		v.add(Files, Finding{Code: "bundle.extra", File: path, Leaf: -1})
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		v.add(Files, Finding{Code: "bundle.missing", Leaf: -1, Why: err.Error()})
	}
}
