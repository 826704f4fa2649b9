package bulkimport_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

// saved is a text as a program saves it, with \n between lines.
type saved struct {
	encoding bulkimport.Encoding
	mark     bool
	lines    string // between lines
	end      string // behind the last
}

func (s saved) bytes(t *testing.T, text string) []byte {
	t.Helper()
	text = strings.ReplaceAll(text, "\n", s.lines) + s.end
	if s.mark {
		text = "\ufeff" + text
	}
	wide := func(order binary.ByteOrder) []byte {
		var out bytes.Buffer
		require.NoError(t, binary.Write(&out, order, utf16.Encode([]rune(text))))
		return out.Bytes()
	}
	var err error
	switch s.encoding {
	case bulkimport.UTF16LE:
		return wide(binary.LittleEndian)
	case bulkimport.UTF16BE:
		return wide(binary.BigEndian)
	case bulkimport.Windows1252:
		text, err = charmap.Windows1252.NewEncoder().String(text)
	case bulkimport.Latin1:
		text, err = charmap.ISO8859_1.NewEncoder().String(text)
	}
	require.NoError(t, err)
	return []byte(text)
}

// savings are all the ways in which one text may be saved.
func savings() (out []saved) {
	for _, e := range []bulkimport.Encoding{bulkimport.UTF8, bulkimport.UTF16LE, bulkimport.UTF16BE, bulkimport.Windows1252, bulkimport.Latin1} {
		for _, mark := range []bool{false, true} {
			if mark && (e == bulkimport.Windows1252 || e == bulkimport.Latin1) {
				continue // they have none
			}
			for _, lines := range []string{"\n", "\r\n", "\r"} {
				for _, end := range []string{"", lines, lines + lines} {
					out = append(out, saved{e, mark, lines, end})
				}
			}
		}
	}
	return out
}

func (w *world) uploadBytes(file []byte, e bulkimport.Encoding) bulkimport.Import {
	w.t.Helper()
	i, err := w.service.Upload(w.t.Context(), w.scope, bulkimport.UploadInput{Type: bulkimport.CustomersType,
		FileName: "customers.csv", Content: bytes.NewReader(file), Encoding: e})
	require.NoError(w.t, err)
	return i
}

