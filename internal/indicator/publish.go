package indicator

// Publish is what of counts may stand in a public figure, and how many matters are left out of it.
//
// Anybody can count the public matters behind a figure; what is more in it tells of the private ones. So they are counted
// in only where, in every group that has any, there are at least so many: of fewer a figure would tell how this or that
// one was dealt with, in its own group or by what the groups lack of the whole. Else none of them is counted anywhere.
func Publish(counts []Count, fewest int) (public []Count, left int64) {
	private := map[string]int64{}
	for _, c := range counts {
		if c.Private && c.N > 0 {
			private[c.Group] += c.N
		}
	}
	enough := true
	for _, n := range private {
		enough = enough && n >= int64(fewest)
		left += n
	}
	if enough {
		return counts, 0
	}
	for _, c := range counts {
		if !c.Private {
			public = append(public, c)
		}
	}
	return public, left
}
