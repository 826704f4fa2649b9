package admin_test

import (
	"context"
	"fmt"
	"os"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage/memory"
)

// exampleTrail is an organization in memory with three records.
func exampleTrail(ctx context.Context) (*memory.Backend, *admin.Log, admin.Scope) {
	backend, scope, runtime := memory.New(), admin.System("acme"), admin.Runtime{}.WithDefaults()
	ann := people.User{ID: runtime.NewID(), Name: "Ann", Role: people.Administrator, Status: people.UserActive, Version: 1}
	rec := runtime.Record(scope, "organization.create", admin.Subject{Kind: "organization", ID: "acme"})
	org := people.Organization{ID: "acme", Name: "Acme", Version: 1}
	if err := backend.Organizations().Create(ctx, org, ann, people.Credential{UserID: ann.ID}, rec); err != nil {
		panic(err)
	}
	for _, id := range []string{"i-1", "i-2"} {
		invoice := admin.Subject{Kind: "invoice", ID: id}
		if _, err := admin.NewTrail(backend.Audit()).Append(ctx, scope, "invoice.send", invoice); err != nil {
			panic(err)
		}
	}
	log, err := admin.NewLog(admin.LogPorts{Log: backend.Log()}, admin.LogOptions{})
	if err != nil {
		panic(err)
	}
	return backend, log, scope
}

// Seal what was written, keep the head elsewhere, and find out later whether the trail is what it was.
func ExampleLog_Verify() {
	ctx := context.Background()
	_, log, scope := exampleTrail(ctx)
	head, err := log.Seal(ctx, scope) // Center.Worker seals by itself
	if err != nil {
		panic(err)
	}
	published := head // where who writes to the database does not write

	found, err := log.Verify(ctx, scope, admin.VerifyOptions{Published: []admin.Head{published}})
	fmt.Println(found.Entries, "entries,", found.Err(), err)

	published.Hash = admin.Digest{} // of another log
	found, err = log.Verify(ctx, scope, admin.VerifyOptions{Published: []admin.Head{published}})
	for _, f := range found.Findings {
		fmt.Println(f.Kind, f.Seq, f.Detail, err)
	}
	// Output:
	// 3 entries, <nil> <nil>
	// HEAD 3 the log has another entry here than when its head was kept <nil>
}

// Follow goes on after the last entry that was handled.
func ExampleLog_Follow() {
	ctx := context.Background()
	_, log, scope := exampleTrail(ctx)
	if _, err := log.Seal(ctx, scope); err != nil {
		panic(err)
	}
	last := int64(1) // kept by the host
	for e, err := range log.Follow(ctx, scope, last) {
		if err != nil {
			panic(err)
		}
		fmt.Println(e.Seq, e.Record.Action, e.Record.Subject.ID)
		last = e.Seq
	}
	n, err := log.Export(ctx, scope, os.Stderr, last) // as JSON Lines: nothing is left
	fmt.Println(n, err)
	// Output:
	// 2 invoice.send i-1
	// 3 invoice.send i-2
	// 0 <nil>
}

// A follower calls a function for what is done in every organization.
func ExampleFollower() {
	ctx := context.Background()
	backend, log, scope := exampleTrail(ctx)
	if _, err := log.Seal(ctx, scope); err != nil {
		panic(err)
	}
	dealtWith := map[admin.OrgID]int64{} // a table of the host's
	follower, err := admin.NewFollower(admin.FollowerPorts{
		Log: backend.Log(),
		Position: func(_ context.Context, head admin.Head) (int64, error) {
			return dealtWith[head.Org], nil
		},
		Handle: func(_ context.Context, org admin.OrgID, e admin.Entry) error {
			fmt.Println(org, e.Seq, e.Record.Action)
			dealtWith[org] = e.Seq
			return nil
		},
	}, admin.FollowerOptions{})
	if err != nil {
		panic(err)
	}
	more, err := follower.Poll(ctx) // or Run, until ctx ends
	fmt.Println(more, err)
	// Output:
	// acme 1 organization.create
	// acme 2 invoice.send
	// acme 3 invoice.send
	// false <nil>
}
