package bulkimport

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// Encoding is how a file writes characters as bytes.
type Encoding string

// The encodings that can be read.
const (
	UTF8        Encoding = "UTF_8"
	UTF16LE     Encoding = "UTF_16LE"
	UTF16BE     Encoding = "UTF_16BE"
	Windows1252 Encoding = "WINDOWS_1252"
	Latin1      Encoding = "ISO_8859_1"
	Latin9      Encoding = "ISO_8859_15"
)

func encodings() []Encoding {
	return []Encoding{UTF8, UTF16LE, UTF16BE, Windows1252, Latin1, Latin9}
}

// name is what IANA calls the encoding.
func (e Encoding) name() string {
	switch e {
	case UTF16LE:
		return "UTF-16LE"
	case UTF16BE:
		return "UTF-16BE"
	case Windows1252:
		return "windows-1252"
	case Latin1:
		return "ISO-8859-1"
	case Latin9:
		return "ISO-8859-15"
	}
	return "UTF-8"
}

func (e Encoding) wide() bool { return e == UTF16LE || e == UTF16BE }

// mark is the byte order mark of a file in the encoding. That of UTF-8 is never text, in whichever encoding the
// user says that a file is.
func (e Encoding) mark() []byte {
	switch e {
	case UTF16LE:
		return []byte("\xff\xfe")
	case UTF16BE:
		return []byte("\xfe\xff")
	}
	return []byte("\xef\xbb\xbf")
}

// evidence is what the bytes of a file show about its encoding.
type evidence struct {
	size  int64
	first []byte // the first bytes, for a byte order mark
	tail  []byte // the beginning of a character whose end was not seen yet
	last  byte   // the last byte of the piece before

	good   int64 // characters of several bytes, as UTF-8
	bad    int64 // bytes that are in no character of UTF-8
	letter int64 // those of them that a text in a single-byte encoding is likely to have

	c1       int64 // bytes 80 to 9F
	euro     int64 // bytes A4
	joined   int64 // letters of ISO-8859-15 alone, between two letters
	nuls     int64
	pairs    [2]int64 // a character of ASCII beside a NUL, the NUL second or first
	breaks   [2]int64 // a line break among those
	newlines int64
}

// add looks at the next bytes.
func (e *evidence) add(piece []byte) {
	if len(e.first) < 4 {
		e.first = append(e.first, piece[:min(len(piece), 4-len(e.first))]...)
	}
	if m, ok := e.marked(); ok && m.wide() {
		e.size += int64(len(piece))
		return
	}
	e.newlines += int64(bytes.Count(piece, []byte{'\n'}))
	if bytes.IndexByte(piece, 0) >= 0 || (e.size%2 == 1 && e.last == 0) {
		e.zeros(piece)
	}
	e.size += int64(len(piece))
	if len(piece) > 0 {
		e.last = piece[len(piece)-1]
	}
	if len(e.tail) == 0 && asciiBytes(piece) {
		return
	}
	if len(e.tail) > 0 {
		piece = append(slices.Clip(e.tail), piece...)
	}
	e.bytes(piece)
}

// zeros counts the halves of characters of UTF-16.
func (e *evidence) zeros(piece []byte) {
	e.nuls += int64(bytes.Count(piece, []byte{0}))
	if e.size%2 == 1 {
		piece = append([]byte{e.last}, piece...)
	}
	for i := 0; i+1 < len(piece); i += 2 {
		c, order := piece[i], 0
		if c == 0 {
			c, order = piece[i+1], 1
		} else if piece[i+1] != 0 {
			continue
		}
		if c == '\n' {
			e.breaks[order]++
		}
		if c == '\t' || c == '\n' || c == '\r' || (c >= ' ' && c < 0x7f) {
			e.pairs[order]++
		}
	}
}

func (e *evidence) bytes(text []byte) {
	e.tail = nil
	for i := 0; i < len(text); {
		b := text[i]
		if b < utf8.RuneSelf {
			i++
			continue
		}
		_, size := utf8.DecodeRune(text[i:])
		if size == 1 && !utf8.FullRune(text[i:]) {
			e.tail = bytes.Clone(text[i:])
			return
		}
		if size > 1 {
			e.good++
		} else {
			e.bad++
			if !improbable(b) {
				e.letter++
			}
		}
		for k := i; k < i+size; k++ {
			e.single(text, k)
		}
		i += size
	}
}

// single counts a byte for the encodings of one byte a character.
func (e *evidence) single(text []byte, k int) {
	switch b := text[k]; {
	case b < 0xa0:
		e.c1++
	case b == 0xa4:
		e.euro++
	case b == 0xa6, b == 0xa8, b == 0xb8, b == 0xbc, b == 0xbd:
		if k > 0 && k+1 < len(text) && latin(text[k-1]) && latin(text[k+1]) {
			e.joined++
		}
	}
}

func latin(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// improbable are the bytes that Windows-1252 does not have, and FF, the rarest of letters and the commonest of broken
// bytes.
func improbable(b byte) bool {
	switch b {
	case 0x81, 0x8d, 0x8f, 0x90, 0x9d, 0xff:
		return true
	}
	return false
}

// marked returns the encoding that the file's byte order mark names.
func (e *evidence) marked() (Encoding, bool) {
	for _, one := range []Encoding{UTF8, UTF16LE, UTF16BE} {
		if bytes.HasPrefix(e.first, one.mark()) {
			return one, true
		}
	}
	return "", false
}

// encoding decides, and reports whether that is a guess:
//
//   - A byte order mark names it.
//   - UTF-16 without one has a NUL beside most of its characters, or beside each of its line breaks.
//   - A file that is valid as UTF-8 is UTF-8: text in another encoding is not so by accident (RFC 3629, section 1). So
//     is one that has at least as many characters of UTF-8 as bytes that are none: these are broken.
//   - Anything else has one byte a character. Bytes 80 to 9F are letters and the euro sign (80) in Windows-1252, and
//     controls, which no table has, in ISO-8859. Without them, A4 is a currency sign in ISO-8859-1, which is hardly
//     ever used, and the euro sign in ISO-8859-15, which has letters in place of seven other signs too. What is left
//     is ISO-8859-1; Windows-1252 reads it alike.
func (e *evidence) encoding() (found Encoding, guessed bool) {
	if found, ok := e.marked(); ok {
		return found, false
	}
	for order, found := range []Encoding{UTF16LE, UTF16BE} {
		if e.utf16(order) {
			return found, true
		}
	}
	switch {
	case e.letter == 0, e.good > 0 && e.good >= e.bad:
		return UTF8, false
	case e.c1 > 0:
		return Windows1252, true
	case e.euro+e.joined > 0:
		return Latin9, true
	}
	return Latin1, true
}

// utf16 reports whether the file is UTF-16 in an order of bytes.
func (e *evidence) utf16(order int) bool {
	mine, other := e.pairs[order], e.pairs[1-order]
	if mine == 0 || other*10 > mine {
		return false
	}
	units := e.size / 2
	return mine*2 >= units || (e.breaks[order] >= 2 && e.breaks[order] == e.newlines && mine*10 >= units)
}
