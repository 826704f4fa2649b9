package bulkimport_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
)

func Example() {
	ctx := context.Background()
	backend := memory.New()
	first := people.User{ID: uuid.Must(uuid.NewV7()), Name: "Ann"}
	var runtime admin.Runtime
	runtime = runtime.WithDefaults()
	err := backend.Organizations().Create(ctx, people.Organization{ID: "acme", Name: "Acme"}, first,
		people.Credential{UserID: first.ID},
		runtime.Record(admin.System("acme"), "organization.create", admin.Subject{Kind: "organization", ID: "acme"}))
	if err != nil {
		fmt.Println(err)
		return
	}
	// A Center does this wiring.
	ports := func(s storage.Stores) bulkimport.Ports {
		return bulkimport.Ports{Imports: s.Imports(), Jobs: s.Jobs(), Customers: s.Customers(), Accounts: s.Accounts()}
	}
	p := ports(backend)
	p.Atomically = func(ctx context.Context, fn func(bulkimport.Ports) error) error {
		return backend.InTx(ctx, func(s storage.Stores) error { return fn(ports(s)) })
	}
	imports, err := bulkimport.NewService(p, bulkimport.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}

	scope := admin.System("acme")
	file := strings.NewReader("Customer No.;Segment;First Name;Last Name;E-Mail;Country\n" +
		"C-1;retail;Ada;Lovelace;ada@lumen.example;UK\n" +
		"C-2;energy;Alan;Turing;alan at orbit;United Kingdom\n")
	imp, err := imports.Upload(ctx, scope,
		bulkimport.UploadInput{Type: bulkimport.CustomersType, FileName: "crm.csv", Content: file})
	if err != nil {
		fmt.Println(err)
		return
	}
	suggested, err := imports.Suggest(ctx, scope, imp.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range suggested {
		if len(s.Source.Columns) > 0 {
			fmt.Println(s.Field, "from columns", s.Source.Columns)
		}
	}
	if _, err = imports.SetMapping(ctx, scope, imp.ID, imp.Version, suggested.Mapping(),
		bulkimport.Settings{}); err != nil {
		fmt.Println(err)
		return
	}
	if _, err = imports.Start(ctx, scope, imp.ID); err != nil {
		fmt.Println(err)
		return
	}
	progress, err := imports.Run(ctx, scope, imp.ID, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(progress.Status, progress.Counts.Completed, "imported,", progress.Counts.Failed, "failed")
	var failed strings.Builder
	if err := imports.FailedRows(ctx, scope, imp.ID, &failed); err != nil {
		fmt.Println(err)
	}
	fmt.Print(strings.TrimPrefix(failed.String(), "\ufeff"))
	// Output:
	// id from columns [0]
	// name from columns [2 3]
	// primary_email from columns [4]
	// country from columns [5]
	// COMPLETED_WITH_FAILURES 1 imported, 1 failed
	// "Customer No.";"Segment";"First Name";"Last Name";"E-Mail";"Country";"_line";"_errors"
	// "C-2";"energy";"Alan";"Turing";"alan at orbit";"United Kingdom";"3";"primary_email: ""alan at orbit"" is not an e-mail address: write it as name@domain, without a display name"
}

func ExampleSchema_Sample() {
	if err := bulkimport.Customers().Sample(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// "id","name","primary_email","phone_number","line1","line2","postal_code","city","state","country","metadata"
	// "acme","Acme Corporation","billing@acme.example","555 0100","2281 Broadway Street","G-31","29501","Florence","South Carolina","US","{""segment"":""retail""}"
}

// A target of the host's own decodes rows into its own type.
func ExampleDecode() {
	type device struct {
		Serial string   `csv:"serial"`
		Watts  *float64 `csv:"watts"` // may be blank
	}
	row, err := bulkimport.NewRow(1, 2, "serial", []string{"serial", "watts"}, []string{"X-1", "12.5"})
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := bulkimport.Decode[device](row)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Serial, *d.Watts)
	// Output: X-1 12.5
}
