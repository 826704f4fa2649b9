package sqlstore

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/admincenter/admincenter/admin/job"
)

// dueSQL reads due jobs along an index of those that can run at all, by organization, instant of the last
// try and id. Its columns queue_org and due_at follow from the others: queue_org is the organization of a
// job that can run, and due_at is what [job.Job.DueAt] returns.
type dueSQL struct {
	some string // for any number of kinds on a dialect that takes arrays, else for dueKinds of them
}

// dueKinds is the number of kinds that the prepared statement has places for. Places that are left over
// repeat the last kind.
const dueKinds = 8

func newDueSQL(db *DB) dueSQL {
	among := "IN " + places(dueKinds)
	if db.dialect.arrays {
		among = "= ANY (?::text::text[])"
	}
	return dueSQL{some: db.bind(db.along("jobs_due", `SELECT queue_org, id, kind, tried_at FROM {jobs}{index}
		WHERE queue_org > ? AND due_at <= ? AND kind `+among+` ORDER BY queue_org, tried_at, id LIMIT ?`))}
}

func places(n int) string { return "(?" + strings.Repeat(", ?", n-1) + ")" }

// of returns the statement for kinds and their arguments.
func (q dueSQL) of(d dialect, kinds []job.Kind) (query string, args []any, err error) {
	if d.arrays {
		var array strings.Builder
		for i, k := range kinds {
			array.WriteByte("{,"[min(i, 1)])
			if err := writeElement(&array, string(k)); err != nil {
				return "", nil, err
			}
		}
		return q.some, []any{array.String() + "}"}, nil
	}
	query = q.some
	if len(kinds) > dueKinds {
		query = strings.Replace(query, places(dueKinds), places(len(kinds)), 1)
	}
	for i := range max(len(kinds), dueKinds) {
		args = append(args, kinds[min(i, len(kinds)-1)])
	}
	return query, args, nil
}

// duePage is the number of rows of the first page at most.
const duePage = 1000

// Due reads the index in pages. Of each organization it takes q.PerOrg rows at most, and skips the rest of its
// queue. Pages get longer while most of their rows are taken, and shorter after one whose rows were not, so
// that the rows that are read in all are the first page and a few times the result, however long the queues
// are.
func (s jobs) Due(ctx context.Context, now time.Time, q job.DueQuery) (out []job.Ref, err error) {
	if len(q.Kinds) == 0 || q.PerOrg < 1 {
		return nil, ctx.Err()
	}
	query, kinds, err := s.db.sql.job.due.of(s.db.dialect, q.Kinds)
	if err != nil {
		return nil, err
	}
	page := min(duePage, q.Orgs)
	for q.Orgs > 0 {
		limit := min(max(page, 2*q.PerOrg), q.Orgs*q.PerOrg)
		args := slices.Concat([]any{q.After, now.UnixMicro()}, kinds, []any{limit})
		found, err := rows(ctx, s.reader(), "job", query, func(scan func(...any) error, r *job.Ref) error {
			return scan(&r.Org, scanID(&r.ID), &r.Kind, scanAt(&r.TriedAt))
		}, args...)
		if err != nil {
			return nil, err
		}
		before := len(out)
		for refs := range byOrg(found) {
			cut := len(found) == limit && refs[len(refs)-1] == found[limit-1] && len(refs) < q.PerOrg
			if cut || q.Orgs == 0 {
				break // the next page begins with it
			}
			out = append(out, refs[:min(len(refs), q.PerOrg)]...)
			q.After, q.Orgs = refs[0].Org, q.Orgs-1
		}
		if len(found) < limit {
			break
		}
		if used := len(out) - before; 2*used < len(found) {
			page = 2 * used
		} else {
			page = 2 * limit
		}
	}
	return out, nil
}

// byOrg iterates over the parts of refs that are of one organization, which are together.
func byOrg(refs []job.Ref) func(yield func([]job.Ref) bool) {
	return func(yield func([]job.Ref) bool) {
		for len(refs) > 0 {
			n := slices.IndexFunc(refs, func(r job.Ref) bool { return r.Org != refs[0].Org })
			if n < 0 {
				n = len(refs)
			}
			if !yield(refs[:n]) {
				return
			}
			refs = refs[n:]
		}
	}
}
