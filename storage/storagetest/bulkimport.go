package storagetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
)

// importSeeds is what seedImports stores in the organization.
type importSeeds struct {
	imp     uuid.UUID
	mapping uuid.UUID
	removal uuid.UUID // an import that was deleted, with something in Blobs
}

func importCalls() map[string]call {
	return map[string]call{
		"Imports.Create": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Imports().Create(ctx, org, w.imp(), rec)
		},
		"Imports.Append": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			return nil, s.Imports().Append(ctx, org, w.seeds.imp, 1<<20, []byte("more"))
		},
		"Imports.Update": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			i := w.imp()
			i.ID, i.Status = w.seeds.imp, bulkimport.Started
			return nil, s.Imports().Update(ctx, org, i, rec)
		},
		"Imports.Start": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			i := w.imp()
			i.ID, i.Status = w.seeds.imp, bulkimport.Started
			return nil, s.Imports().Start(ctx, org, i, w.importJob(i.ID), w.importEntries(), rec)
		},
		"Imports.Delete": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Imports().Delete(ctx, org, w.seeds.imp, rec)
		},
		"Imports.Get": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			i, err := s.Imports().Get(ctx, org, w.seeds.imp)
			return i, err
		},
		"Imports.List": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			is, err := s.Imports().List(ctx, org, bulkimport.Filter{}, page[uuid.UUID](10))
			return is, err
		},
		"Imports.Content": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			text, err := s.Imports().Content(ctx, org, w.seeds.imp, 0)
			if err != nil {
				return nil, err
			}
			// And what the case of Append adds.
			more, err := s.Imports().Content(ctx, org, w.seeds.imp, 1<<20)
			return string(text) + string(more), err
		},
	}
}

func customerCalls() map[string]call {
	return map[string]call{
		"Customers.Apply": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			_, err := s.Customers().Apply(ctx, org, w.customers(customer.ModeCreate, customerFields(),
				[]string{"new", w.mark("Customer"), "n@x.example"}), rec)
			return nil, err
		},
		"Customers.Get": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			c, err := s.Customers().Get(ctx, org, "acme")
			return c, err
		},
		"Customers.List": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			cs, err := s.Customers().List(ctx, org, customer.Filter{}, page[string](10))
			return cs, err
		},
		"Customers.Count": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			n, err := s.Customers().Count(ctx, org, customer.Filter{})
			return counted(w, n), err
		},
		"Customers.Find": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			c, err := s.Customers().Get(ctx, org, "acme")
			if err != nil {
				return nil, err
			}
			return s.Customers().Find(ctx, org, customer.ByName, []string{c.Name})
		},
	}
}

func accountCalls() map[string]call {
	return map[string]call{
		"Accounts.Apply": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			out, err := s.Accounts().Apply(ctx, org, w.accounts(customer.ModeCreate, accountFields(),
				[]string{"new", w.mark("Account"), "acme"}), rec)
			if err == nil && out[0].Result == customer.Refused { // whose customer is of another organization
				err = admin.ErrNotFound
			}
			return nil, err
		},
		"Accounts.Get": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			a, err := s.Accounts().Get(ctx, org, "main")
			return a, err
		},
		"Accounts.List": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			as, err := s.Accounts().List(ctx, org, customer.AccountFilter{CustomerID: "acme"}, page[string](10))
			return as, err
		},
		"Accounts.Count": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			n, err := s.Accounts().Count(ctx, org, customer.AccountFilter{})
			return counted(w, n), err
		},
	}
}

