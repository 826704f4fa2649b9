package storagetest_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/admincenter/admincenter/admin"
)

type listRecords func(ctx context.Context, org admin.OrgID, f admin.AuditFilter, seek admin.Seek[admin.RecordKey]) ([]admin.Record, error)

// auditPort replaces the list of a port.
type auditPort struct {
	admin.AuditStore
	list listRecords
}

func (s auditPort) List(ctx context.Context, org admin.OrgID, f admin.AuditFilter, seek admin.Seek[admin.RecordKey]) ([]admin.Record, error) {
	return s.list(ctx, org, f, seek)
}

// appendPort replaces how a port appends.
type appendPort struct {
	admin.AuditStore
	add func(ctx context.Context, org admin.OrgID, rec admin.Record) error
}

func (s appendPort) Append(ctx context.Context, org admin.OrgID, rec admin.Record) error {
	return s.add(ctx, org, rec)
}

// eraseTrailPort replaces how a port erases.
type eraseTrailPort struct {
	admin.AuditStore
	change func(*admin.TrailErasure)
}

func (s eraseTrailPort) Erase(ctx context.Context, org admin.OrgID, e admin.TrailErasure, rec admin.Record) (int, error) {
	s.change(&e)
	return s.AuditStore.Erase(ctx, org, e, rec)
}

