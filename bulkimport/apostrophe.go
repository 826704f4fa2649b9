package bulkimport

import "strings"

// quoteCount counts the cells of a column that begin with an apostrophe. Spreadsheets put one in front of what is to
// stay a text, and some of their exports keep it: '+380 99, '007, 'SW1A 1AA. It may be part of a name too, such as
// 's-Hertogenbosch or 't Hooft.
type quoteCount struct {
	sure   int64 // before what is no name
	all    int64
	filled int64 // cells that are not empty
}

func (q *quoteCount) add(cell string) {
	if cell == "" {
		return
	}
	q.filled++
	if len(cell) < 2 || cell[0] != '\'' {
		return
	}
	q.all++
	if strings.IndexByte("0123456789+-=@ ", cell[1]) >= 0 {
		q.sure++
	}
}

// spreadsheets reports whether the apostrophes are a spreadsheet's.
func (q *quoteCount) spreadsheets() bool { return q.sure > 0 || (q.all > 1 && q.all == q.filled) }
