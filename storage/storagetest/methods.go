package storagetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/storage"
)

// method is one method of one port, with what its signature says.
type method struct {
	name   string // "Accessor.Method"
	writes bool   // takes an audit record, or is bookkeeping
	record bool   // takes an audit record
	call   call
}

// methods finds every port method of storage.Stores by reflection, so that one without a case
// cannot be overlooked.
func methods(t *testing.T) []method {
	t.Helper()
	cases, quiet := calls(), bookkeeping()
	quiet["Imports.Append"] = true     // a piece of an upload, whose end is audited
	quiet["Imports.SetRemoval"] = true // what recorded the removal is audited
	record := reflect.TypeFor[admin.Record]()
	var out []method
	stores := reflect.TypeFor[storage.Stores]()
	for i := range stores.NumMethod() {
		accessor := stores.Method(i)
		port := accessor.Type.Out(0)
		for k := range port.NumMethod() {
			m := method{name: accessor.Name + "." + port.Method(k).Name}
			for in := range port.Method(k).Type.NumIn() {
				m.record = m.record || port.Method(k).Type.In(in) == record
			}
			m.writes = m.record || quiet[m.name]
			m.call = cases[m.name]
			require.NotNil(t, m.call, "storagetest has no case for the port method %s", m.name)
			delete(cases, m.name)
			out = append(out, m)
		}
	}
	require.Empty(t, slices.Sorted(maps.Keys(cases)), "storagetest has cases for methods that no port has")
	return out
}

// dump is everything that the reading methods show of an organization, and of the one that the case
// of Organizations.Create makes beside it.
func dump(t *testing.T, ms []method, w *world) string {
	t.Helper()
	orgs := []admin.OrgID{w.org, w.created()}
	across := map[string]bool{"Jobs.Due": true, "Log.Heads": true, "Log.Unsealed": true, "Log.Trimmable": true}
	var b strings.Builder
	if _, err := w.b.Organizations().Get(t.Context(), w.created()); errors.Is(err, admin.ErrNotFound) {
		fmt.Fprintf(&b, "%s: %v\n", w.created(), err) // which nothing can belong to
		orgs = orgs[:1]
	}
	for _, m := range ms {
		if m.writes || across[m.name] { // whose answer changes with every other organization
			continue
		}
		for _, org := range orgs {
			got, err := m.call(t.Context(), w.b, w, org, admin.Record{})
			fmt.Fprintf(&b, "%s: %+v %v\n", m.name, got, err)
		}
	}
	return b.String()
}

func testMethods(t *testing.T, open Open) {
	all := methods(t)
	checkMethods(t, open(t), all, all)
}

// stage is what the checks of a method work on: the seeded organization, as it was then, and another.
type stage struct {
	*world
	other  *world
	ms     []method
	before string
}

func newStage(t *testing.T, b storage.Backend, c *ids, ms []method) *stage {
	t.Helper()
	s := &stage{world: newWorld(t, b, c), other: newWorld(t, b, c), ms: ms}
	s.seed()
	s.before = dump(t, ms, s.world)
	return s
}

// requireUntouched checks that the organization is as it was seeded.
func (s *stage) requireUntouched(t *testing.T) {
	t.Helper()
	require.Equal(t, s.before, dump(t, s.ms, s.world))
}

