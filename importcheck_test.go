package admincenter_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

// checkOf uploads and maps a file of customers, and makes the job that checks it.
func (h *house) checkOf(t *testing.T, text string) (bulkimport.Import, job.Job) {
	t.Helper()
	i, err := h.Imports.Upload(t.Context(), h.bea.Scope, bulkimport.UploadInput{
		Type: bulkimport.CustomersType, FileName: "customers.csv", Content: strings.NewReader(text),
	})
	require.NoError(t, err)
	suggested, err := h.Imports.Suggest(t.Context(), h.bea.Scope, i.ID)
	require.NoError(t, err)
	_, err = h.Imports.SetMapping(t.Context(), h.bea.Scope, i.ID, i.Version, suggested.Mapping(), bulkimport.Settings{})
	require.NoError(t, err)
	j, err := h.Imports.Check(t.Context(), h.bea.Scope, i.ID)
	require.NoError(t, err)
	return i, j
}

const checkedFile = "id,name,primary_email\nc1,Lumen,l@lumen.example\nc2,Heron Ltd,none\nc3,Otter,o@otter.example\n"

// A check is a job as others are: a scheduler finds it, does it, and people see and stop it.
func TestACheckIsAJob(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	i, j := h.checkOf(t, checkedFile)
	refs, err := h.Jobs.Due(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, []job.Ref{{Org: acme, ID: j.ID, Kind: bulkimport.CheckKind(bulkimport.CustomersType)}}, refs)
	p, err := h.Step(t.Context(), refs[0])
	require.NoError(t, err)
	require.Equal(t, job.CompletedWithFailures, p.Status)
	require.Equal(t, job.Counts{Total: 3, Completed: 2, Failed: 1}, p.Counts)
	refs, err = h.Jobs.Due(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, refs)
	page, err := h.Customers.List(t.Context(), h.bea.Scope, customer.Filter{}, admin.Query{})
	require.NoError(t, err)
	require.Empty(t, page.Items, "it writes nothing")

	stored, err := h.Jobs.Get(t.Context(), h.bea.Scope, j.ID)
	require.NoError(t, err)
	require.Equal(t, "import_check.customers", string(stored.Kind))
	accounts := admin.NewScope(acme, admin.Actor{Kind: admin.ActorUser, ID: "u"},
		admin.Permissions(customer.PermissionAccountsRead))
	_, err = h.Jobs.Get(t.Context(), accounts, j.ID)
	require.ErrorIs(t, err, admin.ErrForbidden, "it is about customers")

	// What the check, and its end, left in the trail is about the import.
	var actions []admin.Action
	for r, err := range h.Trail.All(t.Context(), h.ann.Scope, admin.AuditFilter{Subject: admin.Subject{Kind: bulkimport.SubjectKind, ID: i.ID.String()}}) {
		require.NoError(t, err)
		actions = append(actions, r.Action)
	}
	require.Equal(t, []admin.Action{job.ActionComplete, bulkimport.ActionCheck}, actions[:2])

	second, err := h.Imports.Check(t.Context(), h.bea.Scope, i.ID)
	require.NoError(t, err)
	_, err = h.Jobs.Cancel(t.Context(), h.ann.Scope, second.ID)
	require.NoError(t, err)
	p, err = h.Imports.Step(t.Context(), h.bea.Scope, second.ID)
	require.NoError(t, err)
	require.Equal(t, job.Cancelled, p.Status)
}

// The rows that a check found hold cells of the file: they are found and erased with the import, which did not run.
func TestWhatACheckFoundIsErased(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	i, j := h.checkOf(t, checkedFile)
	_, err := h.Imports.Run(t.Context(), h.bea.Scope, j.ID, nil)
	require.NoError(t, err)
	rows := func(text string) (found bool) {
		for m, err := range h.Imports.Mentions(t.Context(), h.bea.Scope, text) {
			require.NoError(t, err)
			require.Equal(t, i.ID, m.ImportID)
			found = found || m.Rows
		}
		return found
	}
	require.True(t, rows("heron"))
	require.False(t, rows("lumen"), "nothing is wrong with it, and nothing was written")

	// Erasing a customer takes the rows about it.
	_, err = h.Customers.Create(t.Context(), h.bea.Scope, customer.Customer{ID: "c2", Name: "Heron Ltd", PrimaryEmail: "h@heron.example"})
	require.NoError(t, err)
	c, err := h.Customers.Archive(t.Context(), h.bea.Scope, "c2", 1, customer.ArchiveInput{})
	require.NoError(t, err)
	_, err = h.Customers.Erase(t.Context(), h.bea.Scope, "c2", c.Version)
	require.NoError(t, err)
	require.False(t, rows("heron"))

	other, again := h.checkOf(t, checkedFile)
	_, err = h.Imports.Run(t.Context(), h.bea.Scope, again.ID, nil)
	require.NoError(t, err)
	require.NoError(t, h.Imports.FailedRows(t.Context(), h.bea.Scope, again.ID, &bytes.Buffer{}))
	_, err = h.Imports.Erase(t.Context(), h.bea.Scope, other.ID)
	require.NoError(t, err)
	err = h.Imports.FailedRows(t.Context(), h.bea.Scope, again.ID, &bytes.Buffer{})
	require.ErrorIs(t, err, job.ErrPruned)
}
