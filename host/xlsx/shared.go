package xlsx

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/admincenter/admincenter/bulkimport"
)

// texts are the shared strings, one behind the other.
type texts struct {
	bytes []byte
	ends  []uint32
}

func (t texts) at(i int) ([]byte, bool) {
	if i < 0 || i >= len(t.ends) {
		return nil, false
	}
	from := uint32(0)
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.bytes[from:t.ends[i]], true
}

func (w *Workbook) readShared(ctx context.Context, part *zip.File) error {
	most := min(w.limits.SharedBytes, 1<<32-1)
	in, err := w.parts.scan(ctx, part, source{part: "part_texts"}, most, w.limits)
	if err != nil {
		return err
	}
	defer in.close()
	var r richText
	for {
		t, err := in.next()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		r.add(t)
		if e, ok := t.(xml.EndElement); ok && e.Name.Local == "si" {
			w.shared.bytes = append(w.shared.bytes, r.text()...)
			// An empty text takes memory too.
			if int64(len(w.shared.bytes))+4*int64(len(w.shared.ends)) > most {
				return in.what.refuse(bulkimport.CodeFileTooLarge, "xml")
			}
			w.shared.ends = append(w.shared.ends, uint32(len(w.shared.bytes)))
			r.reset()
		}
	}
}

// richText joins the runs of a text. How a word is pronounced (rPh) is none of it.
type richText struct {
	raw               []byte
	inText, inReading bool
}

func (r *richText) reset() { *r = richText{raw: r.raw[:0]} }

func (r *richText) add(t xml.Token) {
	switch t := t.(type) {
	case xml.StartElement:
		switch t.Name.Local {
		case "t":
			r.inText = true
		case "rPh":
			r.inReading = true
		}
	case xml.EndElement:
		switch t.Name.Local {
		case "t":
			r.inText = false
		case "rPh":
			r.inReading = false
		}
	case xml.CharData:
		if r.inText && !r.inReading {
			r.raw = append(r.raw, t...)
		}
	}
}

func (r *richText) text() []byte { return unescapeText(r.raw) }

// unescapeText decodes _x000D_ and the like, in place: characters that XML does not have (ECMA-376, ST_Xstring).
func unescapeText(text []byte) []byte {
	at := bytes.Index(text, []byte("_x"))
	if at < 0 {
		return text
	}
	out := text[:at]
	for rest := text[at:]; len(rest) > 0; {
		r, n := escaped(rest)
		if utf16.IsSurrogate(r) {
			low, m := escaped(rest[n:])
			if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
				n = 0 // a half stays as it is written
			} else {
				n += m
			}
		}
		if n == 0 {
			out, rest = append(out, rest[0]), rest[1:]
			continue
		}
		out, rest = utf8.AppendRune(out, r), rest[n:]
	}
	return out
}

func escaped(text []byte) (r rune, n int) {
	if len(text) < 7 || text[0] != '_' || text[1] != 'x' || text[6] != '_' {
		return 0, 0
	}
	v, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	if err != nil {
		return 0, 0
	}
	return rune(v), 7
}
