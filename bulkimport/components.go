package bulkimport

// components are the sets of rows that point at each other, by Tarjan's method without recursion. A row that no circle
// has is a set of its own.
type components struct {
	of     []int32        // the set of each row
	rows   []int32        // all rows, each behind those that it points at, but for circles
	cyclic map[int32]bool // the sets that are circles
}

// componentsOf sorts rows by what they point at: each of parents has one row, or -1, for each row.
func componentsOf(parents [][]int32, rows int) *components {
	w := &tarjan{
		parents: parents, index: make([]int32, rows), low: make([]int32, rows), open: make([]bool, rows),
		out: &components{of: make([]int32, rows), cyclic: map[int32]bool{}},
	}
	for row := range rows {
		if w.index[row] == 0 {
			w.visit(int32(row))
		}
	}
	return w.out
}

type tarjan struct {
	parents    [][]int32
	index, low []int32 // from 1, in the order in which rows are visited
	open       []bool  // rows whose set is not complete
	stack      []int32 // these
	next, sets int32
	out        *components
}

// step is a row that is looked at, and which of its parents comes next.
type step struct {
	row    int32
	parent int
}

func (w *tarjan) visit(first int32) {
	path := []step{w.enter(first)}
	for len(path) > 0 {
		at := &path[len(path)-1]
		if at.parent == len(w.parents) {
			row := at.row
			path = path[:len(path)-1]
			w.leave(row)
			if len(path) > 0 {
				child := path[len(path)-1].row
				w.low[child] = min(w.low[child], w.low[row])
			}
			continue
		}
		p := w.parents[at.parent][at.row]
		at.parent++
		switch {
		case p < 0:
		case w.index[p] == 0:
			path = append(path, w.enter(p))
		case w.open[p]:
			w.low[at.row] = min(w.low[at.row], w.index[p])
			if p == at.row {
				w.out.cyclic[-1-p] = true // until its set has a number
			}
		}
	}
}

func (w *tarjan) enter(row int32) step {
	w.next++
	w.index[row], w.low[row], w.open[row] = w.next, w.next, true
	w.stack = append(w.stack, row)
	return step{row: row}
}

// leave completes the set of a row, if it is the first of one.
func (w *tarjan) leave(row int32) {
	if w.low[row] != w.index[row] {
		return
	}
	for size := 1; ; size++ {
		one := w.stack[len(w.stack)-1]
		w.stack = w.stack[:len(w.stack)-1]
		w.open[one], w.out.of[one] = false, w.sets
		w.out.rows = append(w.out.rows, one)
		if self := -1 - one; w.out.cyclic[self] {
			delete(w.out.cyclic, self)
			w.out.cyclic[w.sets] = true
		}
		if one == row {
			if size > 1 {
				w.out.cyclic[w.sets] = true
			}
			break
		}
	}
	w.sets++
}
