package bulkimport_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

const ownedHeader = "id,name,customer_id,customer_name,customer_primary_email,customer_city\n"

// kept lists customers and accounts, in a few words.
func (w *world) records() (out []string) {
	w.t.Helper()
	for _, c := range w.customers() {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", c.ID, c.Name, c.PrimaryEmail, c.Address.City)))
	}
	for _, a := range w.accounts() {
		out = append(out, fmt.Sprintf("%s %s of %s", a.ID, a.Name, a.CustomerID))
	}
	return out
}

// owned imports a file of accounts with their customers, and returns what became of the rows. The check has found the
// same, and the undo gives back what was there.
func (w *world) owned(text string, set bulkimport.Settings) (bulkimport.Import, []string) {
	w.t.Helper()
	before := w.records()
	i := w.upload(bulkimport.CustomerAccountsType, text)
	i, err := w.service.SetMapping(w.t.Context(), w.scope, i.ID, i.Version, w.suggested(i), set)
	require.NoError(w.t, err)
	checked, ran := w.checkThenRun(i)
	require.Equal(w.t, checked, ran)
	var out []string
	for _, r := range w.outcomes(i.ID, "", 100) {
		text := fmt.Sprintf("%d %s", r.Number, r.Result)
		for _, e := range r.Errors {
			text += fmt.Sprintf(" %s %s", e.Code, e.Field)
		}
		out = append(out, text)
	}
	after := w.records()
	if ran.Created+ran.Updated > 0 {
		_, would := w.checkUndo(i.ID)
		require.Equal(w.t, after, w.records(), "a check writes nothing")
		job, undone := w.undo(i.ID)
		require.Equal(w.t, would.Counts, undone.Counts)
		require.Zero(w.t, undone.Counts.Failed, "%v", w.left(job.ID))
		require.Equal(w.t, before, w.records())
		w.now = w.now.Add(time.Minute)
		_, again := w.run(bulkimport.CustomerAccountsType, text, set)
		require.Equal(w.t, ran.Counts, again.Counts)
		require.Equal(w.t, after, w.records())
	}
	return i, out
}

// ownedCase is a file of accounts with their customers and what becomes of it, in an organization with the customer c1,
// its account a1, and the customer c2.
type ownedCase struct {
	reason  string
	mode    bulkimport.Mode
	rows    string
	want    []string
	records []string
	set     bulkimport.Settings
}

