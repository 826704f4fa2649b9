package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// message is the payload. It has nothing of the record's proof, whose salts stay at home.
type message struct {
	Type      admin.Action `json:"type"`
	Timestamp time.Time    `json:"timestamp"` // of the record
	Data      data         `json:"data"`
}

type data struct {
	Org admin.OrgID `json:"organization"`
	Seq int64       `json:"seq"` // rises by one in each organization, but for entries that were not kept long enough
	// Record has personal values (admin.Change.Personal) too. A host that erases them must notify the receiver, or
	// not send them.
	Record admin.Record `json:"record"`
}

// courier delivers entries to one address, and keeps how far it is in the host's own table.
type courier struct {
	db     database
	client *http.Client
	url    string
	secret secret
}

const (
	deliveryTimeout = 15 * time.Second // Standard Webhooks: 15 to 30
	answerRead      = 64 << 10         // bytes of an answer that are read, so that its connection can be used again
)

func newCourier(db database, url string, s secret) *courier {
	return &courier{db: db, url: url, secret: s, client: &http.Client{
		Timeout:       deliveryTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// follow delivers until ctx ends. Run it in one process at a time.
func (c *courier) follow(ctx context.Context, log admin.LogStore, retry time.Duration, logger *slog.Logger) error {
	f, err := admin.NewFollower(
		admin.FollowerPorts{Log: log, Position: c.position, Handle: c.handle, Trimmed: c.trimmed(logger)},
		admin.FollowerOptions{Runtime: admin.Runtime{Logger: logger}, Retry: retry, Goroutines: 8},
	)
	if err != nil {
		return err
	}
	return f.Run(ctx)
}

// position returns the number of the last entry that was delivered. Return head.Seq in place of 0 to begin a new
// organization at the present.
func (c *courier) position(ctx context.Context, head admin.Head) (seq int64, err error) {
	statement := c.db.bind(`SELECT seq FROM webhook_positions WHERE org_id = $1`)
	err = c.db.pool.QueryRowContext(ctx, statement, string(head.Org)).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return seq, err
}

// handle delivers an entry and then keeps that it did: after a crash in between it is delivered again. If it fails,
// the follower calls it again later, and does not go on to the next entry of the organization before.
func (c *courier) handle(ctx context.Context, org admin.OrgID, e admin.Entry) error {
	if e.Record.Action != "" { // a record that was removed from the database is for Log.Verify to find
		if err := c.deliver(ctx, org, e); err != nil {
			return err
		}
	}
	return c.keep(ctx, org, e.Seq)
}

// trimmed goes on after entries that were removed because their time was over (admincenter.Retention.Records): whatever
// was not delivered for so long is not delivered any more. The receiver sees it in the numbers, which have a gap.
func (c *courier) trimmed(logger *slog.Logger) func(context.Context, admin.OrgID, *admin.TrimmedError) error {
	return func(ctx context.Context, org admin.OrgID, gone *admin.TrimmedError) error {
		logger.ErrorContext(ctx, "entries were removed before they were delivered", slog.String("organization", string(org)),
			slog.Int64("first", gone.After+1), slog.Int64("last", gone.First-1))
		return c.keep(ctx, org, gone.First-1)
	}
}

// keep keeps the number of the last entry that was delivered.
func (c *courier) keep(ctx context.Context, org admin.OrgID, seq int64) error {
	_, err := c.db.pool.ExecContext(ctx, c.db.bind(`INSERT INTO webhook_positions (org_id, seq) VALUES ($1, $2)
		ON CONFLICT (org_id) DO UPDATE SET seq = excluded.seq`), string(org), seq)
	return err
}

func (c *courier) deliver(ctx context.Context, org admin.OrgID, e admin.Entry) error {
	payload, err := json.Marshal(message{e.Record.Action, e.Record.At, data{org, e.Seq, e.Record}})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(payload))
	if err != nil {
		return err
	}
	id, now := e.RecordID.String(), time.Now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(headerID, id)
	req.Header.Set(headerTimestamp, strconv.FormatInt(now.Unix(), 10))
	req.Header.Set(headerSignature, c.secret.sign(id, now, payload))
	answer, err := c.client.Do(req)
	if err != nil {
		return err
	}
	_, _ = io.CopyN(io.Discard, answer.Body, answerRead)
	_ = answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("the receiver answered %s", answer.Status)
	}
	return nil
}
