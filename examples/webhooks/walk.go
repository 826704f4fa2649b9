package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// partOfDemonstration is an environment variable of the processes that the demonstration starts.
const partOfDemonstration = "WEBHOOK_DEMONSTRATION"

// walk is one run of the demonstration.
type walk struct {
	o        options
	dir      string
	center   *admincenter.Center
	secret   string
	url      string
	receiver *receiver
	out      io.Writer
}

func organizations() []admin.OrgID { return []admin.OrgID{"acme", "globex", "umbrella"} }

// demonstrate runs the demonstration on a database of its own.
func demonstrate(ctx context.Context, o options, out io.Writer) (err error) {
	w := &walk{o: o, out: out}
	if w.dir, err = os.MkdirTemp("", "webhooks"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(w.dir)) }()
	if w.o.db == "" {
		w.o.db = filepath.Join(w.dir, "admin.db")
	}
	db, err := open(ctx, w.o.db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.pool.Close()) }()
	if w.center, err = admincenter.New(db.admin, admincenter.Options{}); err != nil {
		return err
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails: see crypto/rand
	w.secret, w.receiver = "whsec_"+base64.StdEncoding.EncodeToString(key), newReceiver(key)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: w.receiver, ConnState: w.receiver.track, ReadHeaderTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	w.url = "http://" + listener.Addr().String()
	err = w.walk(ctx)
	err = errors.Join(err, server.Close())
	if end := <-served; !errors.Is(end, http.ErrServerClosed) {
		err = errors.Join(err, end)
	}
	return err
}

// walk writes records, and meanwhile kills who delivers them, again and again.
func (w *walk) walk(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx) // kills the process that delivers
	defer stop()
	var writing sync.WaitGroup
	errs := make([]error, len(organizations()))
	for i, org := range organizations() {
		writing.Go(func() { errs[i] = w.write(ctx, org) })
	}
	all := len(organizations()) * w.o.records
	err := func() error {
		for kill := range w.o.kills {
			if err := w.deliverUntil(ctx, (kill+1)*all/(w.o.kills+1), syscall.SIGKILL); err != nil {
				return err
			}
		}
		return nil
	}()
	if err != nil {
		stop()
	}
	writing.Wait()
	if err := errors.Join(append(errs, err)...); err != nil {
		return err
	}
	if err := w.deliverUntil(ctx, -1, syscall.SIGTERM); err != nil {
		return err
	}
	return w.result(ctx)
}

// write makes an organization and does something in it, some times.
func (w *walk) write(ctx context.Context, org admin.OrgID) error {
	_, _, err := w.center.People.CreateOrganization(ctx, people.NewOrganization{
		ID: org, Name: "Organization", Admin: people.NewAdmin{Name: "Ann", Email: "ann@example.com"},
	})
	for i := 1; i < w.o.records && err == nil; i++ {
		invoice := admin.Subject{Kind: "invoice", ID: fmt.Sprint("i-", i)}
		_, err = w.center.Trail.Append(ctx, admin.System(org), "invoice.send", invoice)
	}
	return err
}

// deliverUntil starts a process that delivers, and sends it a signal when there are so many messages; for -1 when
// there are all.
func (w *walk) deliverUntil(ctx context.Context, messages int, signal syscall.Signal) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	w.receiver.begin()
	cmd := exec.CommandContext(ctx, self, "-db", w.o.db, "-url", w.url, "-retry", "20ms")
	cmd.Env = append(os.Environ(), secretVariable+"="+w.secret, partOfDemonstration+"=1")
	log, err := os.OpenFile(filepath.Join(w.dir, "deliver.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the child has its own
	cmd.Stderr = log
	if _, err := cmd.StdinPipe(); err != nil { // see endWithParent
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for there := 0; messages < 0 || there < messages; there, _ = w.receiver.state() {
		if whole, err := w.whole(ctx); err != nil || whole && messages < 0 {
			break // an error is the context's, or result finds it again
		}
		select {
		case err := <-ended:
			text, _ := os.ReadFile(log.Name())
			return fmt.Errorf("the process that delivers has ended by itself: %w: %s", err, text)
		case <-time.After(time.Millisecond):
		}
	}
	if err := cmd.Process.Signal(signal); err != nil {
		return err
	}
	if err := <-ended; err != nil && signal != syscall.SIGKILL {
		return err
	}
	// What a killed process has sent is handled before another one begins.
	for connected := true; connected && ctx.Err() == nil; _, connected = w.receiver.state() {
		time.Sleep(time.Millisecond)
	}
	there, _ := w.receiver.state()
	_, _ = fmt.Fprintf(w.out, "%v after %d messages.\n", signal, there)
	return ctx.Err()
}

// whole reports whether all records have been received.
func (w *walk) whole(ctx context.Context) (bool, error) {
	for _, org := range organizations() {
		if len(w.receiver.tally(org).ids) < w.o.records {
			return false, ctx.Err()
		}
	}
	return true, ctx.Err()
}

// result compares what was received with the log.
func (w *walk) result(ctx context.Context) (err error) {
	for _, org := range organizations() {
		t := w.receiver.tally(org)
		var want []string
		for e, err := range w.center.Log.Follow(ctx, admin.System(org), 0) {
			if err != nil {
				return err
			}
			want = append(want, e.RecordID.String())
		}
		if fmt.Sprint(want) != fmt.Sprint(t.ids) {
			t.wrong = append(t.wrong, fmt.Sprintf("%d records were written, and not these in this order received", len(want)))
		}
		for _, wrong := range t.wrong {
			err = errors.Join(err, fmt.Errorf("%s: %s", org, wrong))
		}
		_, _ = fmt.Fprintf(w.out, "%s: %d records received in order, %d of them twice after a kill.\n",
			org, len(t.ids), t.doubles)
	}
	_, _ = fmt.Fprintf(w.out, "%d requests were answered with 503 and sent again, %d were not signed.\n",
		w.receiver.failed, w.receiver.refused)
	return err
}

// endWithParent ends this process when the one that started it is gone, however that went: standard input is
// a pipe whose other end closes then. What delivers in production does not need that.
func endWithParent() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(1)
}