func ownedCases() []ownedCase {
	const c1, c2, a1 = "c1 One Ltd one@x.example Bonn", "c2 Two Ltd two@x.example", "a1 Main of c1"
	return []ownedCase{
		{reason: "a customer is made once for several accounts", mode: bulkimport.Create,
			rows: "a2,Main,c3,New Ltd,n@x.example,Rome\na3,Second,c3,New Ltd,n@x.example,Rome\na4,Third,c3,,,\n",
			want: []string{"1 CREATED", "2 CREATED", "3 CREATED"},
			records: []string{c1, c2, "c3 New Ltd n@x.example Rome", a1, "a2 Main of c3", "a3 Second of c3",
				"a4 Third of c3"}},
		{reason: "a later row adds what the first one left blank", mode: bulkimport.Create,
			rows:    "a2,Main,c3,New Ltd,n@x.example,\na3,Second,c3,,,Rome\n",
			want:    []string{"1 CREATED", "2 CREATED"},
			records: []string{c1, c2, "c3 New Ltd n@x.example Rome", a1, "a2 Main of c3", "a3 Second of c3"}},
		{reason: "rows that differ from the first fail", mode: bulkimport.Create,
			rows: "a2,Main,c3,New Ltd,n@x.example,Rome\na3,Second,c3,Other Ltd,n@x.example,Oslo\na4,Third,c3,New Ltd,,Rome\n",
			want: []string{"1 CREATED", "2 FAILED customer_conflict customer_name customer_conflict customer_city",
				"3 CREATED"},
			records: []string{c1, c2, "c3 New Ltd n@x.example Rome", a1, "a2 Main of c3", "a4 Third of c3"}},
		{reason: "a row in conflict states nothing", mode: bulkimport.Create,
			rows:    "a2,Main,c3,New Ltd,n@x.example,\na3,Second,c3,Other Ltd,,Oslo\na4,Third,c3,,,Rome\n",
			want:    []string{"1 CREATED", "2 FAILED customer_conflict customer_name", "3 CREATED"},
			records: []string{c1, c2, "c3 New Ltd n@x.example Rome", a1, "a2 Main of c3", "a4 Third of c3"}},
		{reason: "a row with errors states nothing", mode: bulkimport.Create,
			rows:    "a2,Ma,c3,Other Ltd,n@x.example,\na3,Second,c3,New Ltd,n@x.example,\n",
			want:    []string{"1 FAILED too_short name", "2 CREATED"},
			records: []string{c1, c2, "c3 New Ltd n@x.example", a1, "a3 Second of c3"}},
		{reason: "a row that repeats an account states nothing", mode: bulkimport.Create,
			rows:    "a2,Main,c3,New Ltd,n@x.example,\na2,Main,c3,,,Oslo\na3,Second,c3,,,Rome\n",
			want:    []string{"1 CREATED", "2 FAILED duplicate_in_file id", "3 CREATED"},
			records: []string{c1, c2, "c3 New Ltd n@x.example Rome", a1, "a2 Main of c3", "a3 Second of c3"}},
		{reason: "a row that fails makes no customer", mode: bulkimport.Create,
			rows: "a1,Main,c3,New Ltd,n@x.example,Rome\n", want: []string{"1 FAILED already_exists id"},
			records: []string{c1, c2, a1}},
		{reason: "the next row that states it makes the customer", mode: bulkimport.Create,
			rows: "a1,Main,c3,New Ltd,n@x.example,Rome\na2,Second,c3,,,\na3,Third,c3,New Ltd,n@x.example,\na4,Main,c3,,,\n",
			want: []string{"1 FAILED already_exists id", "2 FAILED customer_incomplete customer_name", "3 CREATED",
				"4 CREATED"},
			records: []string{c1, c2, "c3 New Ltd n@x.example", a1, "a3 Third of c3", "a4 Main of c3"}},
		{reason: "a new customer needs its required columns", mode: bulkimport.Create,
			rows:    "a2,Main,c3,,,\na3,Second,c3,New Ltd,n@x.example,\n",
			want:    []string{"1 FAILED customer_incomplete customer_name", "2 CREATED"},
			records: []string{c1, c2, "c3 New Ltd n@x.example", a1, "a3 Second of c3"}},
		{reason: "a new customer without what the settings relax", mode: bulkimport.Create,
			set:  bulkimport.Settings{Optional: []string{"customer_primary_email"}},
			rows: "a2,Main,c3,New Ltd,,\n", want: []string{"1 CREATED"},
			records: []string{c1, c2, "c3 New Ltd", a1, "a2 Main of c3"}},
		{reason: "create with a customer that agrees", mode: bulkimport.Create,
			rows: "a2,Main,c1,One Ltd,,Bonn\na3,Second,c1,,,\n", want: []string{"1 CREATED", "2 CREATED"},
			records: []string{c1, c2, a1, "a2 Main of c1", "a3 Second of c1"}},
		{reason: "create with a customer that differs", mode: bulkimport.Create,
			rows:    "a2,Main,c1,Another,,\na3,Second,c2,Two Ltd,,Rome\na4,Third,c1,,,\n",
			want:    []string{"1 FAILED customer_differs customer_name", "2 FAILED customer_differs customer_city", "3 CREATED"},
			records: []string{c1, c2, a1, "a4 Third of c1"}},
		{reason: "skip leaves customers that exist", mode: bulkimport.Skip,
			rows: "a2,Main,c1,Another,,Rome\na1,Newer,c3,New Ltd,n@x.example,\na3,Third,c4,Four Ltd,f@x.example,\na4,Main,c4,,,Oslo\n",
			want: []string{"1 CREATED", "2 SKIPPED", "3 CREATED", "4 CREATED"},
			records: []string{c1, c2, "c4 Four Ltd f@x.example Oslo", a1, "a2 Main of c1", "a3 Third of c4",
				"a4 Main of c4"}},
		{reason: "skip with an account that exists needs no customer", mode: bulkimport.Skip,
			rows: "a1,Newer,c3,,,\na2,Main,c3,,,\n", want: []string{"1 SKIPPED", "2 FAILED customer_incomplete customer_name"},
			records: []string{c1, c2, a1}},
		{reason: "upsert updates both", mode: bulkimport.Upsert,
			rows: "a1,Newer,c1,Newer Ltd,,\na2,Main,c1,,,Rome\na3,Main,c3,New Ltd,n@x.example,\n",
			want: []string{"1 UPDATED", "2 CREATED", "3 CREATED"},
			records: []string{"c1 Newer Ltd one@x.example Rome", c2, "c3 New Ltd n@x.example", "a1 Newer of c1",
				"a2 Main of c1", "a3 Main of c3"}},
		{reason: "upsert with an account that is like that already", mode: bulkimport.Upsert,
			rows: "a1,Main,c1,One Ltd,,Rome\na2,Main,c2,Two Ltd,,\n", want: []string{"1 UPDATED", "2 CREATED"},
			records: []string{"c1 One Ltd one@x.example Rome", c2, a1, "a2 Main of c2"}},
		{reason: "upsert that changes nothing", mode: bulkimport.Upsert,
			rows: "a1,Main,c1,One Ltd,,\n", want: []string{"1 UNCHANGED"}, records: []string{c1, c2, a1}},
		{reason: "upsert moves an account to a new customer", mode: bulkimport.Upsert,
			rows: "a1,Main,c3,New Ltd,n@x.example,\n", want: []string{"1 UPDATED"},
			records: []string{c1, c2, "c3 New Ltd n@x.example", "a1 Main of c3"}},
		{reason: "update needs both", mode: bulkimport.Update,
			rows:    "a1,Main,c1,Newer Ltd,,\na2,Main,c2,Newer,,Rome\na3,Main,c3,New Ltd,n@x.example,\n",
			want:    []string{"1 UPDATED", "2 FAILED not_found id", "3 FAILED relation_not_found customer_id"},
			records: []string{"c1 Newer Ltd one@x.example Bonn", c2, a1}},
		{reason: "every row names its customer", mode: bulkimport.Update, set: bulkimport.Settings{IfBlank: bulkimport.KeepBlank},
			rows: "a1,Main,,Newer Ltd,,\n", want: []string{"1 FAILED required customer_id"}, records: []string{c1, c2, a1}},
		{reason: "several changes of one customer", mode: bulkimport.Upsert,
			rows:    "a1,Main,c1,Newer Ltd,,\na2,Main,c1,,new@x.example,\na3,Main,c1,Newer Ltd,,Rome\n",
			want:    []string{"1 UPDATED", "2 CREATED", "3 CREATED"},
			records: []string{"c1 Newer Ltd new@x.example Rome", c2, a1, "a2 Main of c1", "a3 Main of c1"}},
	}
}

