// Package exact holds the quantities that decide things: areas, shares, thresholds and money.
//
// In: text as people write it (full-width digits, thousands commas, 平方米) or integers. Out: integers, fractions and
// yes or no. There is no floating point here and nothing is ever rounded to make a decision; only [Percent] and
// [Mu.Area] round, for the eye, and say so.
package exact
