package bulkimport

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// decoder turns the bytes of a file into canonical text: UTF-8, lines ending with \n. What is no character in the
// file's encoding comes out as bytes that are not UTF-8, so that reading finds it and nothing is put in its place.
type decoder struct {
	encoding Encoding
	table    [][]byte // by byte, for the encodings that have one for each character
}

func newDecoder(e Encoding) *decoder {
	d := &decoder{encoding: e}
	var from *charmap.Charmap
	switch e {
	case Windows1252:
		from = charmap.Windows1252
	case Latin1:
		from = charmap.ISO8859_1
	case Latin9:
		from = charmap.ISO8859_15
	default:
		return d
	}
	d.table = make([][]byte, 256)
	for b := range d.table {
		d.table[b] = utf8.AppendRune(nil, from.DecodeByte(byte(b)))
		if e == Windows1252 && improbable(byte(b)) && b != 0xff { // for which charmap has a control
			d.table[b] = []byte{byte(b)}
		}
	}
	return d
}

// direct reports whether only the line ends of a text need to change.
func (d *decoder) direct() bool { return d.table == nil && !d.encoding.wide() }

// whole is how much of text can be decoded without what follows it.
func (d *decoder) whole(text []byte) int {
	n := len(text)
	if !d.encoding.wide() {
		if n > 0 && text[n-1] == '\r' {
			n--
		}
		return n
	}
	n &^= 1
	if n > 0 {
		if u := d.unit(text[n-2:]); u == '\r' || (u >= 0xd800 && u < 0xdc00) {
			n -= 2
		}
	}
	return n
}

func (d *decoder) unit(text []byte) rune {
	if d.encoding == UTF16BE {
		return rune(text[0])<<8 | rune(text[1])
	}
	return rune(text[1])<<8 | rune(text[0])
}

// next appends the first character of text to out, and returns how many bytes of text it takes. text is what whole
// returns, or ends with the file.
func (d *decoder) next(out, text []byte) ([]byte, int) {
	if d.encoding.wide() {
		return d.wide(out, text)
	}
	b := text[0]
	switch {
	case b == '\r' && len(text) > 1 && text[1] == '\n':
		return append(out, '\n'), 2
	case b == '\r':
		return append(out, '\n'), 1
	case d.table != nil:
		return append(out, d.table[b]...), 1
	}
	return append(out, b), 1
}

// broken is a byte that UTF-8 never has.
const broken = 0xff

// lineShifted is what a line break becomes if a byte before it is missing. Unicode has no such character.
const lineShifted = 0x0a00

func (d *decoder) wide(out, text []byte) ([]byte, int) {
	if len(text) < 2 {
		return append(out, broken), len(text)
	}
	u := d.unit(text)
	switch {
	case u == '\r' && len(text) > 3 && d.unit(text[2:]) == '\n':
		return append(out, '\n'), 4
	case u == '\r':
		return append(out, '\n'), 2
	case u == lineShifted, u == 0xfffe:
		return append(out, broken), 2
	case u >= 0xd800 && u < 0xdc00 && len(text) > 3:
		if r := utf16.DecodeRune(u, d.unit(text[2:])); r != utf8.RuneError {
			return utf8.AppendRune(out, r), 4
		}
	}
	if utf16.IsSurrogate(u) {
		return append(out, 0xe0|byte(u>>12), 0x80|byte(u>>6)&0x3f, 0x80|byte(u)&0x3f), 2
	}
	return utf8.AppendRune(out, u), 2
}

// decode appends all of text to out.
func (d *decoder) decode(out, text []byte) []byte {
	for len(text) > 0 {
		var n int
		out, n = d.next(out, text)
		text = text[n:]
	}
	return out
}

// head decodes the beginning of a file, without its byte order mark.
func (d *decoder) head(text []byte) []byte {
	for bytes.HasPrefix(text, d.encoding.mark()) {
		text = text[len(d.encoding.mark()):]
	}
	return d.decode(make([]byte, 0, len(text)+len(text)/8), text[:d.whole(text)])
}

// newlines turns \r\n and \r into \n, in place.
func newlines(text []byte) []byte {
	at := bytes.IndexByte(text, '\r')
	if at < 0 {
		return text
	}
	out := text[:at]
	for rest := text[at:]; len(rest) > 0; {
		if rest[0] == '\r' {
			out = append(out, '\n')
			if rest = rest[1:]; len(rest) > 0 && rest[0] == '\n' {
				rest = rest[1:]
			}
			continue
		}
		n := bytes.IndexByte(rest, '\r')
		if n < 0 {
			n = len(rest)
		}
		out = append(out, rest[:n]...)
		rest = rest[n:]
	}
	return out
}

// asciiPrefix is how many bytes at the beginning of a text are ASCII, at least.
func asciiPrefix(text []byte) int {
	const high = 0x8080808080808080
	n := 0
	for len(text)-n >= 8 && binary.LittleEndian.Uint64(text[n:])&high == 0 {
		n += 8
	}
	for n < len(text) && text[n] < utf8.RuneSelf {
		n++
	}
	return n
}

func asciiBytes(text []byte) bool { return asciiPrefix(text) == len(text) }

// readable reports whether a text has characters alone that can be kept.
func readable(text []byte) bool {
	if bytes.IndexByte(text, 0) >= 0 {
		return false
	}
	for {
		if text = text[asciiPrefix(text):]; len(text) == 0 {
			return true
		}
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size < 2 {
			return false
		}
		text = text[size:]
	}
}

// unreadable returns what is wrong with the first cell that is not readable.
func unreadable(cells []string, e Encoding) *CellError {
	of := func(column int, variant string, params ...any) *CellError {
		found := fault(CodeInvalidEncoding+"."+variant, params...)
		found.Column = column
		return found
	}
	for i, cell := range cells {
		if strings.IndexByte(cell, 0) < 0 && utf8.ValidString(cell) {
			continue
		}
		for k := 0; k < len(cell); {
			r, size := utf8.DecodeRuneInString(cell[k:])
			switch {
			case r == 0:
				return of(i, "nul")
			case r != utf8.RuneError || size != 1:
			case e.wide():
				return of(i, "half", "encoding", e.name())
			default:
				return of(i, "byte", "byte", fmt.Sprintf("%02X", cell[k]), "encoding", e.name())
			}
			k += size
		}
	}
	return of(NoColumn, "half", "encoding", e.name()) // what is not in a cell is the rest of a character
}
