package job

import (
	"context"
	"encoding/json"
	"iter"
	"math"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Update is a job at an instant, for a screen that shows how it gets on. In its JSON form Left is leftSeconds,
// whole seconds.
type Update struct {
	Job  Job  `json:"job"`
	Hold Hold `json:"hold,omitzero"` // what the job waits for
	// Rate is the number of entries settled a second, over the last 30 seconds that were observed; 0 if unknown.
	Rate float64 `json:"rate,omitzero"`
	// Left is the time left at that rate; 0 if it is unknown, or the job is not in progress.
	Left time.Duration `json:"-"`
}

// wireUpdate is the JSON form of an [Update].
type wireUpdate struct {
	plainUpdate
	LeftSeconds int64 `json:"leftSeconds,omitempty"`
}

type plainUpdate Update

// MarshalJSON returns the JSON form.
func (u Update) MarshalJSON() ([]byte, error) {
	return json.Marshal(wireUpdate{plainUpdate(u), int64(math.Ceil(u.Left.Seconds()))})
}

// UnmarshalJSON reads the JSON form.
func (u *Update) UnmarshalJSON(data []byte) error {
	var w wireUpdate
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	*u = Update(w.plainUpdate)
	u.Left = time.Duration(w.LeftSeconds) * time.Second
	return nil
}

// Watch iterates over the states of a job: the present one, and then each that differs in the job's Version or
// Status or in what it waits for, as far as a look every [Options].Poll finds it. A slow caller gets the latest
// state and not every one. It ends after a job that is final, and with an error when ctx ends or the job cannot
// be read. It requires the permissions of the job's kind.
//
//	for update, err := range jobs.Watch(ctx, scope, id) {
//		…
//	}
//
// All who watch a job by one Service share one read each Poll, on the goroutine of one of them: thousands are no
// burden on the storage.
func (s *Service) Watch(ctx context.Context, scope admin.Scope, id uuid.UUID) iter.Seq2[Update, error] {
	return func(yield func(Update, error) bool) {
		if err := s.watch(ctx, scope, id, func(u Update) bool { return yield(u, nil) }); err != nil {
			yield(Update{}, err)
		}
	}
}

// watch calls yield with the states of a job, until it returns false or the job is final.
func (s *Service) watch(ctx context.Context, scope admin.Scope, id uuid.UUID, yield func(Update) bool) error {
	began := time.Now()
	j, err := s.Get(ctx, scope, id)
	if err != nil {
		return err
	}
	if j.Status.Final() {
		yield(Update{Job: j})
		return nil
	}
	t := s.topics.join(jobKey{scope.Org(), id})
	defer s.topics.leave(t)
	t.observe(s.reading(j, began))
	read := func() (reading, error) {
		began := time.Now()
		j, err := s.ports.Jobs.Get(ctx, scope.Org(), id)
		return s.reading(j, began), err
	}
	for seen := int64(0); ; {
		u, n, err := t.next(ctx, seen, read)
		if err != nil {
			return err
		}
		if !yield(u) || u.Job.Status.Final() {
			return nil
		}
		seen = n
	}
}

func (s *Service) reading(j Job, began time.Time) reading {
	return reading{job: j, at: s.runtime.Instant(), began: began}
}