func auditFaults() []fault {
	erase := func(name string, change func(*admin.TrailErasure)) fault {
		return fault{
			name:   name,
			audit:  func(s admin.AuditStore, _ *known) admin.AuditStore { return eraseTrailPort{s, change} },
			caught: "Audit/erases where requests came from",
		}
	}
	filter := func(name, caught string, change func(*admin.AuditFilter)) fault {
		return fault{
			name: name,
			audit: func(s admin.AuditStore, _ *known) admin.AuditStore {
				return auditPort{s, func(ctx context.Context, org admin.OrgID, f admin.AuditFilter, seek admin.Seek[admin.RecordKey]) ([]admin.Record, error) {
					change(&f)
					return s.List(ctx, org, f, seek)
				}}
			},
			caught: caught,
		}
	}
	result := func(name, caught string, change func(admin.Seek[admin.RecordKey], []admin.Record) []admin.Record) fault {
		return fault{
			name: name,
			audit: func(s admin.AuditStore, _ *known) admin.AuditStore {
				return auditPort{s, func(ctx context.Context, org admin.OrgID, f admin.AuditFilter, seek admin.Seek[admin.RecordKey]) ([]admin.Record, error) {
					rs, err := s.List(ctx, org, f, seek)
					return change(seek, rs), err
				}}
			},
			caught: caught,
		}
	}
	lose := func(name string, change func(*admin.Record)) fault {
		return fault{
			name: name,
			audit: func(s admin.AuditStore, _ *known) admin.AuditStore {
				return appendPort{s, func(ctx context.Context, org admin.OrgID, rec admin.Record) error {
					change(&rec)
					return s.Append(ctx, org, rec)
				}}
			},
			caught: "Audit/keeps where a call came from and whom support acts for",
		}
	}
	return []fault{
		lose("Audit.Append loses whom support acts for", func(r *admin.Record) { r.Actor.For = "" }),
		lose("Audit.Append loses the id of support", func(r *admin.Record) { r.Actor.ID = "" }),
		lose("Audit.Append loses where a call came from", func(r *admin.Record) { r.Request.Source = "" }),
		lose("Audit.Append loses what a call came with", func(r *admin.Record) { r.Request.UserAgent = "" }),
		lose("Audit.Append loses the id of a request", func(r *admin.Record) { r.Request.ID = "" }),
		result("Audit.List loses whom support acts for", "Audit/keeps where a call came from and whom support acts for",
			func(_ admin.Seek[admin.RecordKey], rs []admin.Record) []admin.Record {
				for i := range rs {
					rs[i].Actor.For = ""
				}
				return rs
			}),
		{
			name: "Audit.List looks into every organization",
			audit: func(s admin.AuditStore, k *known) admin.AuditStore {
				return auditPort{s, func(ctx context.Context, org admin.OrgID, f admin.AuditFilter, seek admin.Seek[admin.RecordKey]) ([]admin.Record, error) {
					var all []admin.Record
					for _, other := range k.orgs {
						rs, err := s.List(ctx, other, f, seek)
						if err != nil {
							return nil, err
						}
						all = append(all, rs...)
					}
					return all, ctx.Err()
				}}
			},
			caught: "Methods/Audit.List/hides and keeps everything from another organization",
		},
		{
			name: "Audit.Append takes what is incomplete",
			audit: func(s admin.AuditStore, _ *known) admin.AuditStore {
				return appendPort{s, func(ctx context.Context, org admin.OrgID, rec admin.Record) error {
					if rec.Check() != nil {
						return ctx.Err()
					}
					return s.Append(ctx, org, rec)
				}}
			},
			caught: "Audit/refuses to append a record that lacks who did what",
		},
		{
			name: "Audit.Append forgets what changed",
			audit: func(s admin.AuditStore, _ *known) admin.AuditStore {
				return appendPort{s, func(ctx context.Context, org admin.OrgID, rec admin.Record) error {
					rec.Changes = nil
					return s.Append(ctx, org, rec)
				}}
			},
			caught: "Audit/appends a record to what is there",
		},
		erase("Audit.Erase erases earlier records too", func(e *admin.TrailErasure) { e.Since = time.Time{} }),
		erase("Audit.Erase leaves the requests of an actor", func(e *admin.TrailErasure) { e.Actors = nil }),
		erase("Audit.Erase takes all of a record for its request", func(e *admin.TrailErasure) {
			e.Values = slices.Concat(e.Values, e.Requests)
		}),
		erase("Audit.Erase leaves the values of a record", func(e *admin.TrailErasure) { e.Values = nil }),
		{
			name: "Audit.Append keeps what is personal as something else after an erasure",
			audit: func(s admin.AuditStore, _ *known) admin.AuditStore {
				return appendPort{s, func(ctx context.Context, org admin.OrgID, rec admin.Record) error {
					if rec.Action == "event.sign_in_failed" {
						rec.Changes = slices.Clone(rec.Changes)
						for i := range rec.Changes {
							rec.Changes[i].Personal = false
						}
					}
					return s.Append(ctx, org, rec)
				}}
			},
			caught: "Audit/keeps nothing personal of a person who was erased",
		},
		result("the audit trail hides a record", "Methods/Currencies.Create/leaves its audit record", func(_ admin.Seek[admin.RecordKey], rs []admin.Record) []admin.Record {
			return slices.DeleteFunc(rs, func(r admin.Record) bool { return r.Action == "test.write" })
		}),
		result("Audit.List gives the oldest first", "Audit/everything", func(_ admin.Seek[admin.RecordKey], rs []admin.Record) []admin.Record {
			slices.Reverse(rs)
			return rs
		}),
		result("Audit.List goes by ids alone", "Audit/is ordered by time and then by id",
			func(_ admin.Seek[admin.RecordKey], rs []admin.Record) []admin.Record {
				slices.SortFunc(rs, func(a, b admin.Record) int { return bytes.Compare(b.ID[:], a.ID[:]) })
				return rs
			}),
		result("Audit.List spoils what changed", "Audit/everything", func(_ admin.Seek[admin.RecordKey], rs []admin.Record) []admin.Record {
			for i := range rs {
				for k := range rs[i].Changes {
					rs[i].Changes[k].From = strings.ToValidUTF8(strings.Map(func(r rune) rune { return min(r, 0x7f) }, rs[i].Changes[k].From), "")
				}
			}
			return rs
		}),
		filter("Audit.List takes no notice of the id of a subject", "Audit/by subject", func(f *admin.AuditFilter) { f.Subject.ID = "" }),
		filter("Audit.List takes no notice of the actor", "Audit/by actor", func(f *admin.AuditFilter) { f.Actor = admin.Actor{} }),
		filter("Audit.List takes no notice of the user whom support acts for", "Audit/by the user whom support acts for",
			func(f *admin.AuditFilter) { f.Actor.For = "" }),
		filter("Audit.List takes no notice of the action", "Audit/by action", func(f *admin.AuditFilter) { f.Action = "" }),
		filter("Audit.List leaves out the instant that it begins with", "Audit/from an instant, which is in", func(f *admin.AuditFilter) {
			if !f.From.IsZero() {
				f.From = f.From.Add(time.Microsecond)
			}
		}),
		filter("Audit.List takes in the instant that it ends with", "Audit/until an instant, which is out", func(f *admin.AuditFilter) {
			if !f.Until.IsZero() {
				f.Until = f.Until.Add(time.Microsecond)
			}
		}),
	}
}
