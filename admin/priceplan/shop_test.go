package priceplan_test

import (
	"context"
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
)

// shop is an organization in Kolkata with two versions of a plan, and another plan.
type shop struct {
	*priceplan.Service
	t       testing.TB
	b       storage.Backend
	scope   admin.Scope
	now     time.Time
	ids     uint64
	runtime admin.Runtime
}

const kolkata = "Asia/Kolkata"

var (
	basic1 = priceplan.Ref{ID: "basic", Version: 1}
	basic2 = priceplan.Ref{ID: "basic", Version: 2}
	pro    = priceplan.Ref{ID: "pro", Version: 1}
)

func newShop(t testing.TB) *shop {
	t.Helper()
	s := &shop{t: t, b: memory.New(), scope: admin.System("acme")}
	s.now = local(t, "2026-03-10 15:30", zone(t, kolkata))
	s.runtime = admin.Runtime{Now: func() time.Time { return s.now }, NewID: s.id}.WithDefaults()
	var err error
	s.Service, err = priceplan.NewService(priceplan.Ports{Plans: s.b.Plans(), Schedules: s.b.Schedules()},
		priceplan.Options{
			Runtime: s.runtime, Zone: func(context.Context, admin.OrgID) (string, error) { return kolkata, nil },
		})
	require.NoError(t, err)
	first := people.User{ID: s.id(), Name: "Ann", Role: people.Administrator, Status: people.UserActive, Version: 1}
	require.NoError(t, s.b.Organizations().Create(t.Context(),
		people.Organization{ID: "acme", Name: "Acme", Version: 1}, first,
		people.Credential{UserID: first.ID}, s.runtime.Record(s.scope, "organization.create",
			admin.Subject{Kind: "organization"})))
	s.plan(basic1, "MONTHLY 1", priceplan.Active)
	s.plan(basic2, "MONTHLY 15", priceplan.Active)
	s.plan(pro, "QUARTERLY 1 FIRST", priceplan.Active)
	return s
}

// id counts, so that ids ascend and every run has the same.
func (s *shop) id() uuid.UUID {
	s.ids++
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[8:], s.ids)
	u[6], u[8] = 0x70, 0x80
	return u
}

func (s *shop) plan(ref priceplan.Ref, c string, status priceplan.Status) priceplan.Plan {
	s.t.Helper()
	p, err := s.CreatePlan(s.t.Context(), s.scope, priceplan.NewPlan{
		Ref: ref, Name: "Plan " + ref.String(), Status: status, Currencies: []iso4217.Code{"INR", "USD"},
		Cycle: cycle(s.t, c),
	})
	require.NoError(s.t, err)
	return p
}

// day is the beginning of a day in Kolkata.
func (s *shop) day(date string) time.Time {
	s.t.Helper()
	return local(s.t, date+" 00:00", zone(s.t, kolkata)).UTC()
}

// account puts an account on basic v1 since 5 January, unless change says otherwise.
func (s *shop) account(id string, change func(*priceplan.Association)) priceplan.Schedule {
	s.t.Helper()
	a := priceplan.Association{AccountID: id, Plan: basic1, From: s.day("2026-01-05"), Currency: "INR"}
	if change != nil {
		change(&a)
	}
	got, err := s.Associate(s.t.Context(), s.scope, a)
	require.NoError(s.t, err)
	return got
}

// timeline is all of an account's schedules.
func (s *shop) timeline(account string) []priceplan.Schedule {
	s.t.Helper()
	tl, err := s.Timeline(s.t.Context(), s.scope, account, time.Time{})
	require.NoError(s.t, err)
	return tl.Schedules
}

// removed is what was removed of an account's schedules, without when and by which actor.
func (s *shop) removed(account string) (out []priceplan.Schedule) {
	s.t.Helper()
	all, err := s.Removed(s.t.Context(), s.scope, account)
	require.NoError(s.t, err)
	for _, r := range all {
		require.Equal(s.t, s.scope.Actor(), r.RemovedBy)
		require.Equal(s.t, s.now.UTC(), r.RemovedAt)
		out = append(out, r.Schedule)
	}
	return out
}

// records are what the trail has of an action, newest first.
func (s *shop) records(action admin.Action) (out []admin.Record) {
	s.t.Helper()
	for r, err := range admin.NewTrail(s.b.Audit()).All(s.t.Context(), s.scope, admin.AuditFilter{Action: action}) {
		require.NoError(s.t, err)
		out = append(out, r)
	}
	return out
}

// paths lists the fields of a validation error.
func paths(t testing.TB, err error) []string {
	t.Helper()
	require.ErrorIs(t, err, admin.ErrInvalid)
	var invalid *admin.ValidationError
	require.ErrorAs(t, err, &invalid)
	var out []string
	for _, f := range invalid.Fields {
		require.NotEmpty(t, f.Message)
		out = append(out, f.Path)
	}
	return out
}

// pointer is the address of a value, for an input that leaves out what is nil.
func pointer[T any](value T) *T { return &value }
