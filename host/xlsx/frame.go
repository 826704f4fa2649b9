package xlsx

const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

const (
	main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	rels = `xmlns="http://schemas.openxmlformats.org/package/2006/relationships"`
	kind = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	mime = `application/vnd.openxmlformats-officedocument.spreadsheetml.`
)

// The first row stays in sight, and a new cell is a text too.
const (
	sheetBegins = head + `<worksheet ` + main + `><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" ` +
		`topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>` +
		`<cols><col min="1" max="16384" width="20" style="1" customWidth="1"/></cols><sheetData>`
	sheetEnds = `</sheetData></worksheet>`
)

// frame returns the parts of a workbook with one sheet, by name, but for the sheet.
func frame() [][2]string {
	part := func(name, kind string) string {
		return `<Override PartName="/xl/` + name + `.xml" ContentType="` + mime + kind + `+xml"/>`
	}
	relation := func(id, name, target string) string {
		return `<Relationship Id="` + id + `" Type="` + kind + `/` + name + `" Target="` + target + `"/>`
	}
	return [][2]string{
		{"[Content_Types].xml", head + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Default Extension="xml" ContentType="application/xml"/>` + part("workbook", "sheet.main") +
			part("styles", "styles") + part("worksheets/sheet1", "worksheet") + `</Types>`},
		{"_rels/.rels", head + `<Relationships ` + rels + `>` + relation("r1", "officeDocument", "xl/workbook.xml") +
			`</Relationships>`},
		{"xl/workbook.xml", head + `<workbook ` + main + ` xmlns:r="` + kind + `"><sheets>` +
			`<sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", head + `<Relationships ` + rels + `>` +
			relation("r1", "worksheet", "worksheets/sheet1.xml") + relation("r2", "styles", "styles.xml") +
			`</Relationships>`},
		// Format 49 is that of texts.
		{"xl/styles.xml", head + `<styleSheet ` + main + `><fonts count="1"><font><sz val="11"/><name val="Calibri"/>` +
			`</font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill>` +
			`<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>` +
			`<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf xfId="0"/>` +
			`<xf numFmtId="49" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>`},
	}
}
