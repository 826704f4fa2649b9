package bulkimport_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/admincenter/admincenter/bulkimport"
)

func TestProbe(t *testing.T) {
	dir := os.Getenv("ADMINCENTER_DATA")
	files, _ := filepath.Glob(filepath.Join(dir, "csv-inputs", "*.csv"))
	for _, f := range files {
		b, _ := os.ReadFile(f)
		md, _ := os.ReadFile(strings.TrimSuffix(f, ".csv") + ".md")
		w, _ := newShelf(t, bulkimport.Options{})
		typ := bulkimport.TypeName("contacts")
		if strings.Contains(string(md), "How: customers") {
			typ = "customers"
		} else if strings.Contains(string(md), "How: accounts") {
			typ = "accounts"
		}
		fmt.Println("==", filepath.Base(f), typ)
		i, err := w.service.Upload(t.Context(), w.scope, bulkimport.UploadInput{Type: typ, FileName: "a.csv", Content: strings.NewReader(string(b))})
		if err != nil {
			fmt.Println("   ERR", err)
			continue
		}
		fmt.Println("  ", i.Content.Encoding, i.Content.Delimiter, "header", i.Content.HeaderLine, "rows", i.Rows, "width", i.Content.Width)
		for _, wa := range i.Warnings {
			fmt.Println("   WARN", wa.Code, wa.Line, wa.Message)
		}
		s, _ := w.service.Suggest(t.Context(), w.scope, i.ID)
		m := s.Mapping()
		_, err = w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{Optional: []string{"name"}})
		if err == nil {
			_, err = w.service.Start(t.Context(), w.scope, i.ID)
		}
		if err == nil {
			_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
			p, _ := w.service.Progress(t.Context(), w.scope, i.ID)
			fmt.Println("   RUN", p.Counts)
			for _, r := range w.failed(i.ID) {
				fmt.Printf("   FAILED line %d %v %.100v\n", r.Line, codes(r), r.Errors[0].Message)
			}
		}
		if err != nil {
			fmt.Println("   ERR", err)
		}
	}
}
