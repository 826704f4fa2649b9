package admin

import "github.com/admincenter/admincenter/internal/text"

// Request is where a call came from, as the host gives it. All of it may be empty. A service that was given a request
// escapes what cannot be seen in it, and cuts what is too long: its parts come from the headers of any client.
type Request struct {
	Source    string `json:"source,omitempty"`    // an IP address; at most 100 bytes
	UserAgent string `json:"userAgent,omitempty"` // at most 500 bytes
	ID        string `json:"id,omitempty"`        // the host's id of the request; at most 200 bytes
}

// Limits of a request in bytes: what every storage keeps.
const (
	maxSource    = 100
	maxUserAgent = 500
	maxRequestID = 200
)

// Clean returns the request as a record can have it: on one line each, what cannot be seen is escaped, and what is
// longer than its limit is cut off before a character.
func (r Request) Clean() Request {
	return Request{
		Source: text.Line(r.Source, maxSource), UserAgent: text.Line(r.UserAgent, maxUserAgent),
		ID: text.Line(r.ID, maxRequestID),
	}
}

// Or returns the request with the parts of other for its empty ones.
func (r Request) Or(other Request) Request {
	if r.Source == "" {
		r.Source = other.Source
	}
	if r.UserAgent == "" {
		r.UserAgent = other.UserAgent
	}
	if r.ID == "" {
		r.ID = other.ID
	}
	return r
}

// check adds what a record cannot have.
func (r Request) check(p *Problems, path string) {
	checkBytes(p, path+"/source", r.Source, maxSource)
	checkBytes(p, path+"/userAgent", r.UserAgent, maxUserAgent)
	checkBytes(p, path+"/id", r.ID, maxRequestID)
}

// WithRequest returns the scope with where the call came from: the records of what it does have it. It fails for no
// text, as [Request.Clean] does not. Call it for each request, as with the scope itself.
func (s Scope) WithRequest(r Request) Scope {
	s.request = nil
	if r = r.Clean(); r != (Request{}) {
		s.request = &r
	}
	return s
}

// Request returns where the call came from, or the zero Request if that is not known.
func (s Scope) Request() Request {
	if s.request == nil {
		return Request{}
	}
	return *s.request
}
