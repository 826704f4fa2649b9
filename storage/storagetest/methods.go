package storagetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
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
	quiet["Imports.Append"] = true // a piece of an upload, whose end is audited
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
	var b strings.Builder
	for _, m := range ms {
		if m.writes || m.name == "Jobs.Due" { // its answer changes with every other organization
			continue
		}
		for _, org := range []admin.OrgID{w.org, w.created()} {
			got, err := m.call(t.Context(), w.b, w, org, admin.Record{})
			fmt.Fprintf(&b, "%s: %+v %v\n", m.name, got, err)
		}
	}
	return b.String()
}

func testMethods(t *testing.T, open Open) { checkMethods(t, open(t), methods(t)) }

func checkMethods(t *testing.T, b storage.Backend, ms []method) {
	c := &ids{}
	for _, m := range ms {
		t.Run(m.name, func(t *testing.T) {
			// Each check has organizations of its own, so one backend serves them all.
			pair := func(t *testing.T) (mine, other *world) {
				mine, other = newWorld(t, b, c), newWorld(t, b, c)
				mine.seed()
				return mine, other
			}
			t.Run("answers its own organization", func(t *testing.T) {
				w, _ := pair(t)
				got, err := m.call(t.Context(), b, w, w.org, w.rec("test.write"))
				require.NoError(t, err)
				if !m.writes {
					require.Contains(t, fmt.Sprintf("%+v", got), string(w.org), "the case must read what was seeded, or the next checks show nothing")
				}
			})
			if !crossing()[m.name] {
				t.Run("hides and keeps everything from another organization", func(t *testing.T) {
					w, other := pair(t)
					before := dump(t, ms, w)
					got, err := m.call(t.Context(), b, w, other.org, w.rec("test.write"))
					if err != nil {
						require.ErrorIs(t, err, admin.ErrNotFound)
						require.NotContains(t, err.Error(), string(w.org))
					}
					if !m.writes {
						require.NotContains(t, fmt.Sprintf("%+v", got), string(w.org))
					}
					require.Equal(t, before, dump(t, ms, w))
				})
			}
			t.Run("does nothing under a cancelled context", func(t *testing.T) {
				w, _ := pair(t)
				before := dump(t, ms, w)
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				_, err := m.call(ctx, b, w, w.org, w.rec("test.write"))
				require.ErrorIs(t, err, context.Canceled)
				require.Equal(t, before, dump(t, ms, w))
			})
			if m.writes {
				t.Run("is taken back with its transaction", func(t *testing.T) {
					w, _ := pair(t)
					before := dump(t, ms, w)
					stop := errors.New("stop")
					err := b.InTx(t.Context(), func(s storage.Stores) error {
						if _, err := m.call(t.Context(), s, w, w.org, w.rec("test.write")); err != nil {
							return err
						}
						return stop
					})
					require.ErrorIs(t, err, stop)
					require.Equal(t, before, dump(t, ms, w))
				})
			}
			if m.record {
				t.Run("leaves its audit record", func(t *testing.T) {
					w, _ := pair(t)
					rec := w.rec("test.write")
					_, err := m.call(t.Context(), b, w, w.org, rec)
					require.NoError(t, err)
					requireRecorded(t, b, w, rec)
				})
				t.Run("is refused without an audit record", func(t *testing.T) {
					w, _ := pair(t)
					before := dump(t, ms, w)
					_, err := m.call(t.Context(), b, w, w.org, admin.Record{})
					require.ErrorIs(t, err, admin.ErrInvalid)
					require.Equal(t, before, dump(t, ms, w))
				})
			}
		})
	}
}

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
