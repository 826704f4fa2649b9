package storagetest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/storage"
)

func auditCalls() map[string]call {
	return map[string]call{
		"Audit.Append": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Audit().Append(ctx, org, rec)
		},
		"Audit.Erase": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			rec = erasing(rec)
			n, err := s.Audit().Erase(ctx, org, admin.TrailErasure{Subjects: []admin.Subject{{Kind: "person", ID: "1"}}}, rec)
			return n, err
		},
		"Audit.List": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			rs, err := s.Audit().List(ctx, org, admin.AuditFilter{}, page[admin.RecordKey](100))
			return rs, err
		},
	}
}

func testAudit(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(2 << 40)
	w := newWorld(t, b, c)
	records := []admin.Record{
		{ID: w.id(), At: epoch, Actor: admin.Actor{Kind: admin.ActorSystem}, Action: "a.one",
			Subject: admin.Subject{Kind: "a", ID: "1"}},
		{ID: w.id(), At: epoch.Add(time.Microsecond), Actor: w.user(), Action: "a.two",
			Subject: admin.Subject{Kind: "a", ID: "2"}},
		{ID: w.id(), At: epoch.Add(time.Second), Actor: w.user(), Action: "b.one", Subject: admin.Subject{Kind: "b", ID: "1"},
			Changes: []admin.Change{{Field: "x", From: "é\"\n", To: "2"}}},
		{ID: w.id(), At: epoch.Add(time.Minute), Actor: admin.Actor{Kind: admin.ActorSupport, ID: "s1", For: w.user().ID},
			Action: "c.one", Subject: admin.Subject{Kind: "c", ID: "1"}},
		{ID: w.id(), At: epoch.Add(time.Hour), Actor: admin.Actor{Kind: admin.ActorSupport, ID: "s2", For: w.user().ID},
			Action: "c.one", Subject: admin.Subject{Kind: "c", ID: "2"}},
		{ID: w.id(), At: epoch.Add(time.Hour), Actor: admin.Actor{Kind: admin.ActorSupport, ID: "s2", For: w.id().String()},
			Action: "c.one", Subject: admin.Subject{Kind: "c", ID: "2"}},
	}
	for i, r := range records {
		require.NoError(t, b.Organizations().Rename(t.Context(), w.org, "Name", int64(i+1), r))
	}
	created, err := b.Audit().List(t.Context(), w.org, admin.AuditFilter{Action: "organization.create"},
		page[admin.RecordKey](10))
	require.NoError(t, err)
	all := slices.Concat(created, records)

	for _, tc := range []struct {
		reason string
		filter admin.AuditFilter
		want   []admin.Record // oldest first
	}{
		{"everything", admin.AuditFilter{}, all},
		{"by kind of subject", admin.AuditFilter{Subject: admin.Subject{Kind: "a"}}, records[:2]},
		{"by subject", admin.AuditFilter{Subject: admin.Subject{Kind: "a", ID: "2"}}, records[1:2]},
		{"by actor", admin.AuditFilter{Actor: w.user()}, records[1:3]},
		{"by support", admin.AuditFilter{Actor: admin.Actor{Kind: admin.ActorSupport, ID: "s2"}}, records[4:]},
		{"by the user whom support acts for",
			admin.AuditFilter{Actor: admin.Actor{Kind: admin.ActorSupport, For: w.user().ID}}, records[3:5]},
		{"by support and the user whom it acts for", admin.AuditFilter{Actor: records[4].Actor}, records[4:5]},
		{"by that user and a subject", admin.AuditFilter{
			Actor: admin.Actor{Kind: admin.ActorSupport, For: w.user().ID}, Subject: records[5].Subject,
		}, records[4:5]},
		{"by action", admin.AuditFilter{Action: "b.one"}, records[2:3]},
		{"from an instant, which is in", admin.AuditFilter{From: epoch.Add(time.Microsecond)}, records[1:]},
		{"until an instant, which is out",
			admin.AuditFilter{Until: epoch.Add(time.Microsecond), Subject: admin.Subject{Kind: "a"}}, records[:1]},
		{"nothing matches", admin.AuditFilter{Action: "nothing"}, nil},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			got := pages(t, func(seek admin.Seek[admin.RecordKey]) ([]admin.Record, error) {
				return b.Audit().List(t.Context(), w.org, tc.filter, seek)
			}, admin.Record.Key)
			slices.Reverse(got)
			require.Equal(t, tc.want, got)
		})
	}
	t.Run("is ordered by time and then by id", func(t *testing.T) { testAuditOrder(t, b, c) })
	t.Run("appends a record to what is there", func(t *testing.T) {
		rec := w.rec("host.write")
		rec.At = epoch.Add(24 * time.Hour)
		require.NoError(t, b.Audit().Append(t.Context(), w.org, rec))
		got, err := b.Audit().List(t.Context(), w.org, admin.AuditFilter{}, page[admin.RecordKey](10))
		require.NoError(t, err)
		require.Equal(t, rec, got[0])
		require.Len(t, got, len(all)+1)
		require.ErrorIs(t, b.Audit().Append(t.Context(), w.org, rec), admin.ErrExists)
		require.ErrorIs(t, b.Audit().Append(t.Context(), "org-missing", w.rec("host.write")), admin.ErrNotFound)
	})
	t.Run("refuses to append a record that lacks who did what", func(t *testing.T) {
		for _, spoil := range []func(*admin.Record){
			func(r *admin.Record) { r.ID = uuid.Nil },
			func(r *admin.Record) { r.At = time.Time{} },
			func(r *admin.Record) { r.Actor.Kind = "" },
			func(r *admin.Record) { r.Action = "" },
			func(r *admin.Record) { r.Subject.Kind = "" },
		} {
			rec := w.rec("host.incomplete")
			spoil(&rec)
			require.ErrorIs(t, b.Audit().Append(t.Context(), w.org, rec), admin.ErrInvalid)
		}
		got, err := b.Audit().List(t.Context(), w.org, admin.AuditFilter{Action: "host.incomplete"},
			page[admin.RecordKey](10))
		require.NoError(t, err)
		require.Empty(t, got)
	})
	t.Run("appends in the transaction that it is called in", func(t *testing.T) {
		stop := errors.New("stop")
		require.ErrorIs(t, b.InTx(t.Context(), func(s storage.Stores) error {
			if err := s.Audit().Append(t.Context(), w.org, w.rec("host.taken.back")); err != nil {
				return err
			}
			return stop
		}), stop)
		got, err := b.Audit().List(t.Context(), w.org, admin.AuditFilter{Action: "host.taken.back"},
			page[admin.RecordKey](10))
		require.NoError(t, err)
		require.Empty(t, got)
	})
	t.Run("keeps where a call came from and whom support acts for", func(t *testing.T) {
		rec := w.rec("host.request")
		rec.Actor = admin.Actor{Kind: admin.ActorSupport, ID: "staff 7", For: w.first.ID.String()}
		rec.Request = admin.Request{Source: "2001:db8::1", UserAgent: "é/1.0", ID: "req-1"}
		require.NoError(t, b.Audit().Append(t.Context(), w.org, rec))
		got, err := b.Audit().List(t.Context(), w.org, admin.AuditFilter{Action: "host.request"}, page[admin.RecordKey](10))
		require.NoError(t, err)
		require.Equal(t, []admin.Record{rec}, got)
	})
	t.Run("erases what is about a person", func(t *testing.T) { testErase(t, b, c) })
	t.Run("erases where requests came from", func(t *testing.T) { testEraseRequests(t, b, c) })
	t.Run("keeps nothing personal of a person who was erased", func(t *testing.T) { testAppendAfterErasure(t, b, c) })
	t.Run("refuses a record with an id that is taken, and the write with it", func(t *testing.T) {
		err := b.Organizations().Rename(t.Context(), w.org, "Other", int64(len(records)+1), records[0])
		require.ErrorIs(t, err, admin.ErrExists)
		o, err := b.Organizations().Get(t.Context(), w.org)
		require.NoError(t, err)
		require.Equal(t, "Name", o.Name)
	})
}

