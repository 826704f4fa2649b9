package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	_ "modernc.org/sqlite"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// importRounds is how often each way is timed on a database; the best counts.
const importRounds = 2

// importWorkers is how many imports run at the same time in the last comparison.
const importWorkers = 8

// imports compares whole imports of customers of 12 columns, from the upload to the last row, with the database's own
// loader and with a bare loop that writes the same rows into the same table and checks nothing.
func imports(rows int) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, d := range databases() {
			best := map[string]importTime{}
			for range importRounds {
				r := importing{d: d, rows: rows, best: best}
				if err := onDatabase(ctx, d, r.round); err != nil {
					return fmt.Errorf("%s: %w", d.name, err)
				}
			}
			printImports(d.name, best)
		}
		return nil
	}
}

// printImports prints the comparisons of the ways that were timed.
func printImports(database string, best map[string]importTime) {
	for _, c := range [][2]string{
		{"create", "loader"}, {"create", "bare"}, {"bare", "loader"},
		{"unchanged", "create"}, {"changed", "create"}, {"unchanged", "loader"}, {"changed", "loader"},
		{"workers", "create"},
	} {
		ours, other := best[c[0]], best[c[1]]
		if ours.wall == 0 || other.wall == 0 {
			continue
		}
		printRatio("import."+database+"."+c[0]+"/"+c[1], ours.wall, other.wall)
		if other.cpu > 0 {
			printRatio("import.cpu."+database+"."+c[0]+"/"+c[1], ours.cpu, other.cpu)
		}
	}
}

// importTime is nanoseconds a row, of the clock and of this process's processors.
type importTime struct{ wall, cpu float64 }

func least(a, b float64) float64 {
	if a == 0 {
		return b
	}
	return min(a, b)
}

// importing is one round on a database.
type importing struct {
	d    database
	rows int
	best map[string]importTime // by the way
}

func (r importing) round(ctx context.Context, _ database, pool *sql.DB, db *sqlstore.DB) error {
	c, err := center(ctx, db, admincenter.Options{Imports: bulkimport.Options{
		Types: []bulkimport.Type{{Schema: clientSchema()}},
	}})
	if err != nil {
		return err
	}
	if err := organization(ctx, c, bareOrg); err != nil {
		return err
	}
	file, other := clientsFile(0, r.rows, "monthly"), clientsFile(0, r.rows, "yearly")
	for _, way := range []struct {
		name string
		run  func() error
	}{
		{"loader", func() error { return load(ctx, r.d, pool, file) }},
		{"bare", func() error { return bareRows(ctx, r.d, pool, file) }},
		{"create", func() error { return importClients(ctx, c, file, r.rows, bulkimport.Create) }},
		{"unchanged", func() error { return importClients(ctx, c, file, r.rows, bulkimport.Upsert) }},
		{"changed", func() error { return importClients(ctx, c, other, r.rows, bulkimport.Upsert) }},
		{"workers", func() error { return r.together(ctx, c) }},
	} {
		runtime.GC()
		began, used := time.Now(), cpuTime()
		err := way.run()
		if errors.Is(err, errNoLoader) {
			continue
		} else if err != nil {
			return fmt.Errorf("%s: %w", way.name, err)
		}
		each, b := 1/float64(r.rows), r.best[way.name]
		r.best[way.name] = importTime{
			least(b.wall, float64(time.Since(began))*each), least(b.cpu, float64(cpuTime()-used)*each),
		}
	}
	return nil
}

// together imports the rows by several workers at once, each a file of its own with new keys.
func (r importing) together(ctx context.Context, c *admincenter.Center) error {
	failed := make([]error, importWorkers)
	var all sync.WaitGroup
	for w := range importWorkers {
		all.Go(func() {
			part := r.rows / importWorkers
			file := clientsFile(r.rows+w*part, part, "monthly")
			failed[w] = importClients(ctx, c, file, part, bulkimport.Create)
		})
	}
	all.Wait()
	return errors.Join(failed...)
}

// clientSchema is that of customers with six fields of the host's.
func clientSchema() bulkimport.Schema {
	s := bulkimport.Customers()
	for _, f := range []struct {
		name string
		kind bulkimport.Kind
	}{
		{"plan", bulkimport.Text}, {"balance", bulkimport.Decimal}, {"since", bulkimport.Date},
		{"active", bulkimport.Bool}, {"segment", bulkimport.Text}, {"note", bulkimport.Text},
	} {
		field := bulkimport.Field{Name: f.name, Label: f.name, Kind: f.kind}
		if f.kind == bulkimport.Text {
			field.Max = 255
		}
		s.Fields = append(s.Fields, field)
	}
	return s
}

// clientsFile has the columns of clients; one of them is quoted, as a name with a comma is.
func clientsFile(first, rows int, plan string) []byte {
	var f bytes.Buffer
	f.WriteString("id,name,primary_email,line1,city,country,plan,balance,since,active,segment,note\n")
	for i := first; i < first+rows; i++ {
		fmt.Fprintf(&f, "c-%07d,\"Customer, No. %d\",billing%d@customer.example,Hauptstrasse %d,Springfield,%s,%s,%d.%02d,"+
			"2024-%02d-%02d,%t,retail,imported from the old system\n",
			i, i, i, i%500, []string{"DE", "FR", "IN", "US"}[i%4], plan, i%100_000, i%100, 1+i%12, 1+i%28, i%3 == 0)
	}
	return f.Bytes()
}

func importClients(
	ctx context.Context, c *admincenter.Center, file []byte, rows int, mode bulkimport.Mode,
) error {
	scope := admin.System(org)
	imp, err := c.Imports.Upload(ctx, scope,
		bulkimport.UploadInput{Type: bulkimport.CustomersType, FileName: "bench.csv", Content: bytes.NewReader(file)})
	if err != nil {
		return err
	}
	mapping := bulkimport.Mapping{}
	for k, name := range clientColumns() {
		mapping[name] = bulkimport.FromColumn(k)
	}
	set := bulkimport.Settings{Mode: mode}
	if _, err = c.Imports.SetMapping(ctx, scope, imp.ID, imp.Version, mapping, set); err != nil {
		return err
	}
	if _, err := c.Imports.Start(ctx, scope, imp.ID); err != nil {
		return err
	}
	p, err := c.Imports.Run(ctx, scope, imp.ID, nil)
	if err == nil && p.Counts.Completed != int64(rows) {
		err = fmt.Errorf("%d of %d rows were imported", p.Counts.Completed, rows)
	}
	return err
}

func clientColumns() []string {
	return []string{
		"id", "name", "primary_email", "line1", "city", "country", "plan", "balance", "since", "active", "segment", "note",
	}
}
