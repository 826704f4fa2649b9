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

// otherKind refuses what is no table of text; variant is that of the message.
func otherKind(k FileKind, variant string) error {
	s := say(kindFile, CodeNotCSV+"."+variant)
	return &FileError{Code: s.code, Kind: k, Message: s.message, Params: s.params}
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
			return otherKind(KindExcel, "excel")
		}
		return otherKind(KindZIP, "zip")
	case begins("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
		return otherKind(KindOldExcel, "old_excel")
	case begins("\x1f\x8b", "BZh", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd", "7z\xbc\xaf\x27\x1c", "Rar!\x1a"):
		if begins("BZh") && !bytes.Contains(head[:min(len(head), 10)], []byte("1AY&SY")) {
			break // a header may begin like this
		}
		return otherKind(KindCompressed, "compressed")
	case begins("\xff\xfe\x00\x00", "\x00\x00\xfe\xff"):
		return otherKind(KindUTF32, "utf")
	case begins("SQLite format 3\x00"):
		return otherKind(KindSQL, "sqlite")
	case begins("\x89PNG", "\xff\xd8\xff", "GIF8", "PAR1", "\x7fELF", "MZ\x90"):
		return otherKind(KindBinary, "picture")
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
		return otherKind(KindPDF, "pdf")
	case controls >= 32 && controls*12 > len(head):
		return otherKind(KindBinary, "binary")
	case bytes.HasPrefix(folded, []byte(`{\rtf`)):
		return otherKind(KindRTF, "rtf")
	case bytes.HasPrefix(folded, []byte("begin:vcard")), bytes.HasPrefix(folded, []byte("begin:vcalendar")):
		return otherKind(KindContacts, "contacts")
	case isHTML(folded):
		return otherKind(KindHTML, "html")
	case isXML(folded):
		return otherKind(KindXML, "xml")
	case isJSON(text):
		return otherKind(KindJSON, "json")
	case isSQL(folded):
		return otherKind(KindSQL, "sql")
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
