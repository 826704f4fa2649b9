package bulkimport_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// manyCustomers is a file of n rows; those whose number divides by 7 have no e-mail, and the last
// repeats the key of the first.
func manyCustomers(n int) string {
	var b strings.Builder
	b.WriteString("id,name,primary_email,country\n")
	for i := 1; i <= n; i++ {
		id, email := fmt.Sprintf("c%03d", i), "a@x.example"
		if i%7 == 0 {
			email = ""
		}
		if i == n {
			id = "c001"
		}
		fmt.Fprintf(&b, "%s,\"Customer\nno. %d\",%s,France\n", id, i, email)
	}
	return b.String()
}

func TestImportsLikeChinook(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	_, p := w.run(bulkimport.CustomersType,
		"CustomerId,FirstName,LastName,Company,Address,City,State,Country,PostalCode,Phone,Fax,Email,SupportRepId\n"+
			"1,\"Luís\",\"Gonçalves\",\"Embraer\",\"Av. Brigadeiro Faria Lima, 2170\",\"São José dos Campos\",SP,Brazil,12227-000,\"+55 (12) 3923-5555\",,luisg@embraer.example,3\n"+
			"2,Leonie,\"Köhler\",,\"Theodor-Heuss-Straße 34\",Stuttgart,,Germany,70174,\"+49 0711 2842222\",,leonie@surfeu.example,5\n"+
			"3,František,Wichterlová,,\"Klanova 9/506\",Prague,,\"Czech Republic\",14700,,,\"františek@jet.example\",5\n", bulkimport.Settings{})
	require.EqualValues(t, 3, p.Created)
	require.Equal(t, customer.Customer{
		ID: "1", Name: "Luís Gonçalves", PrimaryEmail: "luisg@embraer.example", Status: customer.Active, CreatedAt: w.now,
		UpdatedAt: w.now, Version: 1,
		Address: customer.Address{
			PhoneNumber: "+55 (12) 3923-5555", Line1: "Av. Brigadeiro Faria Lima, 2170", PostalCode: "12227-000",
			City: "São José dos Campos", State: "SP", Country: "BR",
		},
	}, w.customer("1"))
	require.Equal(t, "CZ", w.customer("3").Country)
}

func TestImportsLikeNorthwind(t *testing.T) {
	const text = "customerID,companyName,contactName,contactTitle,address,city,region,postalCode,country,phone,fax\n" +
		"ALFKI,Alfreds Futterkiste,Maria Anders,Sales Representative,Obere Str. 57,Berlin,NULL,12209,Germany,030-0074321,030-0076545\n" +
		"WELLI,Wellington Importadora,Paula Parente,Sales Manager,Rua do Mercado 12,Resende,SP,08737-363,Brazil,(14) 555-8122,NULL\n"
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, text)
	_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
	var invalid *admin.ValidationError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "/mapping/primary_email", invalid.Fields[0].Path)
	require.Equal(t, bulkimport.CodeRequiredMapping, invalid.Fields[0].Code)
	require.Contains(t, invalid.Error(), "primary_email")
	_, err = w.service.Start(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.Empty(t, w.customers())

	_, p := w.run(bulkimport.CustomersType, text,
		bulkimport.Settings{Optional: []string{"primary_email"}, Blank: []string{"NULL"}})
	require.EqualValues(t, 2, p.Created)
	require.Equal(t, "Alfreds Futterkiste", w.customer("ALFKI").Name)
	require.Empty(t, w.customer("ALFKI").State)
	require.Equal(t, "SP", w.customer("WELLI").State)
	require.Equal(t, "Obere Str. 57", w.customer("ALFKI").Line1)
}

func TestModes(t *testing.T) {
	const before = "id,name,primary_email,city\nc1,Customer one,one@x.example,Bonn\n"
	const file = "id,name,primary_email\nc1,Customer uno,uno@x.example\nc2,Customer two,two@x.example\n"
	for _, tc := range []struct {
		reason string
		mode   bulkimport.Mode
		want   job.Counts
		name   string
		city   string
	}{
		{"create fails rows whose key exists", bulkimport.Create, job.Counts{Total: 2, Completed: 1, Failed: 1},
			"Customer one", "Bonn"},
		{"skip leaves them out", bulkimport.Skip, job.Counts{Total: 2, Completed: 1, Skipped: 1}, "Customer one", "Bonn"},
		{"upsert updates the mapped fields only", bulkimport.Upsert, job.Counts{Total: 2, Completed: 2}, "Customer uno",
			"Bonn"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{})
			w.run(bulkimport.CustomersType, before, bulkimport.Settings{})
			_, p := w.run(bulkimport.CustomersType, file, bulkimport.Settings{Mode: tc.mode})
			require.Equal(t, tc.want, p.Counts)
			require.Equal(t, tc.name, w.customer("c1").Name)
			require.Equal(t, tc.city, w.customer("c1").City)
			require.Equal(t, "Customer two", w.customer("c2").Name)
			_, p = w.run(bulkimport.CustomersType, file, bulkimport.Settings{Mode: bulkimport.Upsert})
			require.Equal(t, int64(2), p.Updated+p.Unchanged)
		})
	}
}