func TestAccountsWithTheirCustomers(t *testing.T) {
	for _, tc := range ownedCases() {
		for _, batch := range []int{1, 2, 500} {
			t.Run(fmt.Sprintf("%s, in batches of %d", tc.reason, batch), func(t *testing.T) {
				w := newWorld(t, bulkimport.Options{BatchRows: batch})
				w.run(bulkimport.CustomersType, "id,name,primary_email,city\nc1,One Ltd,one@x.example,Bonn\nc2,Two Ltd,two@x.example,\n",
					bulkimport.Settings{})
				w.run(bulkimport.AccountsType, "id,name,customer_id\na1,Main,c1\n", bulkimport.Settings{})
				w.now = w.now.Add(time.Minute)
				tc.set.Mode = tc.mode
				_, got := w.owned(ownedHeader+tc.rows, tc.set)
				require.Equal(t, tc.want, got)
				require.Equal(t, tc.records, w.records())
			})
		}
	}
}

func TestCustomerConflictNamesTheFirstRow(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i, _ := w.run(bulkimport.CustomerAccountsType, ownedHeader+"a1,Main,c1,,,\na2,Main,c1,One Ltd,one@x.example,\n"+
		"a3,Main,c1,Two Ltd,one@x.example,\n", bulkimport.Settings{})
	failed := w.failed(i.ID)
	require.Len(t, failed, 2)
	require.Equal(t, `there is no customer "c1" yet, and the row lacks customer_name, customer_primary_email: fill them in, `+
		`in the customer's first row`, failed[0].Errors[0].Message)
	require.Equal(t, `line 3 has "One Ltd" for customer "c1", and not "Two Ltd": state the same on all rows of the customer, `+
		`or leave it blank`, failed[1].Errors[0].Message)
	require.Equal(t, map[string]string{"line": "3", "other": "One Ltd", "id": "c1", "value": "Two Ltd"},
		failed[1].Errors[0].Params)

	again := w.upload(bulkimport.CustomerAccountsType, ownedHeader+"a5,Main,c5,One Ltd,one@x.example,\na6,Main,c5,Two Ltd,,\n")
	preview, err := w.service.Preview(t.Context(), w.scope, again.ID, w.suggested(again), bulkimport.Settings{}, 0)
	require.NoError(t, err)
	require.False(t, preview.Rows[0].Failed())
	require.True(t, preview.Rows[1].Failed())
	require.Equal(t, bulkimport.CodeCustomerConflict, preview.Rows[1].Cells[3].Errors[0].Code)
}

