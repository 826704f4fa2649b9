package storagetest

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
)

// methodFault is a fault that any method of any port can have. breaks makes it of a call that has it
// not; in is which methods can have it; caught is the subtest that has to fail for each.
type methodFault struct {
	name    string
	in      func(method) bool
	breaks  func(call) call
	backend func() storage.Backend // nil for one without faults
	caught  string
}

func methodFaults() []methodFault {
	reads := func(m method) bool { return !m.writes }
	writes := func(m method) bool { return m.writes }
	records := func(m method) bool { return m.record }
	return []methodFault{
		{
			name: "takes every organization for the one it knows",
			in:   func(m method) bool { return !crossing()[m.name] },
			breaks: func(c call) call {
				return func(ctx context.Context, s storage.Stores, w *world, _ admin.OrgID, rec admin.Record) (any, error) {
					return c(ctx, s, w, w.org, rec)
				}
			},
			caught: "hides and keeps everything from another organization",
		},
		{
			name: "does not ask whether the context has ended",
			in:   func(method) bool { return true },
			breaks: func(c call) call {
				return func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
					return c(context.WithoutCancel(ctx), s, w, org, rec)
				}
			},
			caught: "does nothing under a cancelled context",
		},
		{
			name: "records something else",
			in:   records,
			breaks: func(c call) call {
				return func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
					if rec.ID != uuid.Nil {
						rec.ID = w.id()
					}
					return c(ctx, s, w, org, rec)
				}
			},
			caught: "leaves its audit record",
		},
		{
			name: "loses what was changed from the record",
			in:   records,
			breaks: func(c call) call {
				return func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
					rec.Changes = nil
					return c(ctx, s, w, org, rec)
				}
			},
			caught: "leaves its audit record",
		},
		{
			name: "loses the user whom support acts for from the record",
			in:   records,
			breaks: func(c call) call {
				return func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
					rec.Actor.For = ""
					return c(ctx, s, w, org, rec)
				}
			},
			caught: "leaves its audit record",
		},
		{
			name: "loses the request from the record",
			in:   records,
			breaks: func(c call) call {
				return func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
					rec.Request = admin.Request{}
					return c(ctx, s, w, org, rec)
				}
			},
			caught: "leaves its audit record",
		},
		{
			name: "makes up the record that it was not given",
			in:   records,
			breaks: func(c call) call {
				return func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
					if rec.Check() != nil {
						rec = w.rec("made.up")
					}
					return c(ctx, s, w, org, rec)
				}
			},
			caught: "is refused without an audit record",
		},
		{
			name: "finds nothing",
			in:   reads,
			breaks: func(c call) call {
				return func(ctx context.Context, _ storage.Stores, _ *world, _ admin.OrgID, _ admin.Record) (any, error) {
					return nil, ctx.Err()
				}
			},
			caught: "answers its own organization",
		},
		{
			name: "reads outside the transaction",
			in:   reads,
			breaks: func(c call) call {
				return func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
					if _, inside := w.b.(within); inside {
						s = memory.New() // where nothing of it is
					}
					return c(ctx, s, w, org, rec)
				}
			},
			caught: "sees what its transaction wrote",
		},
		{
			name:    "is not part of the transaction",
			in:      writes,
			breaks:  func(c call) call { return c },
			backend: func() storage.Backend { return neverTakesBack{memory.New()} },
			caught:  "is taken back with its transaction",
		},
	}
}

// neverTakesBack commits even when the function fails.
type neverTakesBack struct{ storage.Backend }

func (b neverTakesBack) InTx(ctx context.Context, fn func(storage.Stores) error) error {
	var failed error
	err := b.Backend.InTx(ctx, func(s storage.Stores) error {
		failed = fn(s)
		return nil
	})
	return errors.Join(failed, err)
}

// Every fault is put into every method that can have it, one kind at a time: in each of them the
// subtest that is there to find it has to fail. A new port method is covered by having a case, with
// nothing to add here.
func TestMethodsFindFaultsOfAnyMethod(t *testing.T) {
	for _, fault := range methodFaults() {
		if Fault() == fault.name {
			b := storage.Backend(memory.New())
			if fault.backend != nil {
				b = fault.backend()
			}
			ms := methods(t)
			for i, m := range ms {
				if fault.in(m) {
					ms[i].call = fault.breaks(m.call)
				}
			}
			checkMethods(t, b, ms, ms)
			return
		}
	}
	require.Empty(t, Fault(), "there is no such fault")
	for _, fault := range methodFaults() {
		t.Run(fault.name, func(t *testing.T) {
			var want []string
			for _, m := range methods(t) {
				if fault.in(m) {
					want = append(want, m.name+"/"+fault.caught)
				}
			}
			require.NotEmpty(t, want)
			require.Subset(t, FailuresWith(t, fault.name, ""), want)
		})
	}
}

func TestMethodsPassWithoutFault(t *testing.T) {
	ms := methods(t)
	checkMethods(t, memory.New(), ms, ms)
}
