package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage/memory"
)

const readRows = 100_000

// reading compares what an import does besides writing with encoding/csv, which splits the same file into reused
// cells: 12 columns, of which all are mapped and checked, from the upload to the last row, into a target that drops
// them.
func reading(ctx context.Context) ([]comparison, error) {
	file := wideFile(readRows)
	return []comparison{{
		name: "import.read/encoding-csv",
		ours: func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				c, err := center(ctx, memory.New(), admincenter.Options{Imports: bulkimport.Options{
					Types: []bulkimport.Type{{Schema: wideSchema(), Target: dropped{}}},
				}})
				fatal(b, err)
				b.StartTimer()
				fatal(b, importWide(ctx, c, file, readRows))
			}
		},
		other: func(b *testing.B) {
			for b.Loop() {
				rows := csv.NewReader(bytes.NewReader(file))
				rows.ReuseRecord = true
				for {
					if _, err := rows.Read(); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
			}
		},
	}}, nil
}

// dropped is a target that keeps nothing.
type dropped struct{}

func (dropped) Write(
	_ context.Context, _ admin.OrgID, b bulkimport.Batch, _ admin.Record,
) ([]bulkimport.Outcome, error) {
	out := make([]bulkimport.Outcome, len(b.Rows))
	for i := range out {
		out[i].Result = bulkimport.Created
	}
	return out, nil
}

func wideSchema() bulkimport.Schema {
	text := func(name string, kind bulkimport.Kind) bulkimport.Field {
		return bulkimport.Field{Name: name, Label: name, Kind: kind}
	}
	key := text("id", bulkimport.ID)
	key.Key, key.Required, key.Max = true, true, 100
	return bulkimport.Schema{
		Type: "wide", Noun: "subscriber", Read: customer.PermissionRead, Write: customer.PermissionWrite,
		Fields: []bulkimport.Field{
			key, text("name", bulkimport.Text), text("email", bulkimport.Email), text("country", bulkimport.Country),
			text("currency", bulkimport.Currency), text("balance", bulkimport.Decimal), text("since", bulkimport.Date),
			text("active", bulkimport.Bool), text("street", bulkimport.Text), text("city", bulkimport.Text),
			text("plan", bulkimport.Text), text("note", bulkimport.Text),
		},
	}
}

// wideFile has the columns of wideSchema; one of them is quoted, as a name with a comma is.
func wideFile(rows int) []byte {
	var f bytes.Buffer
	f.WriteString("id,name,email,country,currency,balance,since,active,street,city,plan,note\n")
	for i := range rows {
		fmt.Fprintf(&f, "c-%07d,\"Customer, No. %d\",billing%d@customer.example,%s,EUR,%d.%02d,2024-%02d-%02d,%t,"+
			"Hauptstrasse %d,Springfield,Enterprise monthly,imported from the old system\n",
			i, i, i, []string{"DE", "Germany", "FR", "US"}[i%4], i%100_000, i%100, 1+i%12, 1+i%28, i%3 == 0, i%500)
	}
	return f.Bytes()
}

func importWide(ctx context.Context, c *admincenter.Center, file []byte, rows int64) error {
	scope := admin.System(org)
	imp, err := c.Imports.Upload(ctx, scope,
		bulkimport.UploadInput{Type: "wide", FileName: "wide.csv", Content: bytes.NewReader(file)})
	if err != nil {
		return err
	}
	mapping := bulkimport.Mapping{}
	for k, f := range wideSchema().Fields {
		mapping[f.Name] = bulkimport.FromColumn(k)
	}
	if _, err = c.Imports.SetMapping(ctx, scope, imp.ID, imp.Version, mapping, bulkimport.Settings{}); err != nil {
		return err
	}
	if _, err := c.Imports.Start(ctx, scope, imp.ID); err != nil {
		return err
	}
	p, err := c.Imports.Run(ctx, scope, imp.ID, nil)
	if err == nil && p.Counts.Completed != rows {
		err = fmt.Errorf("%d of %d rows were imported", p.Counts.Completed, rows)
	}
	return err
}

func fatal(b *testing.B, err error) {
	if err != nil {
		b.Fatal(err)
	}
}
