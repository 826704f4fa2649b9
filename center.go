package admincenter

import (
	"context"
	"fmt"
	"slices"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
	"github.com/admincenter/admincenter/settings/eventschema"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/token"
)

// Center is the Admin Center: every service, wired over one storage. It is safe for concurrent use; one
// that [Center.In] returns is for the goroutine of its transaction.
type Center struct {
	People       *people.Service        // profile, users, invitations, sign-in
	Trail        *admin.Trail           // what was done
	Log          *admin.Log             // the trail as one log, to follow and to verify
	Currencies   *currency.Service      // base currency and rates
	Tokens       *token.Service         // API tokens
	Customers    *customer.Service      // customers and their accounts
	PricePlans   *priceplan.Service     // price plans and account schedules
	Settings     *settings.Service      // settings
	EventSchemas *eventschema.Service   // what usage events have
	Enrichments  *enrich.Service        // what usage events are enriched with
	Imports      *bulkimport.Service    // bulk import
	Migrations   *planmigration.Service // price plan migrations
	Jobs         *job.Service           // imports and migrations as jobs, and which are due

	stores  storage.Stores
	backend storage.Backend // nil in a transaction
	o       Options
	keeper  *keeper        // nil if no event is kept
	waiting *[]admin.Event // to be kept after the transaction; nil outside of one
}

// New wires every service over backend. It does no I/O. It fails with [admin.ErrInvalid] and every
// problem of the options.
func New(backend storage.Backend, o Options) (*Center, error) {
	if backend == nil {
		return nil, fmt.Errorf("admincenter: a storage.Backend is required: use memory.New or sqlstore.New: %w",
			admin.ErrInvalid)
	}
	c := &Center{backend: backend, stores: o.Own.Stores(backend), o: o.complete()}
	var p admin.Problems
	o.Retention.check(&p)
	s := c.stores
	c.keeper = newKeeper(&p, s.Audit(), o)
	c.Trail = admin.NewTrail(s.Audit()).With(admin.TrailOptions{Runtime: o.Runtime, Reserved: ownNouns()})
	c.Log = made(admin.NewLog(logPorts(s), c.o.Log))(&p, "/log")
	c.People = made(people.NewService(c.peopleProcess(s), c.o.People))(&p, "/people")
	c.Currencies = made(currency.NewService(currencyPorts(s), c.o.Currencies))(&p, "/currencies")
	c.Tokens = made(token.NewService(c.tokenPorts(s), c.o.Tokens))(&p, "/tokens")
	customers := customer.Options{Runtime: o.Runtime}
	c.Customers = made(customer.NewService(c.customerProcess(s), customers))(&p, "/customers")
	plans := priceplan.Options{Runtime: o.Runtime, Zone: o.Migrations.Zone}
	c.PricePlans = made(priceplan.NewService(pricePlanPorts(s), plans))(&p, "/pricePlans")
	c.Settings = made(settings.NewService(settingPorts(s), c.o.Settings))(&p, "/settings")
	enrichment := enrich.Options{Runtime: c.o.Settings.Runtime}
	c.Enrichments = made(enrich.NewService(c.enrichPorts(s), enrichment))(&p, "/enrichments")
	schemas := eventschema.Options{Runtime: c.o.Settings.Runtime}
	c.EventSchemas = made(eventschema.NewService(c.schemaPorts(s), schemas))(&p, "/eventSchemas")
	c.Imports = made(bulkimport.NewService(c.importProcess(s), c.o.Imports))(&p, "/imports")
	c.Migrations = made(planmigration.NewService(c.migrationProcess(s), c.o.Migrations))(&p, "/migrations")
	if err := p.Err(); err != nil {
		return nil, fmt.Errorf("admincenter: %w", err)
	}
	jobs := job.Options{Runtime: o.Runtime, Kinds: c.jobKinds()}
	c.Jobs = made(job.NewService(c.jobProcess(s), jobs))(&p, "/jobs")
	if err := p.Err(); err != nil {
		return nil, fmt.Errorf("admincenter: %w", err)
	}
	return c, nil
}

