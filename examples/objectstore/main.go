// Objectstore keeps the files of imports in an object store, in place of the database, over the REST API of Amazon S3.
//
//	go run ./examples/objectstore
//
// It is a demonstration with a store of its own, in this process. What to copy is blobs.go, and s3.go if there is no
// SDK; store.go is the demonstration's.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage/memory"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// client returns the client of a store at an address.
func client(address string) *S3 {
	return &S3{
		Endpoint: address, Bucket: "billing", Region: "eu-central-1", KeyID: "key", Secret: "secret",
		Client: &http.Client{Timeout: 30 * time.Second}, Now: time.Now,
	}
}

// run imports a file that is in an object store, and erases it.
func run(ctx context.Context, out io.Writer) error {
	objects := &store{objects: map[string][]byte{}}
	server := httptest.NewServer(objects)
	defer server.Close()
	center, err := admincenter.New(memory.New(), admincenter.Options{Blobs: Blobs{client(server.URL)}})
	if err != nil {
		return err
	}
	_, _, err = center.People.CreateOrganization(ctx, people.NewOrganization{
		ID: "acme", Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
	})
	if err != nil {
		return err
	}
	scope, imports := admin.System("acme"), center.Imports
	i, err := imports.Upload(ctx, scope, bulkimport.UploadInput{
		Type: bulkimport.CustomersType, FileName: "customers.csv",
		Content: strings.NewReader("id,name,primary_email\nc1,Lumen,billing@lumen.example\n"),
	})
	if err != nil {
		return err
	}
	for path, object := range objects.objects {
		fmt.Fprintf(out, "%d bytes under %s\n", len(object), strings.Replace(path, i.ID.String(), "IMPORT", 1))
	}
	suggested, err := imports.Suggest(ctx, scope, i.ID)
	if err != nil {
		return err
	}
	if _, err = imports.SetMapping(ctx, scope, i.ID, i.Version, suggested.Mapping(), bulkimport.Settings{}); err != nil {
		return err
	}
	if _, err = imports.Start(ctx, scope, i.ID); err != nil {
		return err
	}
	p, err := imports.Run(ctx, scope, i.ID, nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d row imported\n", p.Counts.Completed)
	if _, err = imports.Erase(ctx, scope, i.ID); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d objects after it was erased\n", len(objects.objects))
	return nil
}
