package job

import (
	"math"
	"time"
)

// pace is how many entries of a job were settled at some instants of the last paceWindow.
type pace struct {
	samples []sample // the oldest first
}

type sample struct {
	at      time.Time
	settled int64
}

// What a rate is computed over, and how far apart samples are at least.
const (
	paceWindow = 30 * time.Second
	paceStep   = paceWindow / 30
)

// rate takes another sample, and returns how many entries were settled a second since the oldest one; 0 if that
// is unknown.
func (p *pace) rate(at time.Time, settled int64) float64 {
	old := 0
	// One sample is kept however old it is: polls may be farther apart than the window.
	for old < len(p.samples)-1 && at.Sub(p.samples[old].at) > paceWindow {
		old++
	}
	p.samples = append(p.samples[:0], p.samples[old:]...)
	if n := len(p.samples); n == 0 || at.Sub(p.samples[n-1].at) >= paceStep {
		p.samples = append(p.samples, sample{at, settled})
	}
	first := p.samples[0]
	took := at.Sub(first.at).Seconds()
	if took <= 0 || settled <= first.settled {
		return 0
	}
	return float64(settled-first.settled) / took
}

// left returns how long the job takes at a rate, as far as is known.
func left(j Job, rate float64) time.Duration {
	pending := j.Counts.Pending()
	if j.Status != InProgress || rate <= 0 || pending == 0 {
		return 0
	}
	d := float64(pending) / rate * float64(time.Second)
	if d >= math.MaxInt64 {
		return 0
	}
	return time.Duration(d)
}