func TestHeadersOfAccountsWithTheirCustomers(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomerAccountsType, "Account ID,Account Name,Customer ID,Customer Name,Customer Email,Currency,"+
		"Customer City,City\na1,Main,c1,One Ltd,one@x.example,EUR,Bonn,Rome\n")
	m := w.suggested(i)
	for k, field := range []string{"id", "name", "customer_id", "customer_name", "customer_primary_email", "invoice_currency",
		"customer_city", "city"} {
		require.Equal(t, []int{k}, m[field].Columns, field)
	}
	var b strings.Builder
	require.NoError(t, bulkimport.CustomerAccounts().Sample(&b))
	_, p := w.run(bulkimport.CustomerAccountsType, b.String(), bulkimport.Settings{})
	require.Equal(t, int64(1), p.Created, "the sample imports without mapping anything by hand")
	require.Len(t, w.customers(), 1)
}

func TestBothPermissionsAreNeededForAccountsWithTheirCustomers(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	for _, one := range []struct {
		reason  string
		granted []admin.Permission
		ok      bool
	}{
		{"accounts only", []admin.Permission{customer.PermissionAccountsWrite}, false},
		{"customers only", []admin.Permission{customer.PermissionWrite}, false},
		{"both", []admin.Permission{customer.PermissionAccountsWrite, customer.PermissionWrite}, true},
	} {
		t.Run(one.reason, func(t *testing.T) {
			scope := admin.NewScope(org, admin.Actor{Kind: admin.ActorUser, ID: "u1"}, admin.Permissions(one.granted...))
			_, err := w.service.Upload(t.Context(), scope, bulkimport.UploadInput{Type: bulkimport.CustomerAccountsType,
				FileName: "f.csv", Content: strings.NewReader(ownedHeader)})
			if one.ok {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, admin.ErrForbidden)
			}
		})
	}
}

