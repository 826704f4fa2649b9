package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"

	"github.com/admincenter/admincenter/bulkimport"
)

//go:embed customers.csv
var customersCSV []byte

//go:embed accounts.csv
var accountsCSV []byte

// imports takes the customers and then their accounts from files.
func (h host) imports(ctx context.Context) error {
	if err := h.importFile(ctx, bulkimport.CustomersType, "customers.csv", customersCSV); err != nil {
		return err
	}
	return h.importFile(ctx, bulkimport.AccountsType, "accounts.csv", accountsCSV)
}

func (h host) importFile(ctx context.Context, kind bulkimport.TypeName, name string, content []byte) error {
	imports := h.center.Imports
	imp, err := imports.Upload(ctx, h.scope, bulkimport.UploadInput{
		Type: kind, FileName: name, Content: bytes.NewReader(content),
	})
	if err != nil {
		return err
	}
	suggested, err := imports.Suggest(ctx, h.scope, imp.ID)
	if err != nil {
		return err
	}
	_, err = imports.SetMapping(ctx, h.scope, imp.ID, imp.Version, suggested.Mapping(),
		bulkimport.Settings{Mode: bulkimport.Upsert})
	if err != nil {
		return err
	}
	if _, err := imports.Start(ctx, h.scope, imp.ID); err != nil {
		return err
	}
	if _, err := imports.Run(ctx, h.scope, imp.ID, nil); err != nil {
		return err
	}
	p, err := imports.Progress(ctx, h.scope, imp.ID)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(h.out, "%s: %d created, %d updated, %d unchanged, %d failed\n",
		name, p.Created, p.Updated, p.Unchanged, p.Counts.Failed)
	return err
}