// testErase erases what records have of one person, and nothing else.
func testErase(t *testing.T, b storage.Backend, c *ids) {
	w := newWorld(t, b, c)
	person := admin.Subject{Kind: "person", ID: "1"}
	write := func(subject admin.Subject) admin.Record {
		rec := w.rec("person.update")
		rec.Subject = subject
		rec.Changes = []admin.Change{
			{Field: "name", From: "Ann é\"\n", To: "Anna", Personal: true}, {Field: "role", From: "a", To: "b"},
			{Field: "email", To: "ann@example.com", Personal: true},
		}
		require.NoError(t, b.Audit().Append(t.Context(), w.org, rec))
		return rec
	}
	first, second := write(person), write(person)
	others := write(admin.Subject{Kind: "person", ID: "2"})
	list := func() []admin.Record {
		got, err := b.Audit().List(t.Context(), w.org, admin.AuditFilter{Action: "person.update"}, page[admin.RecordKey](10))
		require.NoError(t, err)
		slices.Reverse(got)
		return got
	}
	require.Equal(t, []admin.Record{first, second, others}, list())

	rec := w.rec("person.forget")
	_, err := b.Audit().Erase(t.Context(), w.org, admin.TrailErasure{Subjects: []admin.Subject{person}}, rec)
	require.ErrorIs(t, err, admin.ErrInvalid, "its action is not that of an erasure")
	rec.Action = "person.erase"
	none := admin.Subject{Kind: "person", ID: "none"}
	n, err := b.Audit().Erase(t.Context(), w.org, admin.TrailErasure{Subjects: []admin.Subject{none, person}}, rec)
	require.NoError(t, err)
	require.Equal(t, 4, n)
	for _, r := range []admin.Record{first, second} {
		for _, i := range []int{0, 2} {
			r.Changes[i].From, r.Changes[i].To, r.Changes[i].Erased = "", "", true
		}
	}
	require.Equal(t, []admin.Record{first, second, others}, list())
	again := admin.TrailErasure{Subjects: []admin.Subject{person}}
	n, err = b.Audit().Erase(t.Context(), w.org, again, w.rec("person.erase"))
	require.NoError(t, err)
	require.Zero(t, n, "each value is erased once")
}

