package indicator

// Publish is what may stand in a public figure over the matters of one month, and how many matters are left out of it.
//
// counts are all of them as of the figure's cut-off; of the private ones only their number is used. settled are those that
// were on record at the end of the month, as they stood then; none while it runs. Anybody can count the public matters behind
// a figure; what is more in it tells of the private ones. So they stand in every figure as they stood at that one instant,
// whatever becomes of them: two figures of two days differ by all of them or by none. And they are counted in only where, in
// every group that has any, there are at least so many: of fewer a figure would tell how this or that one was dealt with, in
// its own group or by what the groups lack of the whole. Else none of them is counted anywhere.
func Publish(counts, settled []Count, fewest int) (public []Count, left int64) {
	for _, c := range counts {
		if c.Private {
			left += c.N
		} else {
			public = append(public, c)
		}
	}
	groups, all := map[string]int64{}, int64(0)
	for _, c := range settled {
		if c.Private && c.N > 0 {
			groups[c.Group] += c.N
			all += c.N
		}
	}
	for _, n := range groups {
		if n < int64(fewest) {
			return public, left
		}
	}
	for _, c := range settled {
		if c.Private {
			public = append(public, c)
		}
	}
	return public, left - all
}

// Hidden are the private ones among counts, for the one line that stands for them behind a figure.
func Hidden(counts []Count) (out []Count) {
	for _, c := range counts {
		if c.Private {
			out = append(out, c)
		}
	}
	return out
}
