package bulkimport_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// draws makes records of texts that spreadsheets, CSV, JSON and the notations of cells have a meaning for.
type draws struct{ *rand.Rand }

func (d draws) text(most int) string {
	parts := []string{"Acme", "=1+1", "+49 30", "-5", "@home", "'quoted", "''", `"`, `""x`, ",", ";", "|", "[x]", "{y}", "ü", "日本", "👩‍💻", "a=b",
		"cc:", "NULL", "n/a", "1.2E+11", "＝x", "0042", `\`, "/", "%s", "<b>", "Total"}
	var b strings.Builder
	for b.Len() < 3 || d.IntN(3) > 0 {
		if b.Len() > 0 {
			b.WriteString([]string{"", " ", ",", ", "}[d.IntN(4)])
		}
		b.WriteString(parts[d.IntN(len(parts))])
	}
	text := []rune(b.String())
	return strings.TrimSpace(strings.Trim(string(text[:min(len(text), most)]), "\u200d "))
}

func (d draws) some(text func() string) string {
	if d.IntN(3) == 0 {
		return ""
	}
	return text()
}

func (d draws) address() customer.Address {
	line := func() string { return d.text(100) }
	return customer.Address{
		PhoneNumber: d.some(func() string { return fmt.Sprintf("+%d", d.IntN(1e9)) }), Line1: d.some(line), Line2: d.some(line),
		PostalCode: d.some(func() string { return fmt.Sprintf("%05d", d.IntN(1e5)) }), City: d.some(line), State: d.some(line),
		Country: d.some(func() string { return []string{"DE", "US", "NO", "NA"}[d.IntN(4)] }),
	}
}

func (d draws) metadata() map[string]string {
	var out map[string]string
	for range d.IntN(4) {
		if out == nil {
			out = map[string]string{}
		}
		value := d.text(100)
		switch d.IntN(4) {
		case 0:
			value = " " + value + "\n\tmore\n"
		case 1:
			value = "\t=cmd|' /C calc'!A0"
		}
		out[d.text(40)] = value
	}
	return out
}

func (d draws) email(k int) string {
	return fmt.Sprintf("%s%d@x.example", []string{"ann", "=bea", "+cid"}[d.IntN(3)], k)
}

func (d draws) customer(k int) customer.Customer {
	return customer.Customer{ID: fmt.Sprintf("%s%d", []string{"c", "=c", "00", "'c", "-"}[d.IntN(5)], k), Name: "N" + d.text(200),
		PrimaryEmail: d.email(k), Address: d.address(), Metadata: d.metadata()}
}

func (d draws) account(k int, owner string) customer.Account {
	a := customer.Account{ID: fmt.Sprintf("%s%d", []string{"a", "@a", "0"}[d.IntN(3)], k), Name: "N" + d.text(200), CustomerID: owner,
		PrimaryEmail: d.some(func() string { return d.email(k) }), Address: d.address(), Metadata: d.metadata(),
		InvoiceCurrency: iso4217.Code(d.some(func() string { return []string{"EUR", "JPY"}[d.IntN(2)] })),
		Status:          []customer.Status{customer.Active, customer.Draft}[d.IntN(2)]}
	if d.IntN(2) == 0 {
		days := d.IntN(3) * 30
		a.NetTermDays = &days
	}
	for n := range d.IntN(3) {
		alias := customer.Alias{Value: fmt.Sprintf("%s %d.%d%s", d.text(20), k, n, []string{"", "]", " [x]", " [/]"}[d.IntN(4)])}
		at := time.Date(2024, 1, 2, 3, 4, 5, 678_000, time.UTC)
		if d.IntN(2) == 0 {
			alias.EffectiveFrom = at.AddDate(0, n, 0)
		}
		if d.IntN(2) == 0 {
			alias.EffectiveUntil = at.AddDate(1, n, 0)
		}
		a.Aliases = append(a.Aliases, alias)
	}
	for n := range d.IntN(4) {
		tag := strings.ToLower(fmt.Sprintf("%s %d", d.text(30), n))
		a.Tags = append(a.Tags, tag)
		b := &a.BillingInformation
		b.EmailRecipients = append(b.EmailRecipients, d.email(1)) // the same twice, too
		if n > 1 {
			b.AdditionalEmailRecipients = append(b.AdditionalEmailRecipients, d.email(n))
		}
	}
	return a
}

// kept is a service that keeps records by hand.
func (w *world) kept() *customer.Service {
	w.t.Helper()
	s, err := customer.NewService(customer.Ports{Customers: w.backend.Customers(), Accounts: w.backend.Accounts()},
		customer.Options{Runtime: admin.Runtime{Now: func() time.Time { return w.now }, NewID: w.id}})
	require.NoError(w.t, err)
	return s
}

func (w *world) export(name bulkimport.TypeName, o bulkimport.ExportOptions) string {
	w.t.Helper()
	var b bytes.Buffer
	require.NoError(w.t, w.service.Export(w.t.Context(), w.scope, name, &b, o))
	return b.String()
}

func (w *world) accounts() []customer.Account {
	w.t.Helper()
	var out []customer.Account
	for a, err := range w.kept().AllAccounts(w.t.Context(), w.scope, customer.AccountFilter{}) {
		require.NoError(w.t, err)
		out = append(out, a)
	}
	return out
}

// imports takes an exported file in without a person: every column is taken.
func (w *world) imports(name bulkimport.TypeName, file string, mode bulkimport.Mode) bulkimport.Progress {
	w.t.Helper()
	i := w.upload(name, file)
	fields := map[bulkimport.TypeName]bulkimport.Schema{bulkimport.CustomersType: bulkimport.Customers(),
		bulkimport.AccountsType: bulkimport.Accounts()}[name].Fields
	m := w.suggested(i)
	for k, f := range fields {
		require.Equal(w.t, []int{k}, m[f.Name].Columns, "%s is taken for sure", f.Name)
	}
	require.Empty(w.t, bulkimport.Import{Columns: i.Columns, Mapping: m}.Unmapped(), "no column is left out")
	_, p := w.run(name, file, bulkimport.Settings{Mode: mode})
	for _, r := range w.failed(i.ID) {
		w.t.Errorf("%v", r)
	}
	return p
}

// Any record that is exported comes back as it was.
func TestExportsComeBackUnchanged(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			d := draws{rand.New(rand.NewPCG(seed, 1))}
			w, other := newWorld(t, bulkimport.Options{}), newWorld(t, bulkimport.Options{})
			n := 60
			if seed == 0 {
				n = 450 // several pages
			}
			kept := w.kept()
			var owners []string
			for k := range n {
				c, err := kept.Create(t.Context(), w.scope, d.customer(k))
				require.NoError(t, err)
				owners = append(owners, c.ID)
			}
			for k := range n {
				_, err := kept.CreateAccount(t.Context(), w.scope, d.account(k, owners[d.IntN(n)]))
				require.NoError(t, err)
			}
			customers, accounts := w.customers(), w.accounts()
			w.now = w.now.Add(time.Hour)
			for name, file := range map[bulkimport.TypeName]string{
				bulkimport.CustomersType: w.export(bulkimport.CustomersType, bulkimport.ExportOptions{}),
				bulkimport.AccountsType:  w.export(bulkimport.AccountsType, bulkimport.ExportOptions{}),
			} {
				p := w.imports(name, file, bulkimport.Upsert)
				require.EqualValues(t, n, p.Unchanged, "every record is as it was")
			}
			require.Equal(t, customers, w.customers())
			require.Equal(t, accounts, w.accounts())
			p := other.imports(bulkimport.CustomersType, w.export(bulkimport.CustomersType, bulkimport.ExportOptions{}), bulkimport.Create)
			require.EqualValues(t, n, p.Created)
			p = other.imports(bulkimport.AccountsType, w.export(bulkimport.AccountsType, bulkimport.ExportOptions{}), bulkimport.Create)
			require.EqualValues(t, n, p.Created)
			require.Equal(t, customers, other.customers(), "the same records in another organization, at the same time of day")
			require.Equal(t, accounts, other.accounts())
			require.Equal(t, w.export(bulkimport.AccountsType, bulkimport.ExportOptions{}),
				other.export(bulkimport.AccountsType, bulkimport.ExportOptions{}))
		})
	}
}

func TestExportsAreWhatASpreadsheetOpens(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	require.Equal(t, "\ufeff\"id\",\"name\",\"primary_email\",\"phone_number\",\"line1\",\"line2\",\"postal_code\",\"city\",\"state\","+
		"\"country\",\"metadata\",\"_line\"\n", w.export(bulkimport.CustomersType, bulkimport.ExportOptions{}), "none")
	_, err := w.kept().Create(t.Context(), w.scope, customer.Customer{ID: "=c1", Name: `+Ann "B"`, PrimaryEmail: "a@x.example",
		Metadata: map[string]string{"a": "=1", "b": "x,=2"}})
	require.NoError(t, err)
	file := w.export(bulkimport.CustomersType, bulkimport.ExportOptions{})
	require.Contains(t, file, `"'=c1","'+Ann ""B""","a@x.example","","","","","","","","{""a"":""=1"",""b"":""x,'=2""}","1"`)
	i := w.upload(bulkimport.CustomersType, file)
	require.True(t, i.Content.Returned)
	require.Empty(t, i.Warnings)
}

func TestExportsOfWhatIsArchivedOrErased(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	w.run(bulkimport.CustomersType, "id,name,primary_email\nc1,Lumen,l@x.example\nc2,Orbit,o@x.example\nc4,Gone,g@x.example\n", bulkimport.Settings{})
	w.run(bulkimport.AccountsType, "id,customer_id,name\na1,c1,Main\na2,c2,Main\na3,c1,Third\n", bulkimport.Settings{})
	kept := w.kept()
	_, err := kept.ArchiveAccount(t.Context(), w.scope, "a1", 1)
	require.NoError(t, err)
	_, err = kept.Archive(t.Context(), w.scope, "c4", 1, customer.ArchiveInput{})
	require.NoError(t, err)
	lines := func(name bulkimport.TypeName, o bulkimport.ExportOptions) int {
		return strings.Count(w.export(name, o), "\n") - 1
	}
	require.Equal(t, 2, lines(bulkimport.CustomersType, bulkimport.ExportOptions{}))
	require.Equal(t, 3, lines(bulkimport.CustomersType, bulkimport.ExportOptions{Archived: true}))
	require.Equal(t, 2, lines(bulkimport.AccountsType, bulkimport.ExportOptions{}))
	file := w.export(bulkimport.AccountsType, bulkimport.ExportOptions{Archived: true})
	require.Equal(t, 3, strings.Count(file, "\n")-1)
	p := w.imports(bulkimport.AccountsType, file, bulkimport.Upsert)
	require.EqualValues(t, 3, p.Unchanged, "an archived record is not restored by its row")
	before := w.accounts()
	_, p = w.run(bulkimport.AccountsType, "id,customer_id,name,status\na1,c1,Main,ACTIVE\n", bulkimport.Settings{Mode: bulkimport.Upsert})
	require.EqualValues(t, 1, p.Unchanged, "nor by a status")
	i, _ := w.run(bulkimport.AccountsType, "id,customer_id,name,status\na1,c1,Newer,ACTIVE\n", bulkimport.Settings{Mode: bulkimport.Upsert})
	require.Equal(t, []string{bulkimport.CodeArchived}, codes(w.failed(i.ID)[0]))
	require.Equal(t, before, w.accounts())
	h := &heard{t: t, keys: map[string]bool{}}
	h.erase(w)
	require.Equal(t, 2, lines(bulkimport.CustomersType, bulkimport.ExportOptions{Archived: true}), "what was erased is not exported")
	require.NotContains(t, w.export(bulkimport.AccountsType, bulkimport.ExportOptions{Archived: true}), "a3")
}

func TestExportsHaveTheColumnsOfAHostsSchema(t *testing.T) {
	schema := bulkimport.Customers()
	schema.Fields = append(schema.Fields, bulkimport.Field{Name: "segment", Label: "Segment", Kind: bulkimport.Text, Max: 20})
	o := bulkimport.Options{Types: []bulkimport.Type{{Schema: schema}}}
	w, other := newWorld(t, o), newWorld(t, o)
	_, err := w.kept().Create(t.Context(), w.scope, customer.Customer{ID: "c1", Name: "Lumen", PrimaryEmail: "l@x.example",
		Metadata: map[string]string{"segment": "retail", "tier": "gold"}})
	require.NoError(t, err)
	_, err = w.kept().Create(t.Context(), w.scope, customer.Customer{ID: "c2", Name: "Orbit", PrimaryEmail: "o@x.example",
		Metadata: map[string]string{"segment": "energy"}})
	require.NoError(t, err)
	file := w.export(bulkimport.CustomersType, bulkimport.ExportOptions{})
	require.Contains(t, file, `"{""tier"":""gold""}","retail","1"`)
	require.Contains(t, file, `"","energy","2"`)
	require.EqualValues(t, 2, w.imports(bulkimport.CustomersType, file, bulkimport.Upsert).Unchanged)
	require.EqualValues(t, 2, other.imports(bulkimport.CustomersType, file, bulkimport.Create).Created)
	require.Equal(t, map[string]string{"segment": "retail", "tier": "gold"}, other.customer("c1").Metadata)
	_, p := other.run(bulkimport.CustomersType, "id,name,primary_email,segment,metadata\nc1,Lumen,l@x.example,energy,\n",
		bulkimport.Settings{Mode: bulkimport.Upsert})
	require.EqualValues(t, 1, p.Updated)
	require.Equal(t, map[string]string{"segment": "energy"}, other.customer("c1").Metadata, "a blank cell clears the rest")
	_, p = other.run(bulkimport.CustomersType, "id,name,primary_email,segment,metadata\nc1,Lumen,l@x.example,,\"{\"\"tier\"\":\"\"gold\"\"}\"\n",
		bulkimport.Settings{Mode: bulkimport.Upsert, IfBlank: bulkimport.KeepBlank})
	require.EqualValues(t, 1, p.Updated)
}

// Whatever a field of the host's own has in the metadata of a record comes back, of every kind, required or not, although
// the field would read it as something else, or not at all.
func TestExportsOfAHostsFieldsComeBackUnchanged(t *testing.T) {
	kinds := []bulkimport.Kind{bulkimport.Text, bulkimport.ID, bulkimport.Email, bulkimport.Country, bulkimport.Currency,
		bulkimport.Decimal, bulkimport.Integer, bulkimport.Bool, bulkimport.Date, bulkimport.Instant, bulkimport.List,
		bulkimport.Metadata}
	values := []string{"yes", "true", "TRUE", "1", "1.50", "1.5", "-0", "007", "1,5", "1e5", " padded ", "\tx", "a\nb", "x\n", "Deutschland",
		"DE", "de", "usd", "USD", "31 Jan 2024", "2024-01-31", "2024-01-31T10:00:00+01:00", "2024-01-31T09:00:00Z", "A@X.example",
		"a b@", "'007", "=1+1", "-5", "''", "[\"a\",\"a\"]", "[\"a\"]", "{\"b\":\"1\",\"a\":\"2\"}", "a=b", "a;b", "Zoe\u0308",
		strings.Repeat("x", 60), "NULL"}
	for _, kind := range kinds {
		for _, required := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s required %v", kind, required), func(t *testing.T) {
				customers, accounts := bulkimport.Customers(), bulkimport.Accounts()
				own := bulkimport.Field{Name: "own", Label: "Own", Kind: kind, Max: 50, Required: required}
				customers.Fields = append(customers.Fields, own)
				accounts.Fields = append([]bulkimport.Field{accounts.Fields[0], own}, accounts.Fields[1:]...)
				o := bulkimport.Options{Types: []bulkimport.Type{{Schema: customers}, {Schema: accounts}}}
				w, other := newWorld(t, o), newWorld(t, o)
				for k, v := range values {
					metadata := map[string]string{"own": v, "tier": "gold"}
					c, err := w.kept().Create(t.Context(), w.scope, customer.Customer{ID: fmt.Sprint("c", k), Name: "Lumen",
						PrimaryEmail: "l@x.example", Metadata: metadata})
					require.NoError(t, err)
					_, err = w.kept().CreateAccount(t.Context(), w.scope, customer.Account{ID: fmt.Sprint("a", k), Name: "Lumen",
						CustomerID: c.ID, Metadata: metadata})
					require.NoError(t, err)
				}
				for _, name := range []bulkimport.TypeName{bulkimport.CustomersType, bulkimport.AccountsType} {
					file := w.export(name, bulkimport.ExportOptions{})
					for _, rule := range []bulkimport.BlankRule{bulkimport.ClearBlank, bulkimport.KeepBlank} {
						i, p := w.run(name, file, bulkimport.Settings{Mode: bulkimport.Upsert, IfBlank: rule})
						require.EqualValues(t, len(values), p.Unchanged, "%v", w.failed(i.ID))
					}
					i, p := other.run(name, file, bulkimport.Settings{})
					require.EqualValues(t, len(values), p.Created, "%v", other.failed(i.ID))
					require.Equal(t, file, other.export(name, bulkimport.ExportOptions{}))
				}
				require.Equal(t, w.customers(), other.customers())
				require.Equal(t, w.accounts(), other.accounts())
			})
		}
	}
}

func TestTheLargestRecordComesBack(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	most := map[string]string{}
	for k := range customer.MaxMetadata {
		most[fmt.Sprintf("%0*d", customer.MaxMetadataName, k)] = strings.Repeat("😀", customer.MaxMetadataValue)
	}
	_, err := w.kept().Create(t.Context(), w.scope, customer.Customer{ID: "c1", Name: "Lumen", PrimaryEmail: "l@x.example", Metadata: most})
	require.NoError(t, err)
	p := w.imports(bulkimport.CustomersType, w.export(bulkimport.CustomersType, bulkimport.ExportOptions{}), bulkimport.Upsert)
	require.EqualValues(t, 1, p.Unchanged)
}

func TestExportRefuses(t *testing.T) {
	w := newWorld(t, bulkimport.Options{Types: []bulkimport.Type{kinds(&sink{})}})
	for _, tc := range []struct {
		reason string
		scope  admin.Scope
		name   bulkimport.TypeName
		want   error
	}{
		{"a type of the host's own", w.scope, "things", admin.ErrInvalid},
		{"a type that is not known", w.scope, "nothing", admin.ErrInvalid},
		{"the zero scope", admin.Scope{}, bulkimport.CustomersType, admin.ErrUnauthenticated},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			var b bytes.Buffer
			require.ErrorIs(t, w.service.Export(t.Context(), tc.scope, tc.name, &b, bulkimport.ExportOptions{}), tc.want)
			require.Zero(t, b.Len(), "nothing is written")
		})
	}
}

// The built-in fields for whole values are suggested by their exact names alone, and are sure only if all can be read.
func TestWholeFieldsAreTakenByTheirNameAlone(t *testing.T) {
	for _, tc := range []struct {
		reason, header, cells string
		sure, likely          bool
	}{
		{"as exported", "tags", `"[""a"",""b""]"`, true, true},
		{"one word", "tags", "retail", true, true},
		{"in capitals", "Tags", "retail", false, false},
		{"another system's list, whose separator is not known", "tags", `"retail, b2b"`, false, true},
		{"another system's status", "status", "paid", false, true},
		{"a status", "status", "DRAFT", true, true},
		{"a status that a file cannot state", "status", "ARCHIVED", false, true},
		{"a time that is none", "aliases", "x [soon/]", false, true},
		{"a name, and no address", "billing_information", "Ann", false, true},
		{"a note", "metadata", "remember", false, true},
		{"pairs", "metadata", "a=1", true, true},
		{"a name besides", "account tags", "retail", false, false},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{})
			i := w.upload(bulkimport.AccountsType, fmt.Sprintf("id,customer_id,name,%s\na1,c1,Main,%s\n", tc.header, tc.cells))
			s, err := w.service.Suggest(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			of := func(m bulkimport.Mapping) bool {
				for _, source := range m {
					if slices.Contains(source.Columns, 3) {
						return true
					}
				}
				return false
			}
			require.Equal(t, tc.sure, of(s.Mapping()))
			require.Equal(t, tc.likely, of(s.Likely()))
		})
	}
}
