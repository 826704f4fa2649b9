package admincenter_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage/memory"
)

// imported imports a file of two customers, one of which is refused, to its end.
func imported(t *testing.T, h *house) uuid.UUID {
	t.Helper()
	ctx, scope := t.Context(), admin.System(acme)
	i, err := h.Imports.Upload(ctx, scope, bulkimport.UploadInput{
		Type: bulkimport.CustomersType, FileName: "a.csv",
		Content: strings.NewReader("id,name,primary_email\nc1,Lumen,l@lumen.example\nc2,Kelp,none\n"),
	})
	require.NoError(t, err)
	suggested, err := h.Imports.Suggest(ctx, scope, i.ID)
	require.NoError(t, err)
	_, err = h.Imports.SetMapping(ctx, scope, i.ID, i.Version, suggested.Mapping(), bulkimport.Settings{})
	require.NoError(t, err)
	_, err = h.Imports.Start(ctx, scope, i.ID)
	require.NoError(t, err)
	_, err = h.Imports.Run(ctx, scope, i.ID, nil)
	require.NoError(t, err)
	return i.ID
}

func TestWhatIsNotKeptAnyLongerIsRemoved(t *testing.T) {
	const day = 24 * time.Hour
	h := newHouse(t, admincenter.Options{Retention: admincenter.Retention{Files: day, Details: 2 * day, Jobs: 3 * day}})
	ctx, scope := t.Context(), admin.System(acme)
	id := imported(t, h)
	trail := func() (n int) {
		for _, err := range h.Trail.All(ctx, scope, admin.AuditFilter{}) {
			require.NoError(t, err)
			n++
		}
		return n
	}
	begun, before := h.now, trail()
	check := func(at time.Duration, file, details, exists bool) {
		t.Helper()
		h.now = begun.Add(at)
		require.NoError(t, h.Tidy(ctx))
		require.NoError(t, h.Tidy(ctx), "there is nothing left to do")
		i, err := h.Imports.Get(ctx, scope, id)
		if !exists {
			require.ErrorIs(t, err, admin.ErrNotFound)
			_, err = h.Jobs.Get(ctx, scope, id)
			require.ErrorIs(t, err, admin.ErrNotFound)
			return
		}
		require.NoError(t, err)
		require.Equal(t, file, i.FileRemovedAt.IsZero())
		var rows bytes.Buffer
		_, listed := h.Imports.Errors(ctx, scope, id, admin.Query{})
		_, entries := h.Jobs.Entries(ctx, scope, id, job.EntryFilter{}, admin.Query{})
		_, effects := h.Jobs.Effects(ctx, scope, id, admin.Query{})
		for _, err := range []error{h.Imports.FailedRows(ctx, scope, id, &rows), listed, entries, effects} {
			if details {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, job.ErrPruned)
			}
		}
		p, err := h.Imports.Progress(ctx, scope, id)
		require.NoError(t, err)
		require.Equal(t, int64(1), p.Counts.Completed, "what it did can be read on")
	}
	check(day-time.Microsecond, true, true, true)
	check(day, false, true, true)
	check(2*day-time.Microsecond, false, true, true)
	check(2*day, false, false, true)
	check(3*day-time.Microsecond, false, false, true)
	require.Equal(t, before+2, trail(), "a record each")
	check(3*day, false, false, false)
	require.Equal(t, before+3, trail())
	c, err := h.Customers.Get(ctx, scope, "c1")
	require.NoError(t, err)
	require.Equal(t, "Lumen", c.Name, "what was imported stays")
}

// A file that was not imported goes too, and nothing reads what is not there as an empty one.
func TestAFileThatWasRemovedIsNotRead(t *testing.T) {
	const day = 24 * time.Hour
	h := newHouse(t, admincenter.Options{Retention: admincenter.Retention{Jobs: day}})
	ctx, scope := t.Context(), admin.System(acme)
	i, err := h.Imports.Upload(ctx, scope, bulkimport.UploadInput{
		Type: bulkimport.CustomersType, FileName: "a.csv", Content: strings.NewReader("id,name,primary_email\n"),
	})
	require.NoError(t, err)
	suggested, err := h.Imports.Suggest(ctx, scope, i.ID)
	require.NoError(t, err)
	_, err = h.Imports.SetMapping(ctx, scope, i.ID, i.Version, suggested.Mapping(), bulkimport.Settings{})
	require.NoError(t, err)
	h.now = h.now.Add(day)
	require.NoError(t, h.Tidy(ctx))
	for name, call := range map[string]func() error{
		"Check":   func() error { _, err := h.Imports.Check(ctx, scope, i.ID); return err },
		"Suggest": func() error { _, err := h.Imports.Suggest(ctx, scope, i.ID); return err },
		"Start":   func() error { _, err := h.Imports.Start(ctx, scope, i.ID); return err },
	} {
		var gone *bulkimport.FileError
		require.ErrorAs(t, call(), &gone, name)
		require.Equal(t, bulkimport.CodeFileRemoved, gone.Code, name)
	}
}