// testAuditOrder writes records whose ids ascend while their clock goes to and fro, as the clocks of
// several processes do.
func testAuditOrder(t *testing.T, b storage.Backend, c *ids) {
	w := newWorld(t, b, c)
	for i, minute := range []int{3, 1, 2, 2, 3, 1, 4, 2, 0} {
		r := admin.Record{
			ID: w.id(), At: epoch.Add(time.Duration(minute) * time.Minute), Actor: w.user(), Action: "order.write",
			Subject: admin.Subject{Kind: "order", ID: fmt.Sprint(i % 2)},
		}
		require.NoError(t, b.Organizations().Rename(t.Context(), w.org, "Name", int64(i+1), r))
	}
	minute := func(n int) time.Time { return epoch.Add(time.Duration(n) * time.Minute) }
	for _, f := range []admin.AuditFilter{
		{Action: "order.write"},
		{Action: "order.write", From: minute(1), Until: minute(3)},
		{Subject: admin.Subject{Kind: "order"}, From: minute(2)},
		{Subject: admin.Subject{Kind: "order", ID: "1"}, Until: minute(3)},
		{Actor: w.user(), From: minute(2), Until: minute(3)},
		{Actor: admin.Actor{Kind: admin.ActorUser}, From: minute(3)},
		{From: minute(1), Until: minute(2).Add(time.Microsecond)},
	} {
		all, err := b.Audit().List(t.Context(), w.org, f, page[admin.RecordKey](100))
		require.NoError(t, err)
		require.NotEmpty(t, all)
		require.True(t, slices.IsSortedFunc(all, func(a, b admin.Record) int {
			return cmp.Or(b.At.Compare(a.At), bytes.Compare(b.ID[:], a.ID[:]))
		}), "%+v: %v", f, all)
		paged := pages(t, func(seek admin.Seek[admin.RecordKey]) ([]admin.Record, error) {
			return b.Audit().List(t.Context(), w.org, f, seek)
		}, admin.Record.Key)
		require.Equal(t, all, paged, "%+v: in pages", f)
	}
	seek := admin.Seek[admin.RecordKey]{Limit: 100, After: admin.RecordKey{At: minute(2), ID: uuid.Max}}
	got, err := b.Audit().List(t.Context(), w.org, admin.AuditFilter{Action: "order.write"}, seek)
	require.NoError(t, err)
	require.Len(t, got, 6, "a key need not be that of a record")
}
