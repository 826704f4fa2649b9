package xlsx

// Limits bound what a workbook may hold and take of memory; a zero field takes its default. The rows, columns and bytes
// that an import may have are those of [bulkimport.Limits], which Upload applies to the text.
type Limits struct {
	FileBytes   int64 // of the file; default 64 MiB
	Entries     int   // of the ZIP archive; default 2,000
	SheetBytes  int64 // of a sheet's XML, unpacked, which is not kept in memory; default 1 GiB
	SharedBytes int64 // of the workbook's shared strings, as XML and as text, which are kept in memory; default 64 MiB
	OtherBytes  int64 // of the XML of each other part that is read: styles and the list of sheets; default 16 MiB
	Rows        int   // of a sheet, blank ones too; default 1,048,576, which is the most that a sheet has
	Columns     int   // of a row; default 16,384, which is the most that a sheet has
	RowBytes    int   // of the text of one row; default 4 MiB
	CellBytes   int   // of the XML of one piece of text or one tag; default 1 MiB
}

func (l Limits) withDefaults() Limits {
	fill(&l.FileBytes, 64<<20)
	fill(&l.Entries, 2000)
	fill(&l.SheetBytes, 1<<30)
	fill(&l.SharedBytes, 64<<20)
	fill(&l.OtherBytes, 16<<20)
	fill(&l.Rows, maxRows)
	fill(&l.Columns, maxColumns)
	fill(&l.RowBytes, 4<<20)
	fill(&l.CellBytes, 1<<20)
	return l
}

// What a sheet has at the most (ECMA-376, and Excel's specifications and limits).
const (
	maxRows    = 1 << 20
	maxColumns = 1 << 14
	maxText    = 32767 // UTF-16 code units of a cell
)

func fill[T int | int64](v *T, def T) {
	if *v <= 0 {
		*v = def
	}
}