func TestEverythingIsKeptForEverUnlessTheHostSays(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	id := imported(t, h)
	h.now = h.now.Add(100 * 365 * 24 * time.Hour)
	require.NoError(t, h.Tidy(t.Context()))
	require.NoError(t, h.Imports.FailedRows(t.Context(), admin.System(acme), id, &bytes.Buffer{}))
	err := h.InTx(t.Context(), func(c *admincenter.Center) error { return c.Tidy(t.Context()) })
	require.ErrorIs(t, err, admin.ErrState)
}

func TestRetentionIsNotNegative(t *testing.T) {
	_, err := admincenter.New(memory.New(), admincenter.Options{
		Retention: admincenter.Retention{Files: -1, Details: -1, Jobs: -1},
	})
	require.ErrorIs(t, err, admin.ErrInvalid)
	for _, path := range []string{"/retention/files", "/retention/details", "/retention/jobs"} {
		require.ErrorContains(t, err, path)
	}
}

func TestRecordsWhoseTimeIsOverAreRemoved(t *testing.T) {
	const day = 24 * time.Hour
	h := newHouse(t, admincenter.Options{Retention: admincenter.Retention{Records: 365 * day}})
	ctx, scope := t.Context(), admin.System(acme)
	write := func() {
		t.Helper()
		_, err := h.Trail.Append(ctx, scope, "invoice.send", admin.Subject{Kind: "invoice", ID: "1"})
		require.NoError(t, err)
	}
	trail := func(action admin.Action) (n int) {
		t.Helper()
		for r, err := range h.Trail.All(ctx, scope, admin.AuditFilter{Action: action}) {
			require.NoError(t, err)
			if action != "" || r.Action != admin.ActionTrim {
				n++
			}
		}
		return n
	}
	tidy := func(at time.Time) {
		t.Helper()
		h.now = at
		for range 2 { // the second finds nothing
			require.NoError(t, h.Tidy(ctx))
			_, err := h.Log.Seal(ctx, scope)
			require.NoError(t, err)
		}
		v, err := h.Log.Verify(ctx, scope, admin.VerifyOptions{})
		require.NoError(t, err)
		require.NoError(t, v.Err())
	}
	begun := h.now
	_, err := h.Log.Seal(ctx, scope)
	require.NoError(t, err)
	first := trail("")
	require.Positive(t, first)
	h.now = begun.Add(12 * time.Hour)
	write()
	_, err = h.Log.Seal(ctx, scope)
	require.NoError(t, err)
	h.now = begun.Add(30 * time.Hour)
	write()
	_, err = h.Log.Seal(ctx, scope)
	require.NoError(t, err)

	tidy(begun.Add(366*day - time.Microsecond))
	require.Equal(t, first+2, trail(""))
	require.Zero(t, trail(admin.ActionTrim))
	tidy(begun.Add(366 * day)) // a day too late, and with what is too old by then
	require.Equal(t, 1, trail(""))
	require.Equal(t, 1, trail(admin.ActionTrim))
	cut, err := h.Log.Cut(ctx, scope)
	require.NoError(t, err)
	require.EqualValues(t, first+1, cut.Seq)
	require.Equal(t, begun.Add(12*time.Hour), cut.SealedAt)
	tidy(begun.Add(367 * day))
	require.Equal(t, 1, trail(admin.ActionTrim), "once a day at most")
	tidy(begun.Add(368 * day))
	require.Zero(t, trail(""))
	require.Equal(t, 2, trail(admin.ActionTrim))
	tidy(begun.Add(10_000 * day))
	require.Equal(t, 2, trail(admin.ActionTrim), "a log is not cut for what it was cut by")
	write()
	require.Zero(t, func() int64 { c, _ := h.Log.Cut(ctx, admin.System("missing")); return c.Seq }())
	require.ErrorIs(t, h.Log.Trim(ctx, h.now.Add(-admin.MinRetention+time.Microsecond)), admin.ErrInvalid)
	require.NoError(t, h.Log.Trim(ctx, h.now.Add(-admin.MinRetention)))
	for _, bad := range []time.Duration{-1, 1, admin.MinRetention - 1} {
		_, err := admincenter.New(memory.New(), admincenter.Options{Retention: admincenter.Retention{Records: bad}})
		require.ErrorIs(t, err, admin.ErrInvalid)
		require.ErrorContains(t, err, "/retention/records")
	}
}
