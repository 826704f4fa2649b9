package admincenter_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/token"
)

func TestInTxCommitsOfEveryServiceTogether(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	stop := errors.New("stop")
	work := func(in *admincenter.Center) error {
		_, _, err := in.People.Invite(t.Context(), h.ann.Scope, "tx@acme.example", people.Analyst)
		require.NoError(t, err)
		_, err = in.Customers.Create(t.Context(), h.ann.Scope, customer.Customer{
			ID: "tx", Name: "Within", PrimaryEmail: "tx@within.example",
		})
		require.NoError(t, err)
		made, err := in.Tokens.Generate(t.Context(), h.ann.Scope, token.GenerateInput{
			Name: "tx", Permissions: []admin.Permission{customer.PermissionRead},
		})
		require.NoError(t, err)
		_, err = in.Tokens.Verify(t.Context(), made.Secret)
		require.NoError(t, err, "a service sees what another has written in the transaction")
		return in.InTx(t.Context(), func(joined *admincenter.Center) error {
			require.Same(t, in, joined, "a transaction does not nest")
			return joined.Stores().Audit().Append(t.Context(), acme, admin.Record{
				ID: uuid.Must(uuid.NewV7()), At: h.now, Actor: h.ann.Scope.Actor(), Action: "host.did",
				Subject: admin.Subject{Kind: "host", ID: "tx"},
			})
		})
	}
	count := func() (customers int64, records int) {
		customers, err := h.Customers.Count(t.Context(), h.ann.Scope, customer.Filter{})
		require.NoError(t, err)
		for _, err := range h.Trail.All(t.Context(), h.ann.Scope, admin.AuditFilter{}) {
			require.NoError(t, err)
			records++
		}
		return customers, records
	}
	customers, records := count()
	require.ErrorIs(t, h.InTx(t.Context(), func(in *admincenter.Center) error {
		return errors.Join(work(in), stop)
	}), stop)
	after, afterRecords := count()
	require.Equal(t, customers, after)
	require.Equal(t, records, afterRecords)

	require.NoError(t, h.InTx(t.Context(), work))
	after, afterRecords = count()
	require.Equal(t, customers+1, after)
	require.Equal(t, records+4, afterRecords, "each of the four actions left one record")
}

// A Center in a transaction shares what its parent counts and caches.
func TestInSharesLimiterAndCaches(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	wrong := admin.NewSecret("not her password")
	var err error
	for range 30 {
		require.NoError(t, h.InTx(t.Context(), func(in *admincenter.Center) error {
			_, err = in.People.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: wrong})
			return nil
		}))
	}
	require.ErrorIs(t, err, admin.ErrRateLimited, "guesses within transactions are counted")
	_, err = h.People.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: wrong})
	require.ErrorIs(t, err, admin.ErrRateLimited)

	setting := func(in *admincenter.Center, value string) (settings.Setting, error) {
		v, err := settings.ParseValue(settings.TypeNumeric, value)
		require.NoError(t, err)
		return in.Settings.Create(t.Context(), h.ann.Scope, settings.NewSetting{
			Entity: settings.Entity{Kind: settings.Organization}, Namespace: settings.DefaultNamespace, Name: "fee", Value: v,
		})
	}
	require.NoError(t, h.InTx(t.Context(), func(in *admincenter.Center) error {
		_, err := setting(in, "7")
		return err
	}))
	resolved, err := h.Settings.Resolve(t.Context(), h.ann.Scope, settings.Path{}, settings.DefaultNamespace, "fee")
	require.NoError(t, err)
	require.Equal(t, "7", resolved.Setting.Value.Text())
}

func TestInCostsAFewSmallCopies(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	stores := h.Stores()
	require.Less(t, testing.AllocsPerRun(100, func() { h.In(stores) }), 80.0)
}

func TestStepDoesTheNextBatchOfAnyJob(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	i := h.upload(h.bea.Scope, bulkimport.CustomersType, "id,name,primary_email\nc1,Lumen,l@lumen.example\n")
	due, err := h.Jobs.Due(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, due, 1)
	for range 2 {
		p, err := h.Step(t.Context(), due[0])
		require.NoError(t, err)
		if p.Done() {
			break
		}
	}
	p, err := h.Step(t.Context(), due[0])
	require.NoError(t, err, "a job that is done is left as it is")
	require.Equal(t, job.Completed, p.Status)
	require.Equal(t, int64(1), p.Counts.Completed)

	_, err = h.Step(t.Context(), job.Ref{Org: acme, ID: i.ID, Kind: "unknown"})
	require.ErrorIs(t, err, admin.ErrInvalid)
	_, err = h.Step(t.Context(), job.Ref{Org: acme, ID: uuid.New(), Kind: due[0].Kind})
	require.ErrorIs(t, err, admin.ErrNotFound)
}
