package vault

// Pass moves one page of sealed values to the present key, for those who keep them: move says whether a row was under
// another, after it has been written anew; at is where a row stands. It gives how many were moved and where to go on; next
// is empty after the last page, which has fewer rows than limit.
func Pass[T any](rows []T, limit int, at func(T) string, move func(T) (bool, error)) (next string, moved int, err error) {
	for _, r := range rows {
		was, err := move(r)
		if err != nil {
			return "", moved, err
		}
		if was {
			moved++
		}
	}
	if len(rows) == limit && limit > 0 {
		next = at(rows[limit-1])
	}
	return next, moved, nil
}
