package storagetest_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

// importPort replaces single methods of a port.
type importPort struct {
	bulkimport.Store
	removeFile func(context.Context, admin.OrgID, uuid.UUID, int, admin.Record) (bool, error)
	content    func(context.Context, admin.OrgID, uuid.UUID, int64) ([]byte, error)
	update     func(context.Context, admin.OrgID, bulkimport.Import, admin.Record) error
	list       func(context.Context, admin.OrgID, bulkimport.Filter, admin.Seek[uuid.UUID]) ([]bulkimport.Import, error)
}

func (s importPort) RemoveFile(
	ctx context.Context, org admin.OrgID, id uuid.UUID, limit int, rec admin.Record,
) (bool, error) {
	if s.removeFile == nil {
		return s.Store.RemoveFile(ctx, org, id, limit, rec)
	}
	return s.removeFile(ctx, org, id, limit, rec)
}

func (s importPort) Content(ctx context.Context, org admin.OrgID, id uuid.UUID, offset int64) ([]byte, error) {
	if s.content == nil {
		return s.Store.Content(ctx, org, id, offset)
	}
	return s.content(ctx, org, id, offset)
}

// ever is an instant after all of the suite.
var ever = time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC)

// overCaught is the subtest that removes what is over.
const overCaught = "Jobs/removes what is over"

// oneCaught is the subtest that removes it of one job and import.
const oneCaught = "Jobs/removes of one that is over what is its own"

func retentionFaults() []fault {
	imports := func(name, caught string, with func(bulkimport.Store) importPort) fault {
		return fault{
			name: name,
			imports: func(s bulkimport.Store, _ *known) bulkimport.Store {
				p := with(s)
				p.Store = s
				return p
			},
			caught: caught,
		}
	}
	unrecorded := func(name string, action admin.Action) fault {
		return fault{
			name: name,
			audit: func(s admin.AuditStore, _ *known) admin.AuditStore {
				return auditPort{s, func(
					ctx context.Context, org admin.OrgID, f admin.AuditFilter, seek admin.Seek[admin.RecordKey],
				) ([]admin.Record, error) {
					rs, err := s.List(ctx, org, f, seek)
					return slices.DeleteFunc(rs, func(r admin.Record) bool { return r.Action == action }), err
				}}
			},
			caught: overCaught,
		}
	}
	return []fault{
		jobFault("Jobs.Prune removes nothing", overCaught, func(job.Store, *known) jobPort {
			return jobPort{prune: func(ctx context.Context, _ admin.OrgID, _ uuid.UUID, _ int, _ admin.Record) (bool, error) {
				return false, ctx.Err()
			}}
		}),
		keptEntries("Jobs.Prune marks the job and leaves its entries"),
		keptEffects("Jobs.Prune marks the job and leaves its effects"),
		jobFault("Jobs.Prune removes what other jobs have too", oneCaught, func(s job.Store, _ *known) jobPort {
			return jobPort{prune: func(ctx context.Context, org admin.OrgID, id uuid.UUID, limit int, rec admin.Record) (bool, error) {
				refs, err := s.Settled(ctx, job.SettledQuery{Until: ever, Limit: 100_000})
				for _, r := range refs {
					if err == nil && r.Org == org && r.ID != id {
						_, err = s.Prune(ctx, org, r.ID, limit, other(rec))
					}
				}
				if err != nil {
					return false, err
				}
				return s.Prune(ctx, org, id, limit, rec)
			}}
		}),
		jobFault("Jobs.Prune is never done", overCaught, func(s job.Store, _ *known) jobPort {
			return jobPort{prune: func(ctx context.Context, org admin.OrgID, id uuid.UUID, limit int, rec admin.Record) (bool, error) {
				_, err := s.Prune(ctx, org, id, limit, rec)
				return err == nil, err
			}}
		}),
		unrecorded("Jobs.Prune leaves no record", job.ActionPrune),
		imports("Imports.RemoveFile removes nothing", overCaught, func(bulkimport.Store) importPort {
			return importPort{removeFile: func(ctx context.Context, _ admin.OrgID, _ uuid.UUID, _ int, _ admin.Record) (bool, error) {
				return false, ctx.Err()
			}}
		}),
		keptContent("Imports.RemoveFile marks the import and leaves its content"),
		imports("Imports.RemoveFile removes the files of other imports too", oneCaught, func(s bulkimport.Store) importPort {
			return importPort{removeFile: func(ctx context.Context, org admin.OrgID, id uuid.UUID, limit int, rec admin.Record) (bool, error) {
				refs, err := s.ExpiredFiles(ctx, ever, 100_000)
				for _, r := range refs {
					if err == nil && r.Org == org && r.ID != id {
						_, err = s.RemoveFile(ctx, org, r.ID, limit, other(rec))
					}
				}
				if err != nil {
					return false, err
				}
				return s.RemoveFile(ctx, org, id, limit, rec)
			}}
		}),
		unrecorded("Imports.RemoveFile leaves no record", bulkimport.ActionRemoveFile),
	}
}

