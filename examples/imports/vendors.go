package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/bulkimport"
)

// vendorSchema is a type of this host's own: what a file of vendors may have.
func vendorSchema() bulkimport.Schema {
	return bulkimport.Schema{
		Type: "vendors", Noun: "vendor", Read: customer.PermissionRead, Write: customer.PermissionWrite,
		Fields: []bulkimport.Field{
			{Name: "id", Label: "Vendor ID", Kind: bulkimport.ID, Required: true, Key: true, Max: 50},
			{Name: "name", Label: "Vendor name", Kind: bulkimport.Text, Required: true, Max: 100},
		},
	}
}

// vendors is where they are kept, such as another service. It is a target of imports that can take its rows back: a
// real one is called again after a crash, and recognizes rows by their idempotency keys.
type vendors struct {
	names   map[string]string
	answers map[string]bulkimport.Outcome // by idempotency key
}

// once does what belongs to a key, or returns what that was.
func (v *vendors) once(key string, do func() bulkimport.Outcome) bulkimport.Outcome {
	if _, done := v.answers[key]; !done {
		v.answers[key] = do()
	}
	return v.answers[key]
}

// Write implements bulkimport.Target. Outcome.Before is what Undo needs.
func (v *vendors) Write(
	_ context.Context, _ admin.OrgID, b bulkimport.Batch, _ admin.Record,
) (out []bulkimport.Outcome, err error) {
	for _, r := range b.Rows {
		out = append(out, v.once(b.IdempotencyKey(r), func() bulkimport.Outcome {
			name, _ := r.Value("name")
			was, exists := v.names[r.Key()]
			v.names[r.Key()] = name
			if !exists {
				return bulkimport.Outcome{Result: bulkimport.Created, Before: kept(was, name)}
			}
			return bulkimport.Outcome{Result: bulkimport.Updated, Before: kept(was, name)}
		}))
	}
	return out, nil
}

// Undo implements bulkimport.Undoer: what has changed since stays.
func (v *vendors) Undo(
	ctx context.Context, _ admin.OrgID, b bulkimport.UndoBatch, _ admin.Record,
) (out []bulkimport.Outcome, err error) {
	for _, r := range b.Rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out = append(out, v.once(b.IdempotencyKey(r), func() bulkimport.Outcome {
			var names [2]string // before the row, and by it
			if err := json.Unmarshal([]byte(r.Before), &names); err != nil {
				return bulkimport.Outcome{Result: bulkimport.Refused, Detail: err.Error()}
			}
			now, exists := v.names[r.Key]
			switch {
			case !exists:
				return bulkimport.Outcome{Result: bulkimport.NotFound}
			case now != names[1]:
				return bulkimport.Outcome{Result: bulkimport.Refused, Code: bulkimport.CodeChangedSince,
					Detail: fmt.Sprintf("the name is %q now", now)}
			case r.Result == bulkimport.Created:
				delete(v.names, r.Key)
				return bulkimport.Outcome{Result: bulkimport.Removed}
			}
			v.names[r.Key] = names[0]
			return bulkimport.Outcome{Result: bulkimport.Restored}
		}))
	}
	return out, nil
}

func kept(was, name string) string {
	text, _ := json.Marshal([2]string{was, name}) // texts always marshal
	return string(text)
}

// own imports rows into the host's own target and takes them back; what was changed by hand is taken back once it is as
// it was.
func (w *walkthrough) own(ctx context.Context) error {
	imports := w.center.Imports
	w.vendors.names["V-1"] = "Old Mill"
	imp, err := imports.Upload(ctx, w.scope, bulkimport.UploadInput{Type: "vendors", FileName: "vendors.csv",
		Content: strings.NewReader("id,name\nV-1,New Mill\nV-2,Quarry\nV-3,Foundry\n")})
	if err != nil {
		return err
	}
	m := bulkimport.Mapping{"id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1)}
	if _, err := imports.SetMapping(ctx, w.scope, imp.ID, imp.Version, m,
		bulkimport.Settings{Mode: bulkimport.Upsert}); err != nil {
		return err
	}
	if _, err := imports.Start(ctx, w.scope, imp.ID); err != nil {
		return err
	}
	if _, err := imports.Run(ctx, w.scope, imp.ID, nil); err != nil {
		return err
	}
	w.say("imported: %v", w.vendors.names)
	imported := maps.Clone(w.vendors.names)
	w.vendors.names["V-2"] = "Quarry & Sons"
	for range 2 {
		j, err := imports.Undo(ctx, w.scope, imp.ID)
		if err != nil {
			return err
		}
		p, err := imports.Run(ctx, w.scope, j.ID, nil)
		if err != nil {
			return err
		}
		w.say("%s: %d of %d undone: %v", p.Status, p.Counts.Completed, p.Counts.Total, w.vendors.names)
		w.vendors.names["V-2"] = imported["V-2"]
	}
	return nil
}