func TestUndoOfAccountsWithTheirCustomersLeavesWhatChanged(t *testing.T) {
	const file = ownedHeader + "a1,Main,c1,One Ltd,one@x.example,\na2,Main,c2,Two Ltd,two@x.example,\n" +
		"a3,Main,c3,Red Ltd,red@x.example,\n"
	for _, tc := range []struct {
		reason string
		change func(w *world)
		left   []string
		why    string
		want   []string
	}{
		{"nothing has changed", func(*world) {}, nil, "", nil},
		{"a customer has another account", func(w *world) {
			w.run(bulkimport.AccountsType, "id,name,customer_id\nb1,Main,c2\n", bulkimport.Settings{})
		}, []string{"2 a2 has_accounts"}, `customer "c2" has accounts: "b1"`, []string{"c2 Two Ltd two@x.example", "b1 Main of c2"}},
		{"a customer was changed", func(w *world) { w.change(renamed(w.t, "c2", "By hand")) },
			[]string{"2 a2 changed_since"}, `customer "c2" has changed since: its version is 2 and no longer 1`,
			[]string{"c2 By hand two@x.example"}},
		{"an account was changed", func(w *world) {
			_, err := w.kept().EditAccount(w.t.Context(), w.scope, "a2", 1, customer.AccountEdit{Name: customer.Set("By hand")})
			require.NoError(w.t, err)
		}, []string{"2 a2 changed_since"}, `account "a2" has changed since: its version is 2 and no longer 1; ` +
			`customer "c2" has accounts: "a2"`, []string{"c2 Two Ltd two@x.example", "a2 By hand of c2"}},
	} {
		for _, batch := range []int{1, 500} {
			t.Run(fmt.Sprintf("%s, in batches of %d", tc.reason, batch), func(t *testing.T) {
				w := newWorld(t, bulkimport.Options{BatchRows: batch})
				i, _ := w.run(bulkimport.CustomerAccountsType, file, bulkimport.Settings{})
				w.now = w.now.Add(time.Minute)
				tc.change(w)
				check, would := w.checkUndo(i.ID)
				j, undone := w.undo(i.ID)
				require.Equal(t, would.Counts, undone.Counts)
				require.Equal(t, tc.left, w.left(j.ID))
				require.Equal(t, w.left(check.ID), w.left(j.ID))
				require.Equal(t, tc.want, w.records())
				if tc.why != "" {
					entries, err := w.backend.Jobs().Entries(t.Context(), org, j.ID, job.EntryFilter{}, admin.Seek[int64]{Limit: 1})
					require.NoError(t, err)
					require.Equal(t, tc.why, entries[0].Detail)
				}
			})
		}
	}
}

func TestRowsOfAccountsWithTheirCustomers(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	w.run(bulkimport.CustomersType, pair, bulkimport.Settings{})
	i, _ := w.run(bulkimport.CustomerAccountsType, ownedHeader+"a1,Main,c1,Newer Ltd,,\na2,Main,c1,,,\na3,Main,c2,,,Rome\n"+
		"a4,x,c1,,,\n", bulkimport.Settings{Mode: bulkimport.Upsert})
	rows, err := bulkimport.RowsOf(t.Context(), w.ports(), org, "c1", nil)
	require.NoError(t, err)
	var seqs []int64
	for _, r := range rows {
		if r.Job == i.ID {
			seqs = append(seqs, r.Seqs...)
		}
	}
	require.Equal(t, []int64{1, 4}, seqs, "what the customer was before, and the failed row that names it")
}

func TestOutcomesOfAccountsWithTheirCustomers(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	w.run(bulkimport.CustomersType, pair, bulkimport.Settings{})
	w.run(bulkimport.AccountsType, "id,name,customer_id\na1,Main,c1\n", bulkimport.Settings{})
	i, _ := w.run(bulkimport.CustomerAccountsType, ownedHeader+"a1,Main,c1,Newer Ltd,,Rome\na2,Main,c1,,,\na3,Newer,c2,,,\n"+
		"a4,Main,c2,,new@x.example,\n", bulkimport.Settings{Mode: bulkimport.Upsert})
	require.Equal(t, []string{"1 UPDATED a1 customer_city:→Rome customer_name:Customer one→Newer Ltd", "2 CREATED a2", "3 CREATED a3",
		"4 CREATED a4 customer_primary_email:two@x.example→new@x.example"}, short(w.outcomes(i.ID, "", 10)))
	require.Equal(t, []string{"1 UPDATED a1 customer_city:→ customer_name:Customer one→Newer Ltd", "2 CREATED a2", "3 CREATED a3",
		"4 CREATED a4 customer_primary_email:→"}, short(w.outcomes(i.ID, "", 10, bulkimport.ReportOptions{OmitSensitive: true})))
}