// imp returns an import with a value in every field.
func (w *world) imp() bulkimport.Import {
	return bulkimport.Import{
		ID: w.id(), Type: bulkimport.CustomersType, FileName: w.mark("file"), Size: 1 << 40, SHA256: strings.Repeat("ab", 32),
		TextSHA256: strings.Repeat("12", 32),
		Content: bulkimport.Content{
			Bytes: 7, SHA256: strings.Repeat("cd", 32), Encoding: bulkimport.Latin9, ByteOrderMark: true, Delimiter: "\t",
			Quote: bulkimport.NoQuote, UnquotedFrom: 1 << 40, Header: []string{"id", "Ünïcode \"quoted\"\n", ""},
			HeaderLine: 3, FooterLine: 9, SkipFooter: true, Width: 3, Offset: 17, Line: 4, Returned: true,
		},
		Columns: []bulkimport.Column{{Index: 0, Header: "id", Name: "id", Examples: []string{"a", "b"},
			Filled: 1 << 34, Longest: 300, Distinct: 1000, DistinctMore: true}, {Index: 2, Name: "Column 3"}},
		Rows: 1 << 33,
		Warnings: []bulkimport.Warning{{Code: bulkimport.WarnNoRows, Message: "why", Line: 1 << 40, Count: 2,
			Params: map[string]string{"line": "1"}}},
		Mapping: bulkimport.Mapping{
			"id": bulkimport.FromColumn(0), "name": bulkimport.Join(" ", 0, 2), "country": bulkimport.Constant("US"),
			"city": {
				Columns: []int{1, 2}, First: true, Default: "é", StripApostrophe: true, Blank: bulkimport.KeepBlank, By: "name",
				Values: map[string]string{"n/d": "", "Ja": "true"}, Format: bulkimport.Format{
					Numbers: bulkimport.CommaNumbers, Accounting: true, Currency: "EUR", Dates: bulkimport.MDY, YearPivot: 30,
					Serials: bulkimport.Serial1904, Zone: "Europe/Berlin", Separator: ";", Names: true,
				},
			},
		},
		Settings: bulkimport.Settings{Mode: bulkimport.Upsert, Blank: []string{"NULL"}, Optional: []string{"name"},
			Dates: bulkimport.DMY, NotImported: []int{2}, HeaderConfirmed: true, Match: "primary_email",
			CustomersFrom: w.id(), IfBlank: bulkimport.KeepBlank, StopAfter: 3, Canary: 20},
		InBlobs: true,
		Status:  bulkimport.Uploading, CreatedAt: epoch, CreatedBy: w.user(), UpdatedAt: epoch.Add(time.Microsecond),
		CheckID: w.id(), UndoCheckID: w.id(), UndoID: w.id(), EarlierUndoID: w.id(), From: w.id(),
		Version: 1,
	}
}

// importJob is the job of an import.
func (w *world) importJob(id uuid.UUID) job.Job {
	j := w.job()
	j.ID, j.Kind = id, bulkimport.JobKind(bulkimport.CustomersType)
	return j
}

func (w *world) importEntries() []job.Entry {
	return []job.Entry{{Seq: 3, Ref: "c3", Status: job.EntryFailed, Reason: "required", Detail: "name",
		Data: w.mark("cells")}}
}

func (w *world) seedImports() {
	w.t.Helper()
	i := w.imp()
	w.seeds.imp = i.ID
	require.NoError(w.t, w.b.Imports().Create(w.t.Context(), w.org, i, w.rec("import.begin")))
	require.NoError(w.t, w.b.Imports().Append(w.t.Context(), w.org, i.ID, 0, []byte(w.mark("content"))))
	w.seeds.removal = w.blobGone(w.t)
	w.seedCustomers()
}

