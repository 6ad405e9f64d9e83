package step

// Rating is what a thing was given: its stars, one for each dimension in the order of the file.
type Rating struct {
	Month string // "2026-11", of which it is; empty where the file names no month
	Score int64
	Of    int64
	Stars []Star
}

// Star is lit or not.
type Star struct {
	Item

	Lit bool
}

// Rater is a step that rates by stars.
type Rater interface {
	// Rating reads one from the facts of its matter and those the step ended with; ok is false where there is none.
	Rating(matter, ended map[string]any) (Rating, bool)
}
