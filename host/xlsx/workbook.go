package xlsx

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

// Workbook is a workbook that is open for reading. It is safe for concurrent use if its io.ReaderAt is.
type Workbook struct {
	parts  archive
	limits Limits
	book   book
	styles []numberFormat // by the number of a cell's style
	shared texts
}

// Sheet is a sheet of a workbook. Charts and macros are none.
type Sheet struct {
	Name   string `json:"name"`
	Hidden bool   `json:"hidden,omitempty"` // also one that only a macro can show
	// Rows and Columns are the last that have something, as far as the workbook states them: 0 if it does not, and
	// not always right.
	Rows    int `json:"rows,omitempty"`
	Columns int `json:"columns,omitempty"`
	part    *zip.File
}

// Open opens a workbook, an .xlsx or .xlsm file of size bytes, which r has to serve for as long as the Workbook is
// used. It reads the list of sheets, the formats and the shared texts, and keeps no more of the file in memory. It
// fails with a [*bulkimport.FileError] for what is no workbook that can be read, or one over the limits.
func Open(ctx context.Context, r io.ReaderAt, size int64, l Limits) (*Workbook, error) {
	w := &Workbook{limits: l.withDefaults()}
	var err error
	if w.parts, err = openArchive(r, size, w.limits); err != nil {
		return nil, err
	}
	if err := w.readBook(ctx); err != nil {
		return nil, err
	}
	if part := w.parts[w.book.styles]; part != nil {
		if err := w.readStyles(ctx, part); err != nil {
			return nil, err
		}
	}
	if part := w.parts[w.book.shared]; part != nil {
		if err := w.readShared(ctx, part); err != nil {
			return nil, err
		}
	}
	for i := range w.book.sheets {
		if err := w.measure(ctx, &w.book.sheets[i]); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// Sheets lists the sheets in the order of the workbook.
func (w *Workbook) Sheets() []Sheet { return append([]Sheet(nil), w.book.sheets...) }

// sheet finds a sheet by name, in any capitals as in a spreadsheet; the empty name is that of the first which is not
// hidden.
func (w *Workbook) sheet(name string) (Sheet, error) {
	for _, s := range w.book.sheets {
		if strings.EqualFold(s.Name, name) || (name == "" && !s.Hidden) {
			return s, nil
		}
	}
	if name == "" {
		return w.book.sheets[0], nil // all are hidden
	}
	var names []string
	for _, s := range w.book.sheets[:min(len(w.book.sheets), 20)] {
		names = append(names, strconv.Quote(admin.Clip(s.Name)))
	}
	return Sheet{}, refuse(CodeNoSheet, "no_sheet", "name", name, "sheets", list(strings.Join(names, ", ")))
}

// book is what xl/workbook.xml lists.
type book struct {
	sheets         []Sheet
	from1904       bool
	styles, shared string // names of parts
}

// maxSheets bounds the list of sheets, which a person chooses from.
const maxSheets = 1000

func (w *Workbook) readBook(ctx context.Context) error {
	name := "xl/workbook.xml"
	if top, err := w.relations(ctx, ""); err != nil {
		return err
	} else if r, ok := top.of("officeDocument"); ok {
		name = r.target
	}
	if strings.HasSuffix(name, ".bin") {
		return notWorkbook(bulkimport.KindExcel, "binary_excel")
	}
	part := w.parts[name]
	if part == nil {
		return notWorkbook(bulkimport.KindZIP, "zip")
	}
	related, err := w.relations(ctx, name)
	if err != nil {
		return err
	}
	if r, ok := related.of("styles"); ok {
		w.book.styles = r.target
	}
	if r, ok := related.of("sharedStrings"); ok {
		w.book.shared = r.target
	}
	err = w.each(ctx, part, source{part: "part_sheets"}, func(e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			w.book.from1904 = isTrue(attr(e, "date1904"))
		case "sheet":
			return w.addSheet(e, related)
		}
		return nil
	})
	if err == nil && len(w.book.sheets) == 0 {
		return damaged("sheets")
	}
	return err
}

func (w *Workbook) addSheet(e xml.StartElement, related relations) error {
	var id string
	for _, a := range e.Attr {
		if a.Name.Local == "id" && a.Name.Space != "" { // and not the old id without a prefix
			id = a.Value
		}
	}
	r := related[id]
	if !strings.HasSuffix(r.kind, "/worksheet") {
		return nil // a chart or a macro
	}
	part := w.parts[r.target]
	if part == nil {
		return damaged("missing")
	}
	if len(w.book.sheets) == maxSheets {
		return refuse(bulkimport.CodeFileTooLarge, "sheets", "max", maxSheets)
	}
	w.book.sheets = append(w.book.sheets, Sheet{
		Name: attr(e, "name"), Hidden: attr(e, "state") != "" && attr(e, "state") != "visible", part: part,
	})
	return nil
}

func isTrue(s string) bool { return s == "1" || s == "true" || s == "on" }

// measure reads what a sheet states of its size, which is before its rows.
func (w *Workbook) measure(ctx context.Context, s *Sheet) error {
	in, err := w.parts.scan(ctx, s.part, source{sheet: s.Name}, w.limits.SheetBytes, w.limits)
	if err != nil {
		return err
	}
	defer in.close()
	for {
		t, err := in.next()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		e, ok := t.(xml.StartElement)
		switch {
		case ok && e.Name.Local == "dimension":
			if r, ok := parseRange(attr(e, "ref")); ok && r != (area{}) {
				s.Rows, s.Columns = r.last.row, r.last.column
			}
			return nil
		case ok && e.Name.Local == "sheetData":
			return nil
		}
	}
}

// each calls fn with each element of a small part.
func (w *Workbook) each(ctx context.Context, part *zip.File, what source, fn func(xml.StartElement) error) error {
	in, err := w.parts.scan(ctx, part, what, w.limits.OtherBytes, w.limits)
	if err != nil {
		return err
	}
	defer in.close()
	for {
		t, err := in.next()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if e, ok := t.(xml.StartElement); ok {
			if err := fn(e); err != nil {
				return err
			}
		}
	}
}

// relation is what one part has to do with another.
type relation struct{ kind, target string }

type relations map[string]relation // by id

// of finds the relation of a kind, which has one URL in files of one form of the standard and another in the other.
func (r relations) of(kind string) (relation, bool) {
	for _, one := range r {
		if strings.HasSuffix(one.kind, "/"+kind) {
			return one, true
		}
	}
	return relation{}, false
}

// relations reads those of a part; the empty name is that of the package.
func (w *Workbook) relations(ctx context.Context, name string) (relations, error) {
	dir, base := path.Split(name)
	part := w.parts[dir+"_rels/"+base+".rels"]
	out := relations{}
	if part == nil {
		return out, nil
	}
	return out, w.each(ctx, part, source{part: "part_parts"}, func(e xml.StartElement) error {
		if e.Name.Local != "Relationship" || attr(e, "TargetMode") == "External" || len(out) > 2*w.limits.Entries {
			return nil
		}
		target := attr(e, "Target")
		if !strings.HasPrefix(target, "/") {
			target = dir + target
		}
		out[attr(e, "Id")] = relation{kind: attr(e, "Type"), target: partName(target)}
		return nil
	})
}
