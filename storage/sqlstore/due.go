package sqlstore

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
)

// dueSQL reads due jobs along an index of those that can run at all, by organization, instant of the last
// try and id. Its columns queue_org and due_at follow from the others: queue_org is the organization of a
// job that can run, and due_at is what [job.Job.DueAt] returns. The status of the organization comes with each job and
// is no condition: the queue of one that is not active is skipped as the rest of any other, and not read row by row.
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
	return dueSQL{some: db.bind(db.along("jobs_due", `SELECT j.queue_org, j.id, j.kind, j.tried_at,
		(SELECT o.status FROM {organizations} o WHERE o.org_id = j.queue_org) FROM {jobs} j{index}
		WHERE j.queue_org > ? AND j.due_at <= ? AND j.kind `+among+` ORDER BY j.queue_org, j.tried_at, j.id LIMIT ?`))}
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
		found, err := rows(ctx, s.reader(), "job", query, func(scan func(...any) error, r *dueJob) error {
			return scan(&r.Org, scanID(&r.ID), &r.Kind, scanAt(&r.TriedAt), &r.status)
		}, args...)
		if err != nil {
			return nil, err
		}
		used := 0
		for refs := range byOrg(found) {
			active := refs[0].status == people.OrganizationActive
			cut := active && len(found) == limit && refs[len(refs)-1] == found[limit-1] && len(refs) < q.PerOrg
			if cut || q.Orgs == 0 {
				break // the next page begins with it
			}
			taken := refs[:min(len(refs), q.PerOrg)]
			used += len(taken)
			q.After = refs[0].Org
			if !active {
				continue
			}
			for _, r := range taken {
				out = append(out, r.Ref)
			}
			q.Orgs--
		}
		if len(found) < limit {
			break
		}
		if 2*used < len(found) {
			page = 2 * used
		} else {
			page = 2 * limit
		}
	}
	return out, nil
}

// dueJob is a due job with the status of its organization.
type dueJob struct {
	job.Ref
	status people.OrganizationStatus
}

// byOrg iterates over the parts of refs that are of one organization, which are together.
func byOrg(refs []dueJob) func(yield func([]dueJob) bool) {
	return func(yield func([]dueJob) bool) {
		for len(refs) > 0 {
			n := slices.IndexFunc(refs, func(r dueJob) bool { return r.Org != refs[0].Org })
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
