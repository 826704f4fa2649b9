package xlsx

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strconv"

	"github.com/admincenter/admincenter/bulkimport"
)

// maxStyles is how many formats of cells a workbook has at the most (Excel's specifications and limits: 65,490).
const maxStyles = 1 << 16

// readStyles finds the number format of each style of cells.
func (w *Workbook) readStyles(ctx context.Context, part *zip.File) error {
	in, err := w.parts.scan(ctx, part, source{part: "part_formats"}, w.limits.OtherBytes, w.limits)
	if err != nil {
		return err
	}
	defer in.close()
	custom := map[int]numberFormat{}
	var ids []int
	inCells := false
	for {
		t, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		switch e := t.(type) {
		case xml.StartElement:
			id, _ := strconv.Atoi(attr(e, "numFmtId"))
			switch {
			case e.Name.Local == "cellXfs":
				inCells = true
			case e.Name.Local == "numFmt":
				custom[id] = parseFormat(attr(e, "formatCode"))
			case e.Name.Local == "xf" && inCells:
				ids = append(ids, id)
			}
			if len(custom) > maxStyles || len(ids) > maxStyles {
				return refuse(bulkimport.CodeFileTooLarge, "formats", "max", maxStyles)
			}
		case xml.EndElement:
			if e.Name.Local == "cellXfs" {
				inCells = false
			}
		}
	}
	for _, id := range ids {
		f, ok := custom[id]
		if !ok {
			f = builtIn(id)
		}
		w.styles = append(w.styles, f)
	}
	return nil
}