// checkMethods checks some of the methods ms, and that they change nothing that all of ms show of
// another organization.
func checkMethods(t *testing.T, b storage.Backend, ms, checked []method) {
	c := &ids{}
	// Methods that only read share a stage. One that writes has its own, where the checks after which
	// nothing may have changed come first: seeding takes longer than all of them.
	reading := newStage(t, b, c, ms)
	for _, m := range checked {
		t.Run(m.name, func(t *testing.T) {
			s := reading
			if m.writes {
				s = newStage(t, b, c, ms)
			}
			check := func(name string, fn func(t *testing.T)) {
				t.Run(name, func(t *testing.T) {
					s.t = t
					fn(t)
				})
			}
			if !crossing()[m.name] {
				check("hides and keeps everything from another organization", func(t *testing.T) { requireHidden(t, b, s, m) })
			}
			check("does nothing under a cancelled context", func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				_, err := m.call(ctx, b, s.world, s.org, s.rec("test.write"))
				require.ErrorIs(t, err, context.Canceled)
				s.requireUntouched(t)
			})
			if m.writes {
				check("is taken back with its transaction", func(t *testing.T) { requireTakenBack(t, b, s, m) })
			} else {
				t.Run("sees what its transaction wrote", func(t *testing.T) { requireSeen(t, b, c, m) })
			}
			if m.record {
				check("is refused without an audit record", func(t *testing.T) {
					_, err := m.call(t.Context(), b, s.world, s.org, admin.Record{})
					require.ErrorIs(t, err, admin.ErrInvalid)
					s.requireUntouched(t)
				})
			}
			rec := s.rec("test.write")
			rec.Actor, rec.Request = s.support(), admin.Request{Source: "2001:db8::1", UserAgent: "é/1.0", ID: "req-1"}
			if strings.HasSuffix(m.name, ".Erase") {
				rec.Action = "test.erase"
			}
			if m.name == "Log.Trim" {
				rec = s.trimming(rec)
			}
			answer := sync.OnceValues(func() (any, error) { return m.call(t.Context(), b, s.world, s.org, rec) })
			check("answers its own organization", func(t *testing.T) {
				got, err := answer()
				require.NoError(t, err)
				if !m.writes {
					require.Contains(t, fmt.Sprintf("%+v", got), string(s.org),
						"the case must read what was seeded, or the checks above show nothing")
				}
			})
			if m.record {
				check("leaves its audit record", func(t *testing.T) {
					_, err := answer()
					require.NoError(t, err)
					requireRecorded(t, b, s.world, rec)
				})
			}
		})
	}
}

func requireHidden(t *testing.T, b storage.Backend, s *stage, m method) {
	t.Helper()
	got, err := m.call(t.Context(), b, s.world, s.other.org, s.rec("test.write"))
	if err != nil {
		require.ErrorIs(t, err, admin.ErrNotFound)
		require.NotContains(t, err.Error(), string(s.org))
	}
	if !m.writes {
		require.NotContains(t, fmt.Sprintf("%+v", got), string(s.org))
	}
	s.requireUntouched(t)
}

func requireTakenBack(t *testing.T, b storage.Backend, s *stage, m method) {
	t.Helper()
	stop := errors.New("stop")
	err := b.InTx(t.Context(), func(stores storage.Stores) error {
		if _, err := m.call(t.Context(), stores, s.world, s.org, s.rec("test.write")); err != nil {
			return err
		}
		return stop
	})
	require.ErrorIs(t, err, stop)
	s.requireUntouched(t)
}

// requireSeen checks that a method reads in the transaction that it is called in.
func requireSeen(t *testing.T, b storage.Backend, c *ids, m method) {
	t.Helper()
	stop := errors.New("stop")
	err := b.InTx(t.Context(), func(stores storage.Stores) error {
		w := newWorld(t, within{stores}, c)
		w.seed()
		got, err := m.call(t.Context(), stores, w, w.org, admin.Record{})
		if err != nil {
			return err
		}
		require.Contains(t, fmt.Sprintf("%+v", got), string(w.org))
		return stop
	})
	require.ErrorIs(t, err, stop)
}

// within is a Backend in a transaction that is under way.
type within struct{ storage.Stores }

func (w within) InTx(_ context.Context, fn func(storage.Stores) error) error { return fn(w.Stores) }

// requireRecorded checks that exactly rec was recorded; where a case makes a new organization the
// record is in that one.
func requireRecorded(t *testing.T, b storage.Backend, w *world, rec admin.Record) {
	t.Helper()
	found := 0
	for _, org := range []admin.OrgID{w.org, w.created()} {
		records, err := b.Audit().List(t.Context(), org, admin.AuditFilter{Action: rec.Action}, page[admin.RecordKey](10))
		require.NoError(t, err)
		for _, r := range records {
			if r.ID == rec.ID {
				require.Equal(t, rec, r)
				found++
			}
		}
	}
	require.Equal(t, 1, found, "the audit record must be there once")
}
