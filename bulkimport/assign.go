package bulkimport

import "math"

// assign gives each row of weights at most one column, and each column to at most one row, so that
// the sum of the weights is greatest: greedy choices let one field take another's column. Pairs
// below suggestAt are not made. It is the Hungarian method with potentials, after e-maxx; -1 is no
// column.
func assign(weights [][]float64, columns int) []int {
	rows := len(weights)
	width := columns + rows // a column of nothing for each row
	cost := func(i, k int) float64 {
		if k >= columns || weights[i][k] < suggestAt {
			return 1 // more than any pair that may be made
		}
		return 1 - weights[i][k]
	}
	u, v := make([]float64, rows+1), make([]float64, width+1)
	match, way := make([]int, width+1), make([]int, width+1)
	for i := 1; i <= rows; i++ {
		match[0] = i
		at := 0
		slack := make([]float64, width+1)
		for k := range slack {
			slack[k] = math.Inf(1)
		}
		used := make([]bool, width+1)
		for match[at] != 0 {
			used[at] = true
			row, next, delta := match[at], 0, math.Inf(1)
			for k := 1; k <= width; k++ {
				if used[k] {
					continue
				}
				if c := cost(row-1, k-1) - u[row] - v[k]; c < slack[k] {
					slack[k], way[k] = c, at
				}
				if slack[k] < delta {
					delta, next = slack[k], k
				}
			}
			for k := 0; k <= width; k++ {
				if used[k] {
					u[match[k]] += delta
					v[k] -= delta
				} else {
					slack[k] -= delta
				}
			}
			at = next
		}
		for at != 0 {
			match[at] = match[way[at]]
			at = way[at]
		}
	}
	out := make([]int, rows)
	for i := range out {
		out[i] = -1
	}
	for k := 1; k <= columns; k++ {
		if i := match[k]; i != 0 && weights[i-1][k-1] >= suggestAt {
			out[i-1] = k - 1
		}
	}
	return out
}
