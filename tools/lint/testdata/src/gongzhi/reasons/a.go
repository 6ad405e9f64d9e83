package reasons

func f() {
	/* want "reasons: write" */ //nolint:errcheck
	/* want "reasons: write" */ //nolint
	//nolint:errcheck // a reason
}
