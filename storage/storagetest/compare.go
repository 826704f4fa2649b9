package storagetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/token"
)

// SeedVariable names the environment variable that sets the seed of [Compare].
const SeedVariable = "ADMINCENTER_COMPARE_SEED"

// Compare makes the same calls on two empty backends, one of open and one of reference, and fails at the
// first answer in which they differ: a result, the kind of an error, or at the end anything that
// they have stored.
//
//	func TestModel(t *testing.T) {
//		storagetest.Compare(t, openMine, func(*testing.T) storage.Backend { return memory.New() }, 2000)
//	}
//
// The calls are drawn from every method of every port, alone and several in one transaction that
// commits or fails, on few identifiers that some databases take for the same. They are the same each
// time; set [SeedVariable] to a number for others.
func Compare(t *testing.T, open, reference Open, steps int) {
	t.Helper()
	seed := uint64(1)
	if text := os.Getenv(SeedVariable); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		require.NoError(t, err, SeedVariable)
		seed = n
	}
	s := newScript(t, reference(t), seed)
	b := open(t)
	done := map[string]int{}
	same := func(step string, ops []op, commit bool) {
		want, got := perform(t, s.ref, ops, commit), perform(t, b, ops, commit)
		for i := range want {
			require.Equal(t, want[i], got[i], "%s=%d, step %s (%s), call %d: %s",
				SeedVariable, seed, step, ops[0].name, i, ops[min(i, len(ops)-1)].name)
			if i < len(ops) && want[i].kinds == nil {
				done[ops[i].name]++
			}
		}
	}
	for step := range steps {
		s.advance()
		ops, commit := s.next(step)
		same(fmt.Sprint(step), ops, commit)
	}
	if steps >= 2000 {
		// A call that seldom succeeds is drawn until it did, so that the seed is not chosen for it. Others are
		// drawn in between, because what it needs may not be there.
		for _, name := range s.names {
			for try := 0; done[name] == 0; try++ {
				require.Less(t, try, 10_000, "%s=%d: %s never succeeded, so nothing is shown of it", SeedVariable, seed, name)
				s.advance()
				same(fmt.Sprintf("%d of %s alone", try, name), []op{{name, s.draws[name](s)}}, true)
				ops, commit := s.next(steps)
				same(fmt.Sprintf("%d between %s", try, name), ops, commit)
			}
		}
	}
	for _, org := range s.orgs {
		want, got := s.everything(s.ref, org), s.everything(b, org)
		for _, name := range slices.Sorted(maps.Keys(want)) {
			require.Equal(t, want[name], got[name], "%s=%d, %s of %q at the end", SeedVariable, seed, name, org)
		}
	}
}

// op is one call of one port method, with all its arguments.
type op struct {
	name string
	do   do
}

type do func(ctx context.Context, s storage.Stores) (any, error)

// answer is what a call gave.
type answer struct {
	value any
	kinds []string // of the error, by name; nil where there is none
}

func answerOf(t *testing.T, o op, value any, err error) answer {
	t.Helper()
	if err == nil {
		return answer{value: plain(value)}
	}
	var kinds []string
	for _, k := range errorKinds() {
		if errors.Is(err, k) {
			kinds = append(kinds, k.Error())
		}
	}
	require.NotEmpty(t, kinds, "%s: an error of no known kind: %v", o.name, err)
	return answer{kinds: kinds} // a result beside an error is not used
}

func errorKinds() []error {
	return []error{
		admin.ErrNotFound, admin.ErrExists, admin.ErrConflict, admin.ErrInvalid, admin.ErrForbidden, admin.ErrUnauthenticated,
		admin.ErrState, admin.ErrBusy, admin.ErrRateLimited, people.ErrLastAdministrator, people.ErrTooManyInvitations,
		people.ErrEmailTaken, people.ErrAlreadyInvited, people.ErrEmailPending,
		people.ErrTooManyIdentities, people.ErrLastIdentity, people.ErrEmailNotProvisioned,
		people.ErrRoleInUse, people.ErrTooManyRoles,
		admin.ErrSuspended, job.ErrLeaseLost, job.ErrNotDue, priceplan.ErrOverlap, token.ErrDeleted,
	}
}

var errStop = errors.New("stop")

// perform does one call by itself and several in a transaction, in which those that are refused
// leave the others standing.
func perform(t *testing.T, b storage.Backend, ops []op, commit bool) []answer {
	t.Helper()
	if len(ops) == 1 {
		value, err := ops[0].do(t.Context(), b)
		return []answer{answerOf(t, ops[0], value, err)}
	}
	var out []answer
	err := b.InTx(t.Context(), func(s storage.Stores) error {
		out = nil
		for _, o := range ops {
			value, err := o.do(t.Context(), s)
			out = append(out, answerOf(t, o, value, err))
		}
		if !commit {
			return errStop
		}
		return nil
	})
	if commit {
		require.NoError(t, err)
	} else {
		require.ErrorIs(t, err, errStop)
	}
	return out
}

// advance moves the clock by up to ten minutes.
func (s *script) advance() {
	s.now = s.now.Add(time.Duration(s.r.IntN(600_000_000)) * time.Microsecond)
}

// next draws what to do: mostly one call, else several in one transaction that commits or not.
func (s *script) next(step int) (ops []op, commit bool) {
	if step < len(s.opening) {
		return s.opening[step : step+1], true
	}
	n := 1
	if s.chance(8) {
		n = 2 + s.r.IntN(4)
	}
	for range n {
		name := pick(s, s.names...)
		ops = append(ops, op{name, s.draws[name](s)})
	}
	return ops, !s.chance(2)
}

// requireAll fails where a port method has no draw.
func requireAll(t *testing.T, draws map[string]func(*script) do) {
	t.Helper()
	stores := reflect.TypeFor[storage.Stores]()
	for i := range stores.NumMethod() {
		accessor := stores.Method(i)
		port := accessor.Type.Out(0)
		for k := range port.NumMethod() {
			name := accessor.Name + "." + port.Method(k).Name
			require.Contains(t, draws, name, "Compare draws no call of the port method %s", name)
		}
	}
}

func newScript(t *testing.T, ref storage.Backend, seed uint64) *script {
	t.Helper()
	s := &script{t: t, ref: ref, r: rand.New(rand.NewPCG(seed, seed)), now: epoch, draws: draws()}
	requireAll(t, s.draws)
	s.pools()
	return s
}