func TestAccountsNeedTheirCustomer(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	w.run(bulkimport.CustomersType, "id,name,primary_email\nc1,Customer one,one@x.example\n", bulkimport.Settings{})
	i, p := w.run(bulkimport.AccountsType,
		"ID,Account Name,Customer ID,Currency,Net terms\na1,Main account,c1,eur,30\na2,Other account,missing,,\n", bulkimport.Settings{})
	require.Equal(t, job.Counts{Total: 2, Completed: 1, Failed: 1}, p.Counts)
	failed := w.failed(i.ID)[0]
	require.EqualValues(t, 3, failed.Line)
	require.Equal(t, bulkimport.CodeRelationNotFound, failed.Errors[0].Code)
	require.Equal(t, "customer_id", failed.Errors[0].Field)
	require.Equal(t, 2, failed.Errors[0].Column, "the cell at fault can be marked")
	require.Contains(t, failed.Errors[0].Message, "missing")
	a, err := w.backend.Accounts().Get(t.Context(), org, "a1")
	require.NoError(t, err)
	require.Equal(t, iso4217.Code("EUR"), a.InvoiceCurrency)
	require.Equal(t, 30, *a.NetTermDays)
}

func TestHostsFieldsOfBuiltInTypesAreKept(t *testing.T) {
	schema := bulkimport.Customers()
	schema.Fields = append(schema.Fields, bulkimport.Field{Name: "tier", Label: "Tier", Kind: bulkimport.Text, Max: 20})
	w := newWorld(t, bulkimport.Options{Types: []bulkimport.Type{{Schema: schema}}})
	w.run(bulkimport.CustomersType, "id,name,primary_email,tier\nc1,Customer one,one@x.example,gold\n",
		bulkimport.Settings{})
	require.Equal(t, map[string]string{"tier": "gold"}, w.customer("c1").Metadata)
}