// In returns the Center over the stores of a transaction: what its services write commits with that
// transaction, and they see what it has written. It shares limiter, hasher, caches and options with c and
// costs a few small copies. Use it on one goroutine, until the transaction ends.
//
//	tx, err := pool.BeginTx(ctx, nil)
//	in := center.In(db.WithTx(tx))
//	invitation, secret, err := in.People.Invite(ctx, scope, email, role)
//	_, err = tx.ExecContext(ctx, "INSERT INTO outbox …")
//	err = tx.Commit()
//	in.Committed()
func (c *Center) In(s storage.Stores) *Center {
	in := *c
	s = c.o.Own.Stores(s)
	in.stores, in.backend = s, nil
	if c.keeper != nil && c.waiting == nil {
		in.waiting = new([]admin.Event)
	}
	in.Trail = c.Trail.In(s.Audit())
	in.Log = c.Log.In(logPorts(s))
	in.People = c.People.In(in.peopleProcess(s))
	in.Currencies = c.Currencies.In(currencyPorts(s))
	in.Tokens = c.Tokens.In(in.tokenPorts(s))
	in.Customers = c.Customers.In(in.customerProcess(s))
	in.PricePlans = c.PricePlans.In(pricePlanPorts(s))
	in.Settings = c.Settings.In(settingPorts(s))
	in.Enrichments = c.Enrichments.In(in.enrichPorts(s))
	in.EventSchemas = c.EventSchemas.In(in.schemaPorts(s))
	in.Imports = c.Imports.In(in.importProcess(s))
	in.Migrations = c.Migrations.In(in.migrationProcess(s))
	in.Jobs = c.Jobs.In(in.jobProcess(s))
	return &in
}

// InTx runs fn with the Center of one transaction, which commits when fn returns nil. fn may run again
// from the start after a serialization failure or a deadlock, so it must keep nothing of a run that did not
// commit; use only the Center that it is given. In a Center that is in a transaction, fn joins that.
func (c *Center) InTx(ctx context.Context, fn func(*Center) error) error {
	if c.backend == nil {
		return fn(c)
	}
	var in *Center
	err := c.backend.InTx(ctx, func(s storage.Stores) error {
		in = c.In(s)
		return fn(in)
	})
	if err == nil {
		in.Settings.Committed()
	}
	if in != nil {
		in.keepWaiting(ctx, err == nil)
	}
	return err
}

// Committed drops what the caches of the Center that c was made of by [Center.In] hold of settings that c
// wrote, and keeps the events that wait ([Options.KeepEvents]). Call it after the commit. InTx does.
func (c *Center) Committed() {
	c.Settings.Committed()
	c.keepWaiting(context.Background(), true)
}

// Stores returns the stores that c works on, those of the transaction if it is in one: for
// sqlstore.TxOf, and to append records of the host's own to the trail.
func (c *Center) Stores() storage.Stores { return c.stores }

// Step does the next batch of a job of any kind, as the system: the job's creator is asked for again by
// [Center.Authorize]. Errors are those of [job.Runner.Step], and [admin.ErrInvalid] for an unknown kind.
func (c *Center) Step(ctx context.Context, ref job.Ref) (job.Progress, error) {
	scope := admin.System(ref.Org)
	if ref.Kind == planmigration.Kind {
		return c.Migrations.Step(ctx, scope, ref.ID)
	}
	for _, t := range c.Imports.Types() {
		if slices.Contains(bulkimport.JobKinds(t.Type), ref.Kind) {
			return c.Imports.Step(ctx, scope, ref.ID)
		}
	}
	return job.Progress{}, fmt.Errorf("job kind %q is not known: use a Kind that Jobs.Due returned: %w",
		admin.Clip(string(ref.Kind)), admin.ErrInvalid)
}

// Worker returns a worker that does the jobs of every kind when they are due: call its Run in each process
// that should take part. It runs c.Tokens.Run too, which notes the last use of the tokens that its process
// verifies, c.Log.Run, which seals the audit trail, c.Follow, by which caches notice what other processes write, and
// [Center.Tidy] once a minute. The runtime of c is the default. It fails with an [admin.ValidationError] for options
// that are out of their range, and with [admin.ErrState] for a Center that is in a transaction.
func (c *Center) Worker(o job.WorkerOptions) (*job.Worker, error) {
	if c.backend == nil {
		return nil, fmt.Errorf("admincenter: a Center in a transaction has no worker: use the one that New returned: %w",
			admin.ErrState)
	}
	o.Runtime = o.Or(c.o.Runtime)
	return job.NewWorker(job.WorkerPorts{Due: c.Jobs.Due, Step: c.Step, Beside: c.beside}, o)
}

// Authorize returns nil if actor may do all of ps in org at this moment: a user who is active and whose role
// has them, a token that is valid and was granted them, or the system. Otherwise it fails with
// [admin.ErrForbidden] or [admin.ErrNotFound]. Jobs ask it before each batch about their creator.
func (c *Center) Authorize(ctx context.Context, org admin.OrgID, actor admin.Actor, ps ...admin.Permission) error {
	if actor.Kind == admin.ActorToken {
		return c.Tokens.Authorize(ctx, org, actor, ps...)
	}
	return c.People.Authorize(ctx, org, actor, ps...)
}

// made returns a service, and adds to p what is wrong with its options.
func made[S any](service *S, err error) func(p *admin.Problems, path string) *S {
	return func(p *admin.Problems, path string) *S {
		if err != nil {
			p.AddError(path, admin.CodeFormat, err)
		}
		return service
	}
}
