package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// maxPayload is how much of a body a receiver reads.
const maxPayload = 1 << 20

// delivery is a message that was received.
type delivery struct {
	id  string
	seq int64
	run int // of the process that delivers, by number
}

// receiver is the program at the other end. It verifies each message, and keeps the deliveries in their order.
type receiver struct {
	secret secret

	mu       sync.Mutex // guards what follows
	run      int        // the process that delivers now
	requests int
	refused  int // since they were not signed
	failed   int // since the receiver was down
	got      map[admin.OrgID][]delivery
	open     map[net.Conn]bool
}

func newReceiver(s secret) *receiver {
	return &receiver{secret: s, got: map[admin.OrgID][]delivery{}, open: map[net.Conn]bool{}}
}

// downEvery is how many requests there are until one that is answered as if the receiver were down.
const downEvery = 40

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	payload, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxPayload))
	if err != nil {
		return // the sender was killed
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.secret.verify(req.Header, payload, time.Now()) != nil {
		r.refused++
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var m message
	if err := json.Unmarshal(payload, &m); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if r.requests++; r.requests%downEvery == 0 {
		r.failed++
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	// A receiver that acts on messages looks here whether it has the id already.
	r.got[m.Data.Org] = append(r.got[m.Data.Org], delivery{req.Header.Get(headerID), m.Data.Seq, r.run})
	w.WriteHeader(http.StatusNoContent)
}

// track keeps which connections are open.
func (r *receiver) track(c net.Conn, s http.ConnState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s == http.StateClosed || s == http.StateHijacked {
		delete(r.open, c)
	} else {
		r.open[c] = true
	}
}

// begin notes that another process delivers from now on.
func (r *receiver) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.run++
}

// state returns how many messages there are, doubles included, and whether a sender is connected.
func (r *receiver) state() (messages int, connected bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, got := range r.got {
		messages += len(got)
	}
	return messages, len(r.open) > 0
}

// tally is what arrived of one organization.
type tally struct {
	ids     []string // in order, without doubles
	doubles int      // directly after another process began
	wrong   []string // what must not happen
}

// tally returns what arrived of an organization.
func (r *receiver) tally(org admin.OrgID) (t tally) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var last delivery
	for _, d := range r.got[org] {
		switch {
		case d.seq == last.seq+1:
			t.ids = append(t.ids, d.id)
		case d.seq == last.seq && d.id == last.id && d.run > last.run:
			t.doubles++
		default:
			t.wrong = append(t.wrong, fmt.Sprintf("message %d of process %d came after message %d of process %d",
				d.seq, d.run, last.seq, last.run))
		}
		last = d
	}
	return t
}
