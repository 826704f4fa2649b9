package bulkimport_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

func TestFileNames(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	upload := func(name string) error {
		_, err := w.service.Upload(t.Context(), w.scope, bulkimport.UploadInput{
			Type: bulkimport.CustomersType, FileName: name, Content: strings.NewReader("id,name\nc1,Lumen\n"),
		})
		return err
	}
	for _, name := range []string{
		"a.csv", "März 2026 (final).csv", "顧客.csv", "no extension", ".hidden", "a..b.csv", "console.csv", "com10.csv", "com.csv",
		strings.Repeat("a", 255),
	} {
		require.NoError(t, upload(name), name)
	}
	for reason, name := range map[string]string{
		"none":                         "",
		"too long":                     strings.Repeat("a", 256),
		"this folder":                  ".",
		"the folder above":             "..",
		"a path":                       "../../etc/passwd",
		"a path of Windows":            `..\..\boot.ini`,
		"a drive":                      "c:a.csv",
		"a stream of Windows":          "a.csv:evil",
		"a wildcard":                   "*.csv",
		"a full stop at the end":       "a.csv.",
		"a blank at the end":           "a.csv ",
		"a device":                     "nul",
		"a device with an extension":   "Con.csv",
		"a port":                       "LPT1.csv",
		"a port with a superscript":    "com¹",
		"a line break, as in a header": "a.csv\r\nX: y",
		"an override of direction":     "a\u202evsc.exe",
		"a line separator":             "a\u2028.csv",
		"a tag":                        "a\U000e0041.csv",
		"not UTF-8":                    "a\xff.csv",
	} {
		t.Run(reason, func(t *testing.T) {
			err := upload(name)
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.Contains(t, err.Error(), "/fileName: ")
		})
	}
}