// The digest of a text is one, however the file was saved, and wherever its pieces end.
func TestTheDigestOfATextIsOneHoweverItIsSaved(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	w := newWorld(t, bulkimport.Options{})
	for _, rows := range []int{1, 40, 3000} { // the last has several pieces in each encoding
		var text strings.Builder
		text.WriteString("id,name,city")
		for k := range rows {
			fmt.Fprintf(&text, "\nc%d,M%sller,\"K%s\nln\"", k, strings.Repeat("ü", 1+random.IntN(3)), strings.Repeat("ö", random.IntN(40)))
		}
		var first bulkimport.Import
		for k, s := range savings() {
			i := w.uploadBytes(s.bytes(t, text.String()), s.encoding)
			require.Len(t, i.TextSHA256, 64)
			if k == 0 {
				first = i
			}
			require.Equal(t, first.TextSHA256, i.TextSHA256, "%d rows %+v", rows, s)
			if k > 0 {
				require.NotEqual(t, first.SHA256, i.SHA256, "%+v", s)
			}
			got, err := w.service.Get(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			require.Equal(t, i.TextSHA256, got.TextSHA256, "stored")
		}
		for name, other := range map[string]string{
			"a letter": strings.Replace(text.String(), "Mü", "Mu", 1), "a blank": text.String() + " ",
			"a row more":               text.String() + "\nc,x,y",
			"a blank line in between":  strings.Replace(text.String(), "\nc0", "\n\nc0", 1),
			"a blank line at the top":  "\n" + text.String(),
			"a line break in a cell":   strings.Replace(text.String(), "\nln", "\n\nln", 1),
			"another delimiter":        strings.ReplaceAll(text.String(), ",", ";"),
			"a byte order mark inside": strings.Replace(text.String(), "name", "na\ufeffme", 1),
		} {
			i := w.uploadBytes([]byte(other), bulkimport.UTF8)
			require.NotEqual(t, first.TextSHA256, i.TextSHA256, "%d rows: %s", rows, name)
		}
	}
}

func TestTheSameTextIsWarnedOf(t *testing.T) {
	const text = "id,name,primary_email,city\nc1,Müller,a@x.example,Köln\nc2,Bär,b@x.example,Bonn"
	w := newWorld(t, bulkimport.Options{})
	plain := saved{bulkimport.UTF8, false, "\n", ""}
	first := w.uploadBytes(plain.bytes(t, text), "")
	require.Empty(t, warned(first))
	require.Empty(t, warned(w.uploadBytes(plain.bytes(t, text), "")), "it has not started")
	w.start(first, bulkimport.Settings{})
	for name, c := range map[string]struct {
		file saved
		want string
	}{
		"the same bytes": {plain, "the same file was imported before, as " + first.ID.String()},
		"line ends":      {saved{bulkimport.UTF8, false, "\r\n", ""}, "the same text was imported before, as " + first.ID.String() + ": only its line ends differ"},
		"a last line":    {saved{bulkimport.UTF8, false, "\n", "\n"}, "only its line ends differ"},
		"a mark":         {saved{bulkimport.UTF8, true, "\r\n", "\r\n"}, "only the byte order mark differs"},
		"an encoding":    {saved{bulkimport.Windows1252, false, "\r\n", ""}, "only the encoding differs"},
		"both":           {saved{bulkimport.UTF16LE, true, "\n", ""}, "only the encoding and the byte order mark differ"},
	} {
		t.Run(name, func(t *testing.T) {
			i := w.uploadBytes(c.file.bytes(t, text), "")
			require.Contains(t, warned(i), c.want)
		})
	}
	require.Empty(t, warned(w.uploadBytes([]byte(text+"\nc3,Fuchs,c@x.example,Ulm"), "")))
	i, err := w.service.Upload(t.Context(), w.scope, bulkimport.UploadInput{Type: bulkimport.AccountsType, FileName: "a.csv",
		Content: strings.NewReader(text + "\n")})
	require.NoError(t, err)
	require.Empty(t, warned(i), "accounts are others")
}

// A file that was read in the wrong encoding has another text, until it is read in the right one.
func TestTheDigestIsOfTheTextAsItIsRead(t *testing.T) {
	const text = "id,name,primary_email\nc1,Müller,a@x.example"
	w := newWorld(t, bulkimport.Options{})
	first := w.uploadBytes([]byte(text), "")
	w.start(first, bulkimport.Settings{})
	file := saved{bulkimport.Windows1252, false, "\n", "\n"}.bytes(t, text)
	wrong := w.uploadBytes(file, bulkimport.UTF8)
	require.NotEqual(t, first.TextSHA256, wrong.TextSHA256)
	require.Empty(t, warned(wrong))
	right, err := w.service.SetFileFormat(t.Context(), w.scope, wrong.ID, wrong.Version, bulkimport.FileFormat{Encoding: bulkimport.Windows1252})
	require.NoError(t, err)
	require.Equal(t, first.TextSHA256, right.TextSHA256)
	require.Contains(t, warned(right), "only the encoding differs")

	page, err := w.service.List(t.Context(), w.scope, bulkimport.Filter{TextSHA256: first.TextSHA256}, admin.Query{})
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{right.ID, first.ID}, []uuid.UUID{page.Items[0].ID, page.Items[1].ID})
}

// warned is what an import is warned of because of an earlier one.
func warned(i bulkimport.Import) string {
	var out []string
	for _, one := range i.Warnings {
		if one.Code == bulkimport.WarnAlreadyImported {
			out = append(out, one.Message)
		}
	}
	return strings.Join(out, "\n")
}
