package ballot

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/exact"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// Assist is help with voting. Who helped with a paper is on the paper; who votes online says what kind of help there was.
// Help is no fault, and none of it changes the count; it is recorded so that it can be looked at.
type Assist struct {
	By     []string    `yaml:"by"`               // roles of those who may help with a paper; a helper never types it in
	Online []step.Item `yaml:"online,omitempty"` // kinds of help to choose from
	Watch  []Watch     `yaml:"watch,omitempty"`
}

// Watch says what is listed to be looked into: one helper, or one browser, with so many households behind it, and, where
// they are given, in so long a time, and with more than this share of all who took part.
type Watch struct {
	Of     string          `yaml:"of"` // helper or device
	Heads  int             `yaml:"heads"`
	Within step.Span       `yaml:"within,omitempty"` // hours or days
	Share  exact.Threshold `yaml:"share,omitempty"`
}

const (
	ofHelper = "helper"
	ofDevice = "device"
)

func (b *Ballot) checkAssist(c *step.Checker) {
	a := b.Assist
	if len(a.By) > 0 {
		c.Roles(a.By, "assist", "by")
		if len(b.Paper.By) == 0 {
			c.Error("ballot.no_paper", text.Args{"What": "assist.by"}, "assist", "by")
		}
	}
	if len(a.Online) > 0 {
		c.Items(a.Online, "assist", "online")
	}
	for i, w := range a.Watch {
		timed := w.Within.IsZero() || w.Within.Unit == step.Hours || w.Within.Unit == step.Days
		if w.Of != ofHelper && w.Of != ofDevice || w.Heads < 2 || !timed || w.Of == ofHelper && len(a.By) == 0 {
			c.Error("ballot.watch", nil, "assist", "watch", i)
		}
	}
}

// watches tells whether a rule of that kind is in force.
func (b *Ballot) watches(of string) bool {
	return slices.ContainsFunc(b.Assist.Watch, func(w Watch) bool { return w.Of == of })
}

// onlineHelp asks a voter whether somebody helped. It has no answer for "nobody": that is the empty one.
func (b *Ballot) onlineHelp() (fields step.Fields) {
	if len(b.Assist.Online) == 0 {
		return nil
	}
	f := step.Field{Key: "helped", Label: text.Named("ballot.helped"), Hint: text.Named("ballot.helped_hint"), Type: step.ChoiceType, Audience: step.Public}
	for _, x := range b.Assist.Online {
		f.Options = append(f.Options, step.Option{Value: x.Key, Label: x.Name})
	}
	return step.Fields{f}
}

// paperHelp asks whose hand helped to fill in a sheet.
func (b *Ballot) paperHelp() step.Fields {
	if len(b.Assist.By) == 0 {
		return nil
	}
	return step.Fields{{Key: "helper", Label: text.Named("ballot.helper"), Hint: text.Named("ballot.helper_hint"), Type: step.PersonType, Roles: b.Assist.By, Audience: step.Public}}
}

// voted is one household's ballot as far as help goes.
type voted struct {
	head   vote.HeadID
	at     time.Time
	device string
	kind   string // of help, as the voter said
}

// Help is who helped whom so far, and what stands out by the charter's rules.
func (b *Ballot) Help(v step.View) step.Help { return b.help(v.State.(*state)) }

func (b *Ballot) help(st *state) step.Help {
	out := step.Help{Watched: len(b.Assist.Watch) > 0, Asked: len(b.Assist.By)+len(b.Assist.Online) > 0}
	if st.Tally == nil {
		return out
	}
	f := st.Tally.Figures()
	out.Voted = int(f.Total.Heads) - f.SilentHeads
	helpers, devices, heads := map[string][]voted{}, map[string][]voted{}, map[vote.HeadID]bool{}
	online := map[vote.HeadID]bool{}
	for _, c := range st.Online {
		if c.device != "" {
			devices[c.device] = append(devices[c.device], c)
		}
		if c.kind != "" {
			heads[c.head], online[c.head] = true, true
		}
	}
	for _, e := range st.Entries {
		head, ok := st.Roll.HeadOf(e.First.Part)
		if e.First.Helper == "" || !ok || e.Standing == void {
			continue
		}
		who := string(e.First.Helper)
		heads[head.ID] = true
		helpers[who] = append(helpers[who], voted{head: head.ID, at: e.Received})
	}
	out.Heads, out.Online = len(heads), len(online)
	for who, list := range helpers {
		out.Helpers = append(out.Helpers, step.Helper{Who: act.Person(who), Heads: distinct(list)})
	}
	slices.SortFunc(out.Helpers, func(a, b step.Helper) int { return cmp.Or(b.Heads-a.Heads, cmp.Compare(a.Who, b.Who)) })
	for _, w := range b.Assist.Watch {
		behind := helpers
		if w.Of == ofDevice {
			behind = devices
		}
		for _, key := range slices.Sorted(maps.Keys(behind)) {
			if odd, ok := w.look(behind[key], out.Voted); ok {
				odd.Of = w.Of
				if w.Of == ofHelper {
					odd.Who = act.Person(key)
				}
				out.Odd = append(out.Odd, odd)
			}
		}
	}
	return out
}

func distinct(list []voted) int {
	heads := map[vote.HeadID]bool{}
	for _, x := range list {
		heads[x.head] = true
	}
	return len(heads)
}

// look finds the fullest stretch of time behind one helper or browser, and whether the rule lists it.
func (w Watch) look(list []voted, all int) (odd step.Odd, ok bool) {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b voted) int { return a.at.Compare(b.at) })
	for i := range list {
		end := len(list)
		if !w.Within.IsZero() {
			until, _ := w.Within.End(&calendar.Calendar{}, list[i].at)
			for end = i + 1; end < len(list) && list[end].at.Before(until); end++ {
			}
		}
		if n := distinct(list[i:end]); n > odd.Heads {
			odd = step.Odd{Heads: n, Within: w.Within, From: list[i].at, Until: list[end-1].at}
			for _, x := range list[i:end] {
				if x.kind != "" {
					odd.Said++
				}
			}
		}
		if w.Within.IsZero() {
			break
		}
	}
	if w.Share.Den != 0 {
		odd.Share = true
		ok = w.Share.Met(uint64(min(odd.Heads, all)), uint64(all)) // some who were helped may have a ballot that does not stand
	} else {
		ok = true
	}
	return odd, ok && odd.Heads >= w.Heads
}
