package memory

import (
	"context"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings/enrich"
)

type enrichments struct{ access }

func (s enrichments) Put(ctx context.Context, org admin.OrgID, e enrich.Enrichment, most int, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		old, ok := t.settings.enrich.get(e.EventSchema)
		e = e.Clone()
		switch {
		case e.Version == 0 && ok:
			return taken("enrichment")
		case e.Version == 0 && len(t.settings.enrich.order) >= most:
			return enrich.TooMany(most)
		case e.Version == 0:
			e.Version = 1
			t.settings.enrich.put(j, e.EventSchema, e)
			return nil
		}
		if err := atVersion(ok, old, e.Version); err != nil {
			return err
		}
		old.Dependencies, old.Fields, old.Cases = e.Dependencies, e.Fields, e.Cases
		old.UpdatedAt, old.UpdatedBy = e.UpdatedAt, e.UpdatedBy
		old.Version++
		t.settings.enrich.put(j, e.EventSchema, old)
		return nil
	})
}

func (s enrichments) Get(ctx context.Context, org admin.OrgID, eventSchema string) (e enrich.Enrichment, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		found, ok := t.settings.enrich.get(eventSchema)
		if !ok {
			return missing("enrichment")
		}
		e = found.Clone()
		return nil
	})
	return e, err
}

func (s enrichments) List(
	ctx context.Context, org admin.OrgID, seek admin.Seek[string],
) (out []enrich.Enrichment, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		out = t.settings.enrich.ascending(seek.After, seek.Limit, nil)
		for i := range out {
			out[i] = out[i].Clone()
		}
		return nil
	})
	return out, err
}

func (s enrichments) Delete(
	ctx context.Context, org admin.OrgID, eventSchema string, version int64, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		old, ok := t.settings.enrich.get(eventSchema)
		if err := atVersion(ok, old, version); err != nil {
			return err
		}
		t.settings.enrich.remove(j, eventSchema)
		return nil
	})
}

func (s enrichments) Users(
	ctx context.Context, org admin.OrgID, namespace, name string, seek admin.Seek[string],
) (out []string, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		out = t.settings.users(namespace, name, seek.After, seek.Limit)
		return nil
	})
	return out, err
}

// users are the event schemas whose enrichment depends on the settings of a namespace and name.
func (t settingTables) users(namespace, name, after string, limit int) []string {
	depends := func(e enrich.Enrichment) bool { return e.DependsOn(namespace, name) }
	var out []string
	for _, e := range t.enrich.ascending(after, limit, depends) {
		out = append(out, e.EventSchema)
	}
	return out
}

// atVersion returns nil if an enrichment is there and has this version.
func atVersion(ok bool, e enrich.Enrichment, version int64) error {
	switch {
	case !ok:
		return missing("enrichment")
	case e.Version != version:
		return conflict("enrichment")
	}
	return nil
}