// other returns a record like rec with an id of its own.
func other(rec admin.Record) admin.Record {
	rec.ID, rec.Action = uuid.New(), "test.other"
	return rec
}

// before keeps what was read before it was removed.
type before[T any] struct {
	mu   sync.Mutex
	kept map[uuid.UUID]T
}

func (b *before[T]) keep(id uuid.UUID, v T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.kept == nil {
		b.kept = map[uuid.UUID]T{}
	}
	if _, ok := b.kept[id]; !ok {
		b.kept[id] = v
	}
}

func (b *before[T]) get(id uuid.UUID) (T, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	v, ok := b.kept[id]
	return v, ok
}

func keptEntries(name string) fault {
	b := &before[[]job.Entry]{}
	return jobFault(name, overCaught, func(s job.Store, _ *known) jobPort {
		return jobPort{
			prune: func(ctx context.Context, org admin.OrgID, id uuid.UUID, limit int, rec admin.Record) (bool, error) {
				if es, err := s.Entries(ctx, org, id, job.EntryFilter{}, admin.Seek[int64]{Limit: 100}); err == nil {
					b.keep(id, es)
				}
				return s.Prune(ctx, org, id, limit, rec)
			},
			entries: func(
				ctx context.Context, org admin.OrgID, id uuid.UUID, f job.EntryFilter, seek admin.Seek[int64],
			) ([]job.Entry, error) {
				if es, ok := b.get(id); ok {
					return es, ctx.Err()
				}
				return s.Entries(ctx, org, id, f, seek)
			},
		}
	})
}

func keptEffects(name string) fault {
	b := &before[[]job.Effect]{}
	return jobFault(name, overCaught, func(s job.Store, _ *known) jobPort {
		return jobPort{
			prune: func(ctx context.Context, org admin.OrgID, id uuid.UUID, limit int, rec admin.Record) (bool, error) {
				if es, err := s.Effects(ctx, org, id, admin.Seek[int64]{Limit: 100}); err == nil {
					b.keep(id, es)
				}
				return s.Prune(ctx, org, id, limit, rec)
			},
			effects: func(ctx context.Context, org admin.OrgID, id uuid.UUID, seek admin.Seek[int64]) ([]job.Effect, error) {
				if es, ok := b.get(id); ok {
					return es, ctx.Err()
				}
				return s.Effects(ctx, org, id, seek)
			},
		}
	})
}

func keptContent(name string) fault {
	b := &before[[]byte]{}
	return fault{
		name: name,
		imports: func(s bulkimport.Store, _ *known) bulkimport.Store {
			return importPort{
				Store: s,
				removeFile: func(ctx context.Context, org admin.OrgID, id uuid.UUID, limit int, rec admin.Record) (bool, error) {
					if text, err := s.Content(ctx, org, id, 0); err == nil {
						b.keep(id, text)
					}
					return s.RemoveFile(ctx, org, id, limit, rec)
				},
				content: func(ctx context.Context, org admin.OrgID, id uuid.UUID, offset int64) ([]byte, error) {
					if text, ok := b.get(id); ok && offset == 0 {
						return text, ctx.Err()
					}
					return s.Content(ctx, org, id, offset)
				},
			}
		},
		caught: overCaught,
	}
}
