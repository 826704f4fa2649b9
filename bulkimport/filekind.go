package bulkimport

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
)

// FileKind is what a file is that is no table of text.
type FileKind string

// The kinds of file that are recognized by how they begin.
const (
	KindExcel      FileKind = "EXCEL"       // .xlsx
	KindOldExcel   FileKind = "OLD_EXCEL"   // .xls, or another OLE document
	KindZIP        FileKind = "ZIP"         // another ZIP archive
	KindCompressed FileKind = "COMPRESSED"  // gzip, bzip2, xz, zstd, 7z or RAR
	KindPDF        FileKind = "PDF"         //
	KindRTF        FileKind = "RTF"         //
	KindHTML       FileKind = "HTML"        // a web page, which some programs save as .xls
	KindXML        FileKind = "XML"         //
	KindJSON       FileKind = "JSON"        // lines of JSON too
	KindSQL        FileKind = "SQL"         // a dump of a database
	KindContacts   FileKind = "CONTACTS"    // a vCard or a calendar
	KindUTF32      FileKind = "UTF32"       // a text in UTF-32
	KindBinary     FileKind = "BINARY_FILE" // any other
)

func otherKind(k FileKind, message string) error {
	return &FileError{Code: CodeNotCSV, Kind: k, Message: message}
}

// checkBytes fails for what is no text, by its first bytes.
func checkBytes(head []byte) error {
	begins := func(one ...string) bool {
		for _, s := range one {
			if bytes.HasPrefix(head, []byte(s)) {
				return true
			}
		}
		return false
	}
	switch {
	case begins("PK\x03\x04", "PK\x05\x06", "PK\x07\x08"):
		if bytes.Contains(head, []byte("xl/")) || bytes.Contains(head, []byte("[Content_Types].xml")) {
			return otherKind(KindExcel, "this is a ZIP archive with an Excel workbook (.xlsx): save the sheet as CSV UTF-8 and "+
				"upload that")
		}
		return otherKind(KindZIP,
			"this is a ZIP archive, as Excel's .xlsx is: unpack it, or save the sheet as CSV UTF-8, and upload that")
	case begins("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
		return otherKind(KindOldExcel, "this is an old Excel .xls file: save the sheet as CSV UTF-8 and upload that")
	case begins("\x1f\x8b", "BZh", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd", "7z\xbc\xaf\x27\x1c", "Rar!\x1a"):
		if begins("BZh") && !bytes.Contains(head[:min(len(head), 10)], []byte("1AY&SY")) {
			break // a header may begin like this
		}
		return otherKind(KindCompressed, "this is a compressed file (gzip or the like): unpack it and upload the CSV in it")
	case begins("\xff\xfe\x00\x00", "\x00\x00\xfe\xff"):
		return otherKind(KindUTF32, "this is a text in UTF-32: save it as CSV UTF-8")
	case begins("SQLite format 3\x00"):
		return otherKind(KindSQL, "this is a SQLite database: export the table as CSV and upload that")
	case begins("\x89PNG", "\xff\xd8\xff", "GIF8", "PAR1", "\x7fELF", "MZ\x90"):
		return otherKind(KindBinary, "this is a picture, a program or another binary file: export the table as CSV")
	}
	return nil
}

// checkText fails for text that is no table, by how it begins. head is canonical.
func checkText(head []byte) error {
	text := bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(head), []byte("\xef\xbb\xbf")))
	controls := 0
	head = bytes.TrimRight(head, "\x00") // a file that was not written to its end may have those
	for _, b := range head {
		if b < ' ' && b != '\n' && b != '\t' && b != '\f' && (b < 0x1a || b > 0x1f) {
			controls++
		}
	}
	folded := bytes.ToLower(text[:min(len(text), 4096)])
	switch {
	case bytes.HasPrefix(text, []byte("%PDF-")):
		return otherKind(KindPDF, "this is a PDF file: export the table as CSV and upload that")
	case controls >= 32 && controls*12 > len(head):
		return otherKind(KindBinary,
			"this is a binary file, or a text in UTF-32 or another encoding that is not known: save it as CSV UTF-8")
	case bytes.HasPrefix(folded, []byte(`{\rtf`)):
		return otherKind(KindRTF, "this is an RTF document: save the table as CSV UTF-8 and upload that")
	case bytes.HasPrefix(folded, []byte("begin:vcard")), bytes.HasPrefix(folded, []byte("begin:vcalendar")):
		return otherKind(KindContacts, "this is a vCard or a calendar: export the contacts as CSV and upload that")
	case isHTML(folded):
		return otherKind(KindHTML, "this is a web page (HTML), which some programs save under the name of a spreadsheet: "+
			"open it in a spreadsheet and save it as CSV UTF-8")
	case isXML(folded):
		return otherKind(KindXML, "this is an XML document: export the table as CSV, or open the document in a spreadsheet "+
			"and save it as CSV UTF-8")
	case isJSON(text):
		return otherKind(KindJSON, "this is JSON: export the table as CSV and upload that")
	case isSQL(folded):
		return otherKind(KindSQL, "this is SQL, such as a dump of a database: export the table as CSV and upload that")
	}
	return nil
}

func isHTML(text []byte) bool {
	return regexp.MustCompile(
		`^(<\?xml[^>]*\?>\s*)?(<!--[^>]*-->\s*)*<(!doctype\s+html|(html|head|body|table|meta|div|script|style|title)[\s>/])`,
	).Match(text) || (bytes.HasPrefix(text, []byte("mime-version:")) && bytes.Contains(text, []byte("text/html")))
}

// isXML wants more than a tag, which a header may look like.
func isXML(text []byte) bool {
	if bytes.HasPrefix(text, []byte("<?xml")) || bytes.HasPrefix(text, []byte("<!doctype")) {
		return true
	}
	return regexp.MustCompile(`^(<!--|<[a-z_][a-z0-9_:.-]*(\s[^<>]*)?/?>)`).Match(text) &&
		(bytes.Contains(text, []byte("</")) || bytes.Contains(text, []byte("/>")))
}

// isJSON reports whether a text is JSON as far as it goes.
func isJSON(text []byte) bool {
	if len(text) == 0 || (text[0] != '{' && text[0] != '[') {
		return false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	for n := 0; ; n++ {
		if _, err := d.Token(); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || n >= 20 {
			return n >= 2
		} else if err != nil {
			return false
		}
	}
}

func isSQL(text []byte) bool {
	if regexp.MustCompile(`^(--|/\*!?)[^\n]*(dump|sql server|phpmyadmin|heidisql|navicat)`).Match(text) {
		return true
	}
	text = regexp.MustCompile(`^((--[^\n]*\n|/\*[^*]*\*/;?)\s*)+`).ReplaceAll(text, nil)
	return regexp.MustCompile(`^(insert\s+(ignore\s+)?into\s|create\s+(table|database|schema|temporary|type)\s|` +
		`drop\s+(table|database)\s|alter\s+table\s|lock\s+tables\s|copy\s+\S+\s*(\([^)]*\)\s*)?from\s+stdin|` +
		`(begin|start)(\s+transaction)?;[ \t]*\n|set\s+[@\w.]+\s*(=|to\s)|use\s+\S+;[ \t]*\n|pragma\s+\w+\s*=|` +
		`replace\s+into\s|delete\s+from\s|update\s+\S+\s+set\s|select\s[^;]*\sfrom\s)`).Match(text)
}