func testImports(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(40 << 40)
	get := func(t *testing.T, w *world, id uuid.UUID) bulkimport.Import {
		t.Helper()
		i, err := b.Imports().Get(t.Context(), w.org, id)
		require.NoError(t, err)
		return i
	}
	create := func(t *testing.T, w *world) bulkimport.Import {
		t.Helper()
		i := w.imp()
		require.NoError(t, b.Imports().Create(t.Context(), w.org, i, w.rec("import.begin")))
		return i
	}
	content := func(t *testing.T, w *world, id uuid.UUID, offset int64) string {
		t.Helper()
		text, err := b.Imports().Content(t.Context(), w.org, id, offset)
		require.NoError(t, err)
		return string(text)
	}
	t.Run("returns what was created, and what it was updated to", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := create(t, w)
		require.Equal(t, i, get(t, w, i.ID))
		require.ErrorIs(t, b.Imports().Create(t.Context(), w.org, i, w.rec("import.begin")), admin.ErrExists)

		want := i
		want.FileName, want.Size, want.SHA256, want.Rows, want.Status = "other", 2, "ff", 3, bulkimport.Started
		want.TextSHA256 = "fe"
		want.Content, want.Settings = bulkimport.Content{}, bulkimport.Settings{}
		want.Columns, want.Warnings, want.Mapping = nil, nil, nil
		want.UpdatedAt = epoch.Add(time.Hour)
		want.CheckID, want.UndoCheckID, want.UndoID = uuid.Nil, w.id(), uuid.Nil
		want.EarlierUndoID, want.From = uuid.Nil, uuid.Nil
		given := want
		given.Type, given.CreatedAt = bulkimport.AccountsType, epoch.Add(time.Hour)
		given.CreatedBy = admin.Actor{Kind: admin.ActorSystem}
		require.NoError(t, b.Imports().Update(t.Context(), w.org, given, w.rec("import.map")))
		want.Version = 2
		require.Equal(t, want, get(t, w, i.ID))
	})
	t.Run("updates the version that was read only", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := create(t, w)
		require.NoError(t, b.Imports().Update(t.Context(), w.org, i, w.rec("import.map")))
		require.ErrorIs(t, b.Imports().Update(t.Context(), w.org, i, w.rec("import.map")), admin.ErrConflict)
		i.ID = w.id()
		require.ErrorIs(t, b.Imports().Update(t.Context(), w.org, i, w.rec("import.map")), admin.ErrNotFound)
	})
	t.Run("reads content from any offset, piece by piece, byte by byte", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := create(t, w)
		require.NoError(t, b.Imports().Append(t.Context(), w.org, i.ID, 0, []byte("a\x00é")))
		require.NoError(t, b.Imports().Append(t.Context(), w.org, i.ID, 4, []byte("xyz")))
		require.ErrorIs(t, b.Imports().Append(t.Context(), w.org, i.ID, 4, []byte("other")), admin.ErrExists)
		require.ErrorIs(t, b.Imports().Append(t.Context(), w.org, w.id(), 0, []byte("x")), admin.ErrNotFound)
		require.Equal(t, "a\x00é", content(t, w, i.ID, 0))
		require.Equal(t, "é", content(t, w, i.ID, 2))
		require.Equal(t, "xyz", content(t, w, i.ID, 4))
		require.Equal(t, "z", content(t, w, i.ID, 6))
		require.Empty(t, content(t, w, i.ID, 7))
		require.Empty(t, content(t, w, w.id(), 0))
	})
	t.Run("keeps pieces of the largest size", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := create(t, w)
		large := strings.Repeat("ü", bulkimport.MaxChunk/2)
		require.NoError(t, b.Imports().Append(t.Context(), w.org, i.ID, 0, []byte(large)))
		require.True(t, large == w.content(t, i.ID, 0))
		require.True(t, large[bulkimport.MaxChunk-7:] == w.content(t, i.ID, bulkimport.MaxChunk-7))
	})
	t.Run("starts an import with its job, or neither", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := create(t, w)
		i.Status = bulkimport.Started
		stale := i
		stale.Version = 9
		j, entries := w.importJob(i.ID), w.importEntries()
		require.ErrorIs(t, b.Imports().Start(t.Context(), w.org, stale, j, entries, w.rec("import.start")), admin.ErrConflict)
		_, err := b.Jobs().Get(t.Context(), w.org, i.ID)
		require.ErrorIs(t, err, admin.ErrNotFound)

		require.NoError(t, b.Imports().Start(t.Context(), w.org, i, j, entries, w.rec("import.start")))
		i.Version = 2
		require.Equal(t, i, get(t, w, i.ID))
		stored, err := b.Jobs().Get(t.Context(), w.org, i.ID)
		require.NoError(t, err)
		require.Equal(t, j, stored)
		got, err := b.Jobs().Entries(t.Context(), w.org, i.ID, job.EntryFilter{}, page[int64](10))
		require.NoError(t, err)
		require.Equal(t, entries, got)

		require.ErrorIs(t, b.Imports().Start(t.Context(), w.org, i, j, nil, w.rec("import.start")), admin.ErrExists)
		require.Equal(t, i, get(t, w, i.ID), "whose job is there is not changed")
		other := w.imp()
		require.ErrorIs(t, b.Imports().Start(t.Context(), w.org, other, w.importJob(other.ID), nil, w.rec("import.start")),
			admin.ErrNotFound)
	})
	t.Run("deletes an import with the entries and effects of its jobs", func(t *testing.T) {
		w := newWorld(t, b, c)
		i, other := create(t, w), create(t, w)
		for _, one := range []bulkimport.Import{i, other} {
			for _, id := range one.Jobs() {
				require.NoError(t, b.Imports().Start(t.Context(), w.org, one, w.importJob(id), w.importEntries(),
					w.rec("import.start")))
				one.Version++
				_, err := b.Jobs().Claim(t.Context(), w.org, id, job.Claim{Worker: "w", Now: epoch, Until: epoch.Add(time.Minute)})
				require.NoError(t, err)
				require.NoError(t, b.Jobs().Commit(t.Context(), w.org, job.Checkpoint{
					ID: id, Attempt: 1, Effects: w.effects(), Status: job.InProgress, At: epoch,
				}))
			}
		}
		require.NoError(t, b.Imports().Delete(t.Context(), w.org, i.ID, w.rec("import.delete")))
		require.Len(t, i.Jobs(), 5)
		for _, id := range i.Jobs() {
			got, err := b.Jobs().Entries(t.Context(), w.org, id, job.EntryFilter{}, page[int64](10))
			require.NoError(t, err)
			require.Empty(t, got, "they hold cells of the file")
			require.Empty(t, w.effectsOf(t, id), "they hold records")
			_, err = b.Jobs().Get(t.Context(), w.org, id)
			require.NoError(t, err, "the job stays, with its counts")
		}
		require.Len(t, w.effectsOf(t, other.ID), 2)
		got, err := b.Jobs().Entries(t.Context(), w.org, other.ID, job.EntryFilter{}, page[int64](10))
		require.NoError(t, err)
		require.Len(t, got, 1)
	})
	t.Run("deletes an import with its content", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := create(t, w)
		require.NoError(t, b.Imports().Append(t.Context(), w.org, i.ID, 0, []byte("x")))
		require.NoError(t, b.Imports().Delete(t.Context(), w.org, i.ID, w.rec("import.delete")))
		_, err := b.Imports().Get(t.Context(), w.org, i.ID)
		require.ErrorIs(t, err, admin.ErrNotFound)
		require.Empty(t, content(t, w, i.ID, 0))
		require.ErrorIs(t, b.Imports().Delete(t.Context(), w.org, i.ID, w.rec("import.delete")), admin.ErrNotFound)
	})
	t.Run("lists newest first and by type, status and digest", func(t *testing.T) {
		w := newWorld(t, b, c)
		var made []bulkimport.Import
		for k := range 5 {
			i := w.imp()
			if k%2 == 1 {
				i.Type, i.Status, i.SHA256, i.TextSHA256 = bulkimport.AccountsType, bulkimport.Started, "ee", "ed"
			}
			require.NoError(t, b.Imports().Create(t.Context(), w.org, i, w.rec("import.begin")))
			made = append([]bulkimport.Import{i}, made...)
		}
		list := func(f bulkimport.Filter) []bulkimport.Import {
			return pages(t, func(seek admin.Seek[uuid.UUID]) ([]bulkimport.Import, error) {
				return b.Imports().List(t.Context(), w.org, f, seek)
			}, func(i bulkimport.Import) uuid.UUID { return i.ID })
		}
		odd := []bulkimport.Import{made[1], made[3]}
		require.Equal(t, made, list(bulkimport.Filter{}))
		require.Equal(t, odd, list(bulkimport.Filter{Type: bulkimport.AccountsType}))
		require.Equal(t, odd, list(bulkimport.Filter{Status: bulkimport.Started}))
		require.Equal(t, odd, list(bulkimport.Filter{SHA256: "ee"}))
		require.Equal(t, odd, list(bulkimport.Filter{TextSHA256: "ed"}))
		require.Empty(t, list(bulkimport.Filter{SHA256: "ed"}), "each digest by itself")
		require.Empty(t, list(bulkimport.Filter{TextSHA256: "ee"}))
		require.Empty(t, list(bulkimport.Filter{TextSHA256: "ed", SHA256: "ab"}))
		require.Empty(t, list(bulkimport.Filter{SHA256: "ee", Type: bulkimport.CustomersType}))
	})
}
