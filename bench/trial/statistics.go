package trial

import (
	"math"
	"slices"
)

// Median is the middle value, or the mean of the two middle ones.
func (s Series) Median() float64 {
	sorted := slices.Sorted(slices.Values(s.Values))
	n := len(sorted)
	switch {
	case n == 0:
		return math.NaN()
	case n%2 == 1:
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// P95 is the smallest value that at least 95 % of all do not exceed.
func (s Series) P95() float64 {
	if len(s.Values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(s.Values))
	return sorted[int(math.Ceil(0.95*float64(len(sorted))))-1]
}