// Every batch's commit fails once, and another process goes on each time.
func TestNothingIsLostOrDoneTwiceWhenCommitsFail(t *testing.T) {
	const rows = 50
	text := manyCustomers(rows)
	want := job.Counts{Total: rows, Completed: 42, Failed: 8} // 7 without e-mail, and the repeated key
	for _, batch := range []int{1, 3, 7, 500} {
		t.Run(fmt.Sprintf("batches of %d", batch), func(t *testing.T) {
			o := bulkimport.Options{BatchRows: batch}
			w := newWorld(t, o)
			i := w.upload(bulkimport.CustomersType, text)
			w.start(i, bulkimport.Settings{})
			crash := errors.New("crash")
			steps := 0
			for done := false; !done; steps++ {
				w.commit = func() error { return crash }
				_, err := w.with(o).Step(t.Context(), w.scope, i.ID)
				require.ErrorIs(t, err, crash)
				w.commit = nil
				p, err := w.with(o).Step(t.Context(), w.scope, i.ID)
				require.NoError(t, err)
				done = p.Done()
			}
			require.GreaterOrEqual(t, steps, rows/batch)
			p, err := w.service.Progress(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			require.Equal(t, want, p.Counts)
			require.EqualValues(t, want.Completed, p.Created)
			require.Len(t, w.customers(), int(want.Completed))
			for _, c := range w.customers() {
				require.EqualValues(t, 1, c.Version, "%s was written once", c.ID)
			}
			failed := w.failed(i.ID)
			require.Len(t, failed, int(want.Failed))
			last := failed[len(failed)-1]
			require.Equal(t, []string{bulkimport.CodeDuplicateInFile}, codes(last))
			require.EqualValues(t, 2*rows, last.Line)
			require.Contains(t, last.Errors[0].Message, "line 2", "it names the row that was first")
		})
	}
}

func TestHostsTargetIsCalledAgainWithTheSameKeys(t *testing.T) {
	w, shelf := newShelf(t, bulkimport.Options{BatchRows: 2})
	i := w.upload("contacts", "external_id,name\nc1,a\nc2,b\nc3,c\n")
	w.start(i, bulkimport.Settings{Mode: bulkimport.Upsert})
	crash := errors.New("crash")
	w.commit = func() error { return crash }
	_, err := w.service.Step(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, crash)
	w.commit = nil
	shelf.fail = crash // after it wrote: it did not hear that it had
	_, err = w.service.Step(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, crash)
	_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	key := func(n int) string { return fmt.Sprintf("%s/%d", i.ID, n) }
	require.Equal(t, []string{key(1), key(2), key(1), key(2), key(1), key(2), key(3)}, shelf.keys)
	require.Len(t, shelf.rows, 3)
}

func TestWorkerThatWasOvertakenChangesNothing(t *testing.T) {
	w := newWorld(t, bulkimport.Options{BatchRows: 5})
	i := w.upload(bulkimport.CustomersType, manyCustomers(12))
	w.start(i, bulkimport.Settings{})
	other := w.with(bulkimport.Options{BatchRows: 5})
	overtake := sync.OnceFunc(func() {
		w.now = w.now.Add(job.DefaultLease)
		_, err := other.Run(t.Context(), w.scope, i.ID, nil)
		require.NoError(t, err)
	})
	ports := w.ports()
	ports.Atomically = func(ctx context.Context, fn func(bulkimport.Ports) error) error {
		overtake() // after the batch was read and before it is written
		return w.atomically(ctx, fn)
	}
	slow, err := bulkimport.NewService(ports, bulkimport.Options{
		BatchRows: 5, Runtime: admin.Runtime{Now: func() time.Time { return w.now }, NewID: w.id},
	})
	require.NoError(t, err)
	_, err = slow.Step(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, job.ErrLeaseLost)
	p, err := w.service.Progress(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, job.Counts{Total: 12, Completed: 10, Failed: 2}, p.Counts)
	require.Len(t, w.customers(), 10)
}

func TestCancelStopsWithinABatch(t *testing.T) {
	w := newWorld(t, bulkimport.Options{BatchRows: 5})
	i := w.upload(bulkimport.CustomersType, manyCustomers(12))
	w.start(i, bulkimport.Settings{})
	batches := 0
	_, err := w.service.Run(t.Context(), w.scope, i.ID, func(job.Progress) {
		batches++
		j, err := w.service.Cancel(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		require.Equal(t, job.Cancelled, j.Status)
	})
	require.ErrorIs(t, err, job.ErrLeaseLost)
	require.Equal(t, 1, batches)
	p, err := w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	require.Equal(t, job.Cancelled, p.Status)
	require.EqualValues(t, 5, p.Counts.Completed)
	require.Len(t, w.customers(), 5)
}

// The end of the file is found by a batch of its own if the one before was full: cancelled in between, an
// import has every row.
func TestCancelAfterTheLastRow(t *testing.T) {
	w := newWorld(t, bulkimport.Options{BatchRows: 3})
	i := w.upload(bulkimport.CustomersType,
		"id,name,primary_email\na,Anna,a@x.example\nb,Bert,b@x.example\nc,Carl,c@x.example\n")
	w.start(i, bulkimport.Settings{})
	p, err := w.service.Step(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, job.InProgress, p.Status)
	j, err := w.service.Cancel(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, job.Cancelled, j.Status)
	require.Equal(t, job.Counts{Total: 3, Completed: 3}, j.Counts)
	require.Len(t, w.customers(), 3)
}

func TestStartingTwiceIsOneJob(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, manyCustomers(12))
	_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
	require.NoError(t, err)
	var group sync.WaitGroup
	started := make(chan job.Job, 4)
	for range cap(started) {
		group.Go(func() {
			j, err := w.service.Start(t.Context(), w.scope, i.ID)
			if err == nil {
				started <- j
			}
		})
	}
	group.Wait()
	close(started)
	require.Len(t, started, cap(started))
	for j := range started {
		require.Equal(t, i.ID, j.ID)
		require.Equal(t, bulkimport.JobKind(i.Type), j.Kind)
	}
	_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	j, err := w.service.Start(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, job.CompletedWithFailures, j.Status, "a finished import does not start again")
	require.Len(t, w.customers(), 10)
}

func TestStartRefuses(t *testing.T) {
	w := newWorld(t, bulkimport.Options{Limits: bulkimport.Limits{Duplicates: 3}})
	t.Run("content that is not what was uploaded", func(t *testing.T) {
		i := w.upload(bulkimport.CustomersType, manyCustomers(3))
		i, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
		require.NoError(t, err)
		require.NoError(t, w.backend.Imports().Append(t.Context(), org, i.ID, i.Content.Bytes,
			[]byte("c9,Customer,a@x.example,FR\n")))
		_, err = w.service.Start(t.Context(), w.scope, i.ID)
		var broken *bulkimport.FileError
		require.ErrorAs(t, err, &broken)
		require.Equal(t, bulkimport.CodeFileChanged, broken.Code)
	})
	t.Run("a key that is mapped to the wrong column", func(t *testing.T) {
		i := w.upload(bulkimport.CustomersType, manyCustomers(6))
		m := w.suggested(i)
		m["id"] = m["country"]
		delete(m, "country")
		_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{})
		require.NoError(t, err)
		_, err = w.service.Start(t.Context(), w.scope, i.ID)
		var broken *bulkimport.FileError
		require.ErrorAs(t, err, &broken)
		require.Equal(t, bulkimport.CodeManyDuplicates, broken.Code)
	})
	require.Empty(t, w.customers())
}

func TestFailsForGoodWhereTheActorMayNoLongerWrite(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, manyCustomers(3))
	w.start(i, bulkimport.Settings{})
	strict := w.with(bulkimport.Options{Authorize: func(_ context.Context, at admin.OrgID, actor admin.Actor,
		ps ...admin.Permission) error {
		require.Equal(t, org, at)
		require.Equal(t, admin.ActorSystem, actor.Kind)
		require.Equal(t, []admin.Permission{customer.PermissionWrite}, ps)
		return admin.ErrForbidden
	}})
	p, err := strict.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	require.Equal(t, job.Failed, p.Status)
	require.Empty(t, w.customers())
}
